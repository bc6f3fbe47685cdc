import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ProgressWatchdog } from "../../src/workers/progress-watchdog.ts";

const limits = { startMs: 600_000, silenceMs: 60_000, lastLookMs: 1000 };

describe("the watchdog of a run", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function watch() {
    const silent: number[] = [];
    return { silent, watchdog: new ProgressWatchdog(limits, (silentMs) => silent.push(silentMs)) };
  }

  test("a start may take ten minutes, a minute without progress afterwards is the end", () => {
    const { silent, watchdog } = watch();
    vi.advanceTimersByTime(599_000);
    watchdog.progress();
    vi.advanceTimersByTime(5000);
    watchdog.progress();
    vi.advanceTimersByTime(60_999);
    expect(silent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(silent).toEqual([60_000]);
    vi.advanceTimersByTime(1_000_000);
    expect(silent).toEqual([60_000]);
  });

  test("a run of slow steps is given ten of them", () => {
    const { silent, watchdog } = watch();
    watchdog.progress();
    vi.advanceTimersByTime(30_000);
    watchdog.progress();
    vi.advanceTimersByTime(300_000);
    expect(silent).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(silent).toEqual([300_000]);
  });

  test("news that came while nobody could look counts", () => {
    const { silent, watchdog } = watch();
    watchdog.progress();
    vi.advanceTimersByTime(10);
    watchdog.progress();
    vi.advanceTimersByTime(60_500);
    watchdog.progress();
    vi.advanceTimersByTime(600_000);
    expect(silent).toEqual([]);
    watchdog.stop();
    watchdog.progress();
    vi.advanceTimersByTime(10_000_000);
    expect(silent).toEqual([]);
  });
});
