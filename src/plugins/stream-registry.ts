import { type AppError, appError } from "../errors.ts";

/** "text" and "events" count what is streamed, whatever carries it; "socket" counts WebSockets. */
export type StreamKind = "text" | "events" | "socket";

interface StreamOptions {
  keyId: string | null;
  /** A single JSON reply: it may finish while the server drains. */
  isReply?: boolean;
  /** The socket the stream belongs to. */
  parent?: AbortSignal;
}

const repliesMayFinishMs = 5_000;

/** An open stream: aborted when its reader is gone, its key is revoked or the server drains; the last two leave an AppError as the reason. */
export class OpenStream {
  readonly kind: StreamKind;
  readonly keyId: string | null;
  readonly isReply: boolean;
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #release: () => void;

  constructor(kind: StreamKind, options: StreamOptions, release: (stream: OpenStream) => void) {
    const { keyId, isReply = false, parent } = options;
    this.kind = kind;
    this.keyId = keyId;
    this.isReply = isReply;
    this.signal = this.#controller.signal;
    const onParent = () => this.abort(parent?.reason);
    parent?.addEventListener("abort", onParent);
    if (parent?.aborted) onParent();
    this.#release = () => {
      parent?.removeEventListener("abort", onParent);
      release(this);
    };
  }

  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  end(): void {
    this.#release();
  }
}

/** Every stream that is open: so that none outlives its reader, its key or the server. */
export class StreamRegistry {
  readonly #open = new Set<OpenStream>();
  readonly #counts: Record<StreamKind, number> = { text: 0, events: 0, socket: 0 };
  readonly #mostTexts: number;

  constructor(mostTexts: number) {
    this.#mostTexts = mostTexts;
  }

  /** Throws server_busy when as many texts are open as may be. */
  open(kind: StreamKind, options: StreamOptions): OpenStream {
    if (kind === "text" && this.#counts.text >= this.#mostTexts) {
      throw appError("server_busy", `expected at most ${this.#mostTexts} open text streams`, { retryAfterSeconds: 1 });
    }
    const stream = new OpenStream(kind, options, (ended) => {
      if (this.#open.delete(ended)) this.#counts[kind]--;
    });
    this.#open.add(stream);
    this.#counts[kind]++;
    return stream;
  }

  count(kind: StreamKind): number {
    return this.#counts[kind];
  }

  revoke(keyId: string): void {
    const reason = appError("key_invalid", "the API key was revoked");
    for (const stream of this.#open) if (stream.keyId === keyId) stream.abort(reason);
  }

  drain(reason: AppError): void {
    for (const stream of this.#open) if (!stream.isReply) stream.abort(reason);
    setTimeout(() => {
      for (const stream of this.#open) stream.abort(reason);
    }, repliesMayFinishMs).unref();
  }
}
