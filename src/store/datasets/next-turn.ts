import { setImmediate } from "node:timers/promises";

/** Lets everybody else have a turn: reading a large dataset must not hold up the other requests. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}
