import { describe, expect, it } from "vitest";
import { LoadedModels } from "../../../src/rnn/serving/loaded-models.ts";

/** Models of 10 bytes that remember when they were loaded and freed. */
function library(limits: { count: number; bytes: number }, fail: (path: string) => boolean = () => false) {
  const loads: string[] = [];
  const freed: string[] = [];
  let underWay = 0;
  const models = new LoadedModels(async (path: string) => {
    loads.push(path);
    underWay += 1;
    expect(underWay).toBe(1);
    await new Promise(setImmediate);
    underWay -= 1;
    if (fail(path)) throw new Error(`no ${path}`);
    return { path, bytes: 10, dispose: () => freed.push(path) };
  }, limits);
  const use = async (path: string) => (await models.borrow(path)).giveBack();
  return { models, loads, freed, use };
}

const settled = () => new Promise(setImmediate);

describe("LoadedModels", () => {
  it("loads a model once, however many ask", async () => {
    const { models, loads } = library({ count: 4, bytes: 1000 });
    const loans = await Promise.all(Array.from({ length: 50 }, () => models.borrow("a")));
    expect(loads).toEqual(["a"]);
    expect(new Set(loans.map(({ model }) => model)).size).toBe(1);
  });

  it("lets the least recently used go when there are too many", async () => {
    const { loads, freed, use } = library({ count: 2, bytes: 1000 });
    for (const path of ["a", "b", "a", "c", "a", "b"]) await use(path);
    await settled();
    expect(loads).toEqual(["a", "b", "c", "b"]);
    expect(freed).toEqual(["b", "c"]);
  });

  it("lets models go when they are too large together", async () => {
    const { models, freed, use } = library({ count: 100, bytes: 35 });
    for (let model = 0; model < 20; model += 1) await use(String(model));
    await settled();
    expect(models.count).toBe(3);
    expect(freed).toHaveLength(17);
  });

  it("keeps what is in use, and lets it go when it comes back", async () => {
    const { models, freed, use } = library({ count: 1, bytes: 1000 });
    const loan = await models.borrow("a");
    await use("b");
    await settled();
    expect(freed).toEqual(["b"]);
    const again = await models.borrow("a");
    expect(again.model).toBe(loan.model);
    const other = await models.borrow("c");
    loan.giveBack();
    loan.giveBack();
    await settled();
    expect(freed).toEqual(["b"]);
    again.giveBack();
    await settled();
    expect(freed).toEqual(["b", "a"]);
    other.giveBack();
  });

  it("tells all who wait that loading failed, and tries again for the next", async () => {
    let broken = true;
    const { models, loads } = library({ count: 4, bytes: 1000 }, () => broken);
    const attempts = await Promise.allSettled([models.borrow("a"), models.borrow("a")]);
    expect(attempts.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    broken = false;
    await models.borrow("a");
    expect(loads).toEqual(["a", "a"]);
  });

  it("unloads a model at once, or when its last borrower is done", async () => {
    const { models, loads, freed, use } = library({ count: 4, bytes: 1000 });
    await use("a");
    models.unload("a");
    await settled();
    expect(freed).toEqual(["a"]);
    const loan = await models.borrow("b");
    models.unload("b");
    await use("b");
    expect(loads).toEqual(["a", "b", "b"]);
    expect(freed).toEqual(["a"]);
    loan.giveBack();
    await settled();
    expect(freed).toEqual(["a", "b"]);
    models.unload("unknown");
  });
});
