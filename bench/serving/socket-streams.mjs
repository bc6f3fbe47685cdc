import { once } from "node:events";
import WebSocket from "ws";
import { percentile } from "../measure/percentile.mjs";

/** So many streams at once, each on a socket of its own: {usPerCharacter, perSecond (characters), firstP99Ms}. */
export async function socketStreams(url, { streams, characters, prompt }) {
  const sockets = Array.from({ length: streams }, () => new WebSocket(url.replace("http", "ws")));
  try {
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    const startMs = performance.now();
    const firsts = await Promise.all(
      sockets.map((socket, seed) => {
        socket.send(JSON.stringify({ type: "generate", prompt, max_tokens: characters, seed }));
        return untilEnd(socket, startMs);
      }),
    );
    const durationMs = performance.now() - startMs;
    const written = streams * characters;
    return {
      usPerCharacter: (durationMs * 1000) / written,
      perSecond: (written * 1000) / durationMs,
      firstP99Ms: percentile(firsts, 0.99),
    };
  } finally {
    for (const socket of sockets) socket.terminate();
  }
}

/** Resolves at text-end to the time of the first delta. */
function untilEnd(socket, startMs) {
  let firstMs = null;
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("a stream's socket was closed before its text had ended")));
    socket.on("message", (data) => {
      const { type, error } = JSON.parse(data);
      if (type === "text-delta") firstMs ??= performance.now() - startMs;
      if (type === "error") reject(new Error(error.detail));
      if (type === "text-end") resolve(firstMs ?? performance.now() - startMs);
    });
  });
}
