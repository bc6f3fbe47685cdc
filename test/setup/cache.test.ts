import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Cache, cacheFolder } from "../../setup/cache.mjs";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-cache-"));
});
afterEach(() => rm(folder, { recursive: true }));

const fill = (text: string) => (place: string) => writeFile(join(place, "part"), text);

test("the cache follows XDG_CACHE_HOME, else the home folder", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/x", HOME: "/h" })).toBe("/x/unroll");
  expect(cacheFolder({ HOME: "/h" })).toBe("/h/.cache/unroll");
});

test("a thing is made once and found afterwards", async () => {
  const cache = new Cache(folder);
  const make = vi.fn(fill("library"));
  const first = await cache.findOrMake("thing-1", make);
  expect(await cache.findOrMake("thing-1", make)).toBe(first);
  expect(make).toHaveBeenCalledTimes(1);
  expect(await readFile(join(first, "part"), "utf8")).toBe("library");
});

test("set-ups that make the same thing at once all get one whole thing", async () => {
  const caches = Array.from({ length: 5 }, () => new Cache(folder));
  const places = await Promise.all(caches.map((cache, index) => cache.findOrMake("thing-1", fill(String(index)))));
  expect(new Set(places).size).toBe(1);
  expect(await readdir(folder)).toEqual(["thing-1"]);
  expect(await readFile(join(places[0]!, "part"), "utf8")).toMatch(/^[0-4]$/);
});

test("what fails half-way leaves nothing behind", async () => {
  const cache = new Cache(folder);
  const fail = async (place: string) => {
    await fill("half")(place);
    throw new Error("the network went away");
  };
  await expect(cache.findOrMake("thing-1", fail)).rejects.toThrow("the network went away");
  expect(await readdir(folder)).toEqual([]);
  expect(await cache.find("thing-1")).toBeUndefined();
});

test("what a killed set-up left is cleared: at once on its machine, after a day on another", async () => {
  const [dead, alive] = [2 ** 22 + 1, process.pid]; // the first is beyond Linux's largest process id
  const names = [
    `.tmp-${hostname()}-${dead}-0-a`,
    `.tmp-${hostname()}-${alive}-0-b`,
    ".tmp-other-7-0-c",
    ".tmp-other-8-0-d",
  ];
  for (const name of names) await mkdir(join(folder, name));
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  await utimes(join(folder, names[3]!), longAgo, longAgo);
  await new Cache(folder).findOrMake("thing-1", fill("x"));
  expect((await readdir(folder)).sort()).toEqual([names[1], names[2], "thing-1"].sort());
});

test("a cache that cannot be written is replaced by one in the project, with one sentence", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  const warn = vi.fn();
  const cache = await Cache.open({ preferred: join(file, "unroll"), fallback: join(folder, "own"), warn });
  expect(cache.folder).toBe(join(folder, "own"));
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]?.[0]).toContain("Set XDG_CACHE_HOME");
});
