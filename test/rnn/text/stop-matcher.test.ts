import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StopMatcher } from "../../../src/rnn/text/stop-matcher.ts";

/** Pushes a text character by character: the pieces let through, and where it stopped. */
function read(text: string, stops: string[]): { pieces: string[]; stopped: boolean } {
  const matcher = new StopMatcher(stops);
  const pieces: string[] = [];
  for (const character of text) {
    const piece = matcher.push(character);
    pieces.push(piece.text);
    if (piece.stopped) return { pieces, stopped: true };
  }
  return { pieces: [...pieces, matcher.flush()], stopped: false };
}

describe("StopMatcher", () => {
  it("lets everything through without stop strings", () => {
    expect(read("abc", [])).toEqual({ pieces: ["a", "b", "c", ""], stopped: false });
  });

  it("holds back what may be the beginning of a stop string", () => {
    expect(read("xEN.", ["END"])).toEqual({ pieces: ["x", "", "", "EN.", ""], stopped: false });
    expect(read("xENDy", ["END"])).toEqual({ pieces: ["x", "", "", ""], stopped: true });
    expect(read("xEN", ["END"])).toEqual({ pieces: ["x", "", "", "EN"], stopped: false });
  });

  it("goes back to a shorter beginning when a longer one fails", () => {
    expect(read("aabaabaaX", ["aabaaX"])).toEqual({ pieces: ["", "", "", "", "", "aab", "", "", ""], stopped: true });
  });

  it("ends before the longest of stop strings that complete together", () => {
    expect(read("xyabz", ["b", "yab"]).pieces.join("")).toBe("x");
    expect(read("abc", ["abcd", "bc"]).pieces.join("")).toBe("a");
  });

  it("never splits a character of two UTF-16 units", () => {
    expect(read("a😀b", ["😀!"]).pieces).toEqual(["a", "", "😀b", ""]);
    expect(read("a😀b", ["😁"]).pieces).toEqual(["a", "😀", "b", ""]);
    expect(read("a😀b", ["😀"])).toEqual({ pieces: ["a", ""], stopped: true });
  });

  it("ends where the first complete stop string does, whatever the text", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "😀"), minLength: 1, maxLength: 5 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "😀"), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.array(word, { minLength: 1, maxLength: 3 }), (whole, stops) => {
        const ends = stops.flatMap((stop) => {
          const start = whole.indexOf(stop);
          return start < 0 ? [] : [{ start, end: start + stop.length }];
        });
        const first = ends.sort((one, other) => one.end - other.end || one.start - other.start)[0];
        const { pieces, stopped } = read(whole, stops);
        expect(pieces.join("")).toBe(first === undefined ? whole : whole.slice(0, first.start));
        expect(stopped).toBe(first !== undefined);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
