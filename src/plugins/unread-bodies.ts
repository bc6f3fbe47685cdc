import type { IncomingMessage } from "node:http";
import fp from "fastify-plugin";

/** What is still to come of a refused body is read and forgotten up to here; a connection with more to say is ended. */
const mostBytes = 64 * 2 ** 20;

/**
 * A request that was answered before its body was read, such as an upload under a name that is taken, would leave the rest of
 * that body in front of the connection's next request, which would wait for it in vain.
 */
export const unreadBodies = fp(
  async (app) => {
    app.addHook("onResponse", ({ raw }, _reply, done) => {
      if (!raw.complete && !raw.destroyed) discard(raw);
      done();
    });
  },
  { name: "unread-bodies" },
);

function discard(body: IncomingMessage): void {
  let bytes = 0;
  body.unpipe();
  body.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) body.destroy();
  });
  body.resume();
}
