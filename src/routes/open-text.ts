import type { FastifyInstance } from "fastify";
import { appError, type ErrorDetail } from "../errors.ts";
import type { GenerateBody } from "../schemas/generation.ts";
import { type OpenSession, openSession } from "./open-session.ts";

/** What writes a text: a model, in a session or from the start. */
export interface TextWriter {
  model: OpenSession["model"];
  session: OpenSession | null;
}

type Asked = Pick<GenerateBody, "session" | "checkpoint" | "beams">;

/** Throws what the store throws of a model or a session, and validation_failed where the session is another model's. */
export async function openText(app: FastifyInstance, reference: string, asked: Asked): Promise<TextWriter> {
  const { session: id, checkpoint, beams } = asked;
  if (id === undefined) return { model: await app.store.models.serving(reference, "text", checkpoint), session: null };
  if (checkpoint !== undefined) {
    const message = "expected either session or checkpoint, got both";
    throw refusal({
      pointer: "/checkpoint",
      code: "exclusive",
      message,
      hint: "a session keeps to its own checkpoint",
    });
  }
  if (beams > 1) {
    const message = "expected 1 in a session: a beam search begins from the start";
    throw refusal({ pointer: "/beams", code: "conflict", message, value: beams, allowed: 1, hint: "leave beams out" });
  }
  const model = await app.store.models.get(reference);
  const session = await openSession(app, id, "text");
  if (session.model.id === model.id) return { model: session.model, session };
  session.leave();
  throw refusal({
    pointer: "/session",
    code: "mismatch",
    message: `expected a session of the model ${model.name}`,
    value: id,
  });
}

function refusal(error: ErrorDetail) {
  return appError("validation_failed", `${error.pointer}: ${error.message}`, { errors: [error] });
}
