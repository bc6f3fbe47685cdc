import { describe, expect, test } from "vitest";
import { rotate } from "../../bench/measure/rotate.mjs";
import { runRounds } from "../../bench/measure/run-rounds.mjs";
import { runUntilSteady } from "../../bench/measure/run-until-steady.mjs";
import { SlotGuard } from "../../bench/measure/slot-guard.mjs";

/** A guard whose canary reads these numbers, one after the other, and which never waits. */
function guardReading(readings: number[], attempts = 3) {
  const waits: number[] = [];
  const wait = async (ms: number) => {
    waits.push(ms);
  };
  const guard = new SlotGuard(async () => readings.shift() ?? 100, { attempts, wait });
  return { guard, waits };
}

test("each round begins one contender further", () => {
  expect([0, 1, 2, 3].map((round) => rotate(["a", "b", "c"], round).join(""))).toEqual(["abc", "bca", "cab", "abc"]);
  expect(rotate([], 2)).toEqual([]);
});

test("contenders run one at a time, in rotated order, each after the canary", async () => {
  const log: string[] = [];
  let active = 0;
  const contender = (name: string) => ({
    name,
    measure: async (round: number) => {
      active += 1;
      expect(active).toBe(1);
      await Promise.resolve();
      active -= 1;
      log.push(name);
      return round + 1;
    },
  });
  const { guard } = guardReading([]);
  const results = await runRounds([contender("a"), contender("b")], { rounds: 2, guard });
  expect(log).toEqual(["a", "b", "b", "a"]);
  expect(results).toEqual([
    { times: { a: 1, b: 1 }, disturbed: [] },
    { times: { a: 2, b: 2 }, disturbed: [] },
  ]);
  expect(guard.readings).toHaveLength(4);
});

test("below 90 % of the best reading a slot is given up and tried again", async () => {
  const { guard, waits } = guardReading([100, 89, 60, 90]);
  await guard.slot(async () => "first");
  expect(await guard.slot(async () => "second")).toEqual({ result: "second", isQuiet: true });
  expect({ discarded: guard.discarded, disturbed: guard.disturbed, waits: waits.length }).toEqual({
    ...{ discarded: 2, disturbed: 0, waits: 2 },
  });
  expect(guard.best).toBe(100);
  expect(guard.peak).toBe(95); // of 100 and 90; what was disturbed has no part in it
});

test("a machine that never gets quiet is measured in the end, and told", async () => {
  const { guard } = guardReading([100, 10, 10, 10]);
  const quick = { name: "a", measure: async () => 1 };
  const results = await runRounds([quick], { rounds: 2, guard });
  expect(results.map(({ disturbed }) => disturbed)).toEqual([[], ["a"]]);
  expect(guard.disturbed).toBe(1);
});

describe("a warm-up", () => {
  const runs = (times: number[]) => async () => ({ duration_ms: times.shift()!, steps: 2 });

  test("goes on while blocks become faster, and ends after three that did not by 2 %", async () => {
    const times = [900, 500, 495, 300, 299, 310, 298, 100];
    expect(await runUntilSteady(runs(times), { mostMs: 10_000 })).toEqual({ steps: 14 });
    expect(times).toEqual([100]);
  });

  test("ends when its time is over", async () => {
    expect(await runUntilSteady(runs([900, 500, 250, 125]), { mostMs: 1000 })).toEqual({ steps: 4 });
  });
});
