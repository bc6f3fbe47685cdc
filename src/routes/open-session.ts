import type { FastifyInstance } from "fastify";
import { AppError, appError } from "../errors.ts";
import type { KeptState, Session, SessionTask } from "../schemas/sessions.ts";

type ServingModel = Awaited<ReturnType<FastifyInstance["store"]["models"]["serving"]>>;

/** A session during one call. */
export interface OpenSession {
  session: Session;
  model: ServingModel;
  /** In JSON. */
  state: string;
  /** To be called before the reply: what a client was told outlives the server. */
  keep(kept: KeptState): Promise<Session>;
  /** Lets the next call in. */
  leave(): void;
}

/** Throws session_not_found, session_busy, model_task_mismatch, session_checkpoint_gone. */
export async function openSession(app: FastifyInstance, id: string, task: SessionTask | null): Promise<OpenSession> {
  const leave = app.takeSessionTurn(id);
  try {
    const { session, text, change } = await app.store.sessions.state(id);
    if (task !== null && session.task !== task) {
      const message = `expected a session for ${task}, got ${id}, one for ${session.task}`;
      throw appError("model_task_mismatch", message);
    }
    const model = await modelOf(app, session);
    return { session, model, state: text, keep: (kept) => app.store.sessions.keep(id, kept, change), leave };
  } catch (error) {
    leave();
    throw error;
  }
}

async function modelOf(app: FastifyInstance, { id, model, task, checkpoint }: Session): Promise<ServingModel> {
  try {
    return await app.store.models.serving(model, task, checkpoint);
  } catch (cause) {
    if (!(cause instanceof AppError) || !/^checkpoint_/.test(cause.code)) throw cause;
    const message = `the checkpoint ${checkpoint}, which the session ${id} began with, has been removed`;
    throw appError("session_checkpoint_gone", `${message}: begin a new session`, { cause });
  }
}
