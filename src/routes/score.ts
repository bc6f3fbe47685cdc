import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { appError } from "../errors.ts";
import { Reference } from "../schemas/common.ts";
import { Score, ScoreBody } from "../schemas/score.ts";

const bodyLimitBytes = 1024 ** 2; // text and prompt, each character escaped
/** Numbers of a reply: tokens, each with its alternatives. */
const mostNumbers = 200_000;

export const scoreRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.post(
    "/v1/models/:id/score",
    {
      config: { scope: "infer" },
      bodyLimit: bodyLimitBytes,
      schema: {
        summary: "Score a text",
        description:
          "How likely the model holds a text: the log-probability of every token under the model's own distribution (softmax of its logits, no temperature, no filters), their sum, bits per character and perplexity. A text that `generate` wrote for the same prompt gets the sum of its `logprobs`, if it falls into the same tokens.",
        tags: ["Text"],
        params: Type.Object({ id: Reference }),
        body: ScoreBody,
        response: { 200: Score },
      },
    },
    async (request, reply) => {
      const { checkpoint: asked, ...question } = request.body;
      checkSize(question);
      const { id, checkpoint } = await app.store.models.serving(request.params.id, "text", asked);
      const { timings, ...score } = await app.inference.score({ checkpoint, question });
      reply.header("server-timing", `queue;dur=${timings.queue_ms}, compute;dur=${timings.compute_ms}`);
      return { object: "score" as const, model: id, checkpoint: checkpoint.id, ...score, timings };
    },
  );
};

function checkSize({ text, logprobs }: Omit<ScoreBody, "checkpoint">): void {
  const most = Math.max(0, Math.floor(mostNumbers / text.length) - 1);
  if (logprobs <= most) return;
  const message = `expected at most ${most} alternatives for a text of ${text.length} characters, got ${logprobs}`;
  const errors = [{ pointer: "/logprobs", code: "maximum", message, value: logprobs, allowed: { maximum: most } }];
  throw appError("validation_failed", `/logprobs: ${message}`, { errors });
}
