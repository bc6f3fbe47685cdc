import type { FastifyRequest } from "fastify";
import type { RawData, WebSocket } from "ws";
import { AppError, appError } from "../errors.ts";
import type { OpenStream } from "./stream-registry.ts";
import { toAppError } from "./to-problem.ts";

/** A reader that leaves more than this unread makes its own stream wait. */
const mostUnreadBytes = 256 * 1024;
const stuckAfterMs = 30_000;
const mostMessagesASecond = 200;

/** What our close codes mean: RFC 6455, and 1013 "try again later" from its registry. */
export const closeCodes = { done: 1000, refused: 1008, failed: 1011, restarting: 1012, tooSlow: 1013 } as const;

/** One WebSocket as the routes see it: frames out at the pace of the reader, JSON messages in. */
export class SocketChannel {
  /** Aborted when the peer is gone, the key is revoked or the server drains. */
  readonly signal: AbortSignal;
  readonly #socket: WebSocket;
  readonly #request: FastifyRequest;
  /** Until a route listens, the socket only speaks. */
  #onMessage: (message: unknown) => void = () =>
    this.fail(appError("request_invalid", "this socket takes no messages"));
  #second = 0;
  #messagesThisSecond = 0;

  /** Attaches every handler at once: a message that comes before one is attached is lost. */
  constructor(socket: WebSocket, request: FastifyRequest, stream: OpenStream) {
    this.signal = stream.signal;
    this.#socket = socket;
    this.#request = request;
    socket.on("close", () => {
      stream.abort();
      stream.end();
    });
    socket.on("message", (data, isBinary) => this.#take(data, isBinary));
    // Each ping is answered: a flood of them would fill the buffer of a peer that does not read.
    socket.on("ping", () => this.#refuseFlood());
  }

  /** `handle` gets every message that is JSON; what it throws goes back as an error frame. */
  onMessage(handle: (message: unknown) => void): void {
    this.#onMessage = handle;
  }

  /** Resolves when the reader may be sent more. After the end of the socket it does nothing. */
  async send(frame: { type: string; [field: string]: unknown }): Promise<void> {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const text = JSON.stringify(frame);
    if (socket.bufferedAmount + text.length <= mostUnreadBytes) {
      socket.send(text);
      return;
    }
    const stuck = setTimeout(() => this.#giveUp(), stuckAfterMs);
    // Called once the frame is out of our hands, or with an error when the socket has ended.
    await new Promise<void>((resolve) => socket.send(text, () => resolve()));
    clearTimeout(stuck);
  }

  sendError(error: unknown, tags: { stream_id?: string | null; seq?: number } = {}): Promise<void> {
    return this.send({ type: "error", ...tags, error: this.#request.problemOf(error) });
  }

  /** The end of what was asked for; the last word is an error frame when the server or the key ended it. */
  end(): void {
    const { reason } = this.signal;
    if (reason instanceof AppError) this.fail(reason);
    else this.#socket.close(closeCodes.done, "done");
  }

  /** An error frame, and the socket closes with the code that fits. */
  fail(error: unknown): void {
    const { code, status } = toAppError(error);
    void this.sendError(error);
    if (code === "server_draining") this.#socket.close(closeCodes.restarting, "the server is shutting down");
    else this.#socket.close(status >= 500 ? closeCodes.failed : closeCodes.refused, code);
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#refuseFlood()) return;
    try {
      if (isBinary) throw appError("media_type_unsupported", "expected text frames that hold JSON, got a binary frame");
      this.#onMessage(this.#request.server.readJson(data as Buffer));
    } catch (error) {
      void this.sendError(error, { stream_id: null });
    }
  }

  #refuseFlood(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) [this.#second, this.#messagesThisSecond] = [second, 0];
    this.#messagesThisSecond++;
    if (this.#messagesThisSecond <= mostMessagesASecond) return false;
    this.fail(appError("rate_limited", `expected at most ${mostMessagesASecond} messages a second`));
    return true;
  }

  /** If the reader takes the close frame no better, ws cuts the connection after closeTimeout. */
  #giveUp(): void {
    this.#socket.close(closeCodes.tooSlow, "the reader is too slow");
  }
}
