import { describe, expect, it } from "vitest";
import { appError } from "../../src/errors.ts";
import type { TextPart } from "../../src/workers/inference-pool.ts";
import { TextParts } from "../../src/workers/text-parts.ts";

const delta = (text: string): TextPart => ({ type: "delta", text, index: 0 });
const end: TextPart = {
  type: "end",
  finishReason: "length",
  promptTokens: 0,
  completionTokens: 1,
  timings: { queue_ms: 0, compute_ms: 0 },
};
const done = { value: undefined, done: true };

function open() {
  const asked: string[] = [];
  const parts = new TextParts({
    hold: () => asked.push("hold"),
    release: () => asked.push("release"),
    abandon: () => asked.push("abandon"),
  });
  return { parts, asked };
}

describe("TextParts", () => {
  it("hands parts to readers in order, whoever came first", async () => {
    const { parts } = open();
    parts.push(delta("a"));
    const reads = [parts.next(), parts.next(), parts.next(), parts.next()];
    parts.push(delta("b"));
    parts.push(end);
    expect(await Promise.all(reads)).toEqual([
      { value: delta("a"), done: false },
      { value: delta("b"), done: false },
      { value: end, done: false },
      done,
    ]);
    expect(await parts.next()).toEqual(done);
  });

  it("asks the source to wait while the reader lags, once, and to go on when it has caught up", async () => {
    const { parts, asked } = open();
    for (let part = 0; part < 10; part += 1) parts.push(delta("x".repeat(1000)));
    expect(asked).toEqual(["hold"]);
    for (let part = 0; part < 8; part += 1) await parts.next();
    expect(asked).toEqual(["hold"]);
    await parts.next();
    expect(asked).toEqual(["hold", "release"]);
  });

  it("gives the source up when the reader leaves, and ends reads under way", async () => {
    const { parts, asked } = open();
    const read = parts.next();
    expect(await parts.return()).toEqual(done);
    expect(await read).toEqual(done);
    parts.push(delta("late"));
    parts.fail(appError("inference_unavailable", "late"));
    expect(await parts.next()).toEqual(done);
    await parts.return();
    expect(asked).toEqual(["abandon"]);
  });

  it("gives what came before an error, then the error, once", async () => {
    const { parts } = open();
    parts.push(delta("a"));
    parts.fail(appError("inference_unavailable", "gone"));
    expect((await parts.next()).value).toEqual(delta("a"));
    await expect(parts.next()).rejects.toMatchObject({ code: "inference_unavailable" });
    expect(await parts.next()).toEqual(done);
  });
});
