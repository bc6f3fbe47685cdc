import { tf } from "../backend.ts";
import { CarriedState } from "./carried-state.ts";
import type { Streams } from "./plan-streams.ts";
import { readStreams } from "./read-streams.ts";
import type { TextNetwork } from "./text-network.ts";

/** Mean cross-entropy over all rows of a text, the state carried from chunk to chunk as in training. Awaits `pause` before each. */
export async function evaluateStreams(
  { network, text, streams, chunk }: { network: TextNetwork; text: Int32Array; streams: Streams; chunk: number },
  pause: () => Promise<void>,
): Promise<number> {
  const carried = new CarriedState(network.initialStates(streams.rows));
  let sum = 0;
  try {
    for (let from = 0; from < streams.length; from += chunk) {
      await pause();
      const time = Math.min(chunk, streams.length - from);
      const loss = tf.tidy(() => {
        const batch = readStreams(text, streams, from, time);
        const { loss, finalStates } = network.loss({ ...batch, states: carried.states, random: null });
        carried.replace(finalStates);
        return loss.dataSync()[0]!;
      });
      sum += loss * time;
    }
  } finally {
    carried.dispose();
  }
  return sum / streams.length;
}
