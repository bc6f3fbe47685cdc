import fp from "fastify-plugin";
import { appError } from "../errors.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** One call at a time in each session: gives what ends the call's turn; throws session_busy while another has it. */
    takeSessionTurn(id: string): () => void;
  }
}

export const sessionTurns = fp(
  async (app) => {
    const taken = new Set<string>();
    app.decorate("takeSessionTurn", (id: string) => {
      if (taken.has(id)) {
        const message = `expected one call at a time in the session ${id}, got a second one`;
        throw appError("session_busy", message, { retryAfterSeconds: 1 });
      }
      taken.add(id);
      let ended = false;
      return () => {
        if (!ended) taken.delete(id);
        ended = true;
      };
    });
  },
  { name: "session-turns" },
);
