import { expect, test } from "vitest";
import { Plateau } from "../../../src/rnn/callbacks/plateau.ts";
import type { Schedule } from "../../../src/schemas/schedule.ts";
import { readFixture } from "../read-fixture.ts";

interface Fixture {
  settings: Partial<Schedule>;
  losses: number[];
  rates: number[];
}

const scheduleOf = ({ settings }: Fixture): Schedule => ({ type: "plateau", warmup_steps: 0, ...settings });

test.each(readFixture<Fixture[]>("plateau.json"))("$settings: the rates of Keras, also after a restore", (fixture) => {
  let plateau = new Plateau(scheduleOf(fixture), 0.8);
  for (const [index, loss] of fixture.losses.entries()) {
    plateau.evaluated(loss);
    expect(plateau.learningRate).toBeCloseTo(fixture.rates[index]!, 6);
    const resumed = new Plateau(scheduleOf(fixture), 0.8);
    resumed.restore(JSON.parse(JSON.stringify(plateau.state())));
    plateau = resumed;
  }
});

test("any other schedule leaves the rate as it is", () => {
  const plateau = new Plateau({ type: "constant", warmup_steps: 0 }, 0.8);
  for (let count = 0; count < 100; count++) plateau.evaluated(1);
  expect(plateau.learningRate).toBe(0.8);
});
