import { on } from "node:events";
import WebSocket from "ws";

interface Collecting<T> {
  /** Sent when the socket opens. */
  first?: unknown;
  /** Whether this frame is the last one wanted. */
  last?: (frame: T) => boolean;
}

/** Every frame of a socket until the server closes it, or until the last one wanted. */
export async function collect<T>(url: string, { first, last }: Collecting<T> = {}): Promise<T[]> {
  const socket = new WebSocket(url.replace("http", "ws"));
  const frames: T[] = [];
  const messages = on(socket, "message", { close: ["close"] });
  if (first !== undefined) socket.once("open", () => socket.send(JSON.stringify(first)));
  for await (const [data] of messages) {
    const frame = JSON.parse(String(data)) as T;
    frames.push(frame);
    if (last?.(frame)) break;
  }
  socket.terminate();
  return frames;
}
