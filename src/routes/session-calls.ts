import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Generation } from "../schemas/generation.ts";
import { ObserveBody, SessionForecast, SessionGenerateBody, SessionId } from "../schemas/sessions.ts";
import { checkForecast } from "./check-forecast.ts";
import { replyWithText } from "./generate.ts";
import { openSession } from "./open-session.ts";

const tags = ["Sessions"];
const params = Type.Object({ id: SessionId });
const bodyLimitBytes = 2 * 1024 ** 2;
const withoutSearch = { beams: 1, length_penalty: 0, alternatives: 0 };

/** What goes on in a session: text, or one observation after the other. */
export const sessionCallRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/sessions/:id/generate",
    {
      config: { scope: "infer" },
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: "Go on with the text of a session",
        description:
          "As `POST /v1/models/:id/generate`, from the state that the last call left: `prompt` is what is new, if anything. Without `seed` the session's generator goes on, so that two calls of 10 tokens write what one of 20 writes; with it the generator begins anew. A text that ends at a stop string leaves the session behind that string. The session moves on when the end is told: a call that fails, or whose reader leaves before, changes nothing and can be repeated.",
        tags,
        params,
        body: SessionGenerateBody,
        response: { 200: Generation },
      },
    },
    (request, reply) =>
      replyWithText(
        app,
        { request, reply, body: { ...(request.body as SessionGenerateBody), ...withoutSearch } },
        async () => {
          const session = await openSession(app, request.params.id, "text");
          return { model: session.model, session };
        },
      ),
  );
  app.post(
    "/v1/sessions/:id/observe",
    {
      config: { scope: "infer", idempotent: true },
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: "Observe values, get the next forecast",
        description:
          "One value as `target` with or without its `timestamp`, or several as `observations`, oldest first. The forecast is the one that the whole history would give; no history is sent again, and a call costs the same however long it is. null while the history is still too short. All or nothing: what is refused has not been observed.",
        tags,
        params,
        body: ObserveBody,
        response: { 200: SessionForecast },
      },
    },
    async (request, reply) => {
      const text = await observe(app, request.params.id, request.body as ObserveBody);
      reply.header("content-type", "application/json; charset=utf-8");
      // A text goes out as it is.
      return reply.send(text as unknown as SessionForecast);
    },
  );
};

async function observe(app: FastifyInstance, id: string, body: ObserveBody): Promise<string> {
  const { horizon = null, quantiles = null } = body;
  const observations = "observations" in body ? body.observations : [withoutOptions(body)];
  const { state, model, keep, leave } = await openSession(app, id, "forecast");
  try {
    checkForecast({ inputs: [], ...body }, model);
    const asked = { checkpoint: model.checkpoint, state, observations, horizon, quantiles };
    const { kept, missing, forecast } = await app.inference.observe(asked);
    const { length, expires_at, checkpoint } = await keep(kept);
    if (forecast !== null) app.metrics.forecasts.inc(1);
    const place = { session: id, model: model.id, checkpoint, length, missing, expires_at };
    const { outputs = "[null]", ...facts } = forecast ?? { horizon: null, calibration: null, timings: null };
    const rest = { object: "session_forecast", ...place, ...facts };
    return `${JSON.stringify(rest).slice(0, -1)},"forecast":${outputs.slice(1, -1)}}`;
  } finally {
    leave();
  }
}

function withoutOptions({ target, timestamp }: Extract<ObserveBody, { target: unknown }>) {
  return { target, ...(timestamp !== undefined && { timestamp }) };
}
