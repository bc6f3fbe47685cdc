import { rotate } from "./rotate.mjs";

/**
 * Measures contenders in turns, one active at a time, in rotated order each round.
 * A contender is {name, measure()}; measure resolves to the time of one unit of work.
 * Resolves to one object a round: {times: {name: time}, disturbed: [names whose slot never found the machine at its best]}.
 */
export async function runRounds(contenders, { rounds, guard, report = () => {} }) {
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const result = { times: {}, disturbed: [] };
    for (const contender of rotate(contenders, round)) {
      const { result: time, isQuiet } = await guard.slot(() => contender.measure(round));
      result.times[contender.name] = time;
      if (!isQuiet) result.disturbed.push(contender.name);
      report(contender.name, time);
    }
    results.push(result);
  }
  return results;
}
