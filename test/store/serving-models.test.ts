import { expect, test } from "vitest";
import { ServingModels } from "../../src/store/models/serving-models.ts";

/** Answers with the number of the lookup, when it is let go. */
function lookups() {
  const waiting: (() => void)[] = [];
  let count = 0;
  const models = new ServingModels(async (name) => {
    count += 1;
    const id = `${name} ${count}`;
    await new Promise<void>((resolve) => waiting.push(resolve));
    return { id, name, forecast: null, checkpoint: { id: "c", path: "/c" } };
  });
  const idOf = async (name: string, checkpoint?: string) => (await models.get(name, "text", checkpoint)).id;
  return { models, waiting, idOf };
}

test("what was read before a write, and came after it, is kept for nobody else", async () => {
  const { models, waiting, idOf } = lookups();
  const before = idOf("a");
  models.forget();
  waiting.shift()?.();
  expect(await before).toBe("a 1");
  const after = idOf("a");
  waiting.shift()?.();
  expect(await after).toBe("a 2");
  expect(await idOf("a")).toBe("a 2");
});

test("other names, tasks and checkpoints are other answers", async () => {
  const { models, waiting, idOf } = lookups();
  const all = [idOf("a"), idOf("b"), idOf("a", "c1"), models.get("a", "forecast").then(({ id }) => id)];
  for (const go of waiting) go();
  expect(await Promise.all(all)).toEqual(["a 1", "b 2", "a 3", "a 4"]);
});

test("a thousand answers are kept, and then the oldest goes", async () => {
  const { waiting, idOf } = lookups();
  for (let index = 0; index <= 1000; index++) {
    const asked = idOf(`m${index}`);
    waiting.shift()?.();
    await asked;
  }
  expect(await idOf("m1")).toBe("m1 2");
  const again = idOf("m0");
  waiting.shift()?.();
  expect(await again).toBe("m0 1002");
});
