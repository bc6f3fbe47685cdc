import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { drivers } from "./drivers.ts";
import { runChild } from "./run-child.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { jobIn } from "./temporary-store.ts";

const maxUploadBytes = 1000;

describe.each(drivers)("a process that is killed, on %s", (driver) => {
  test("every event that was acknowledged is there afterwards, and none is half there", async () => {
    const dataFolder = await temporaryFolder();
    const first = await openStore({ dataFolder, maxUploadBytes, driver });
    const { job } = await jobIn(first);
    await first.close();
    let before = 0;
    for (const acknowledgements of [1, 40, 15]) {
      const child = runChild("append-loop.ts", [dataFolder, job, driver]);
      let acknowledged = 0;
      for (let count = 0; count < acknowledgements; count++) acknowledged = Number(await child.line());
      const last = Number((await child.kill()).at(-1) ?? acknowledged);
      const store = await openStore({ dataFolder, maxUploadBytes, driver });
      const events = await store.jobs.events(job, 0, 100_000);
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
      expect(last).toBeGreaterThanOrEqual(before + acknowledgements);
      // One more may be stored than was said.
      expect([last, last + 1]).toContain(events.length);
      expect(await store.jobs.get(job)).toMatchObject({ status: "running", metrics: { seq: events.length } });
      expect(await store.jobs.unfinished()).toHaveLength(1);
      before = events.length;
      await store.close();
    }
  });

  test("its folder is free at once, and while it lives others are told its pid", async () => {
    const dataFolder = await temporaryFolder();
    const child = runChild("hold-folder.ts", [dataFolder, driver]);
    expect(await child.line()).toBe("open");
    const pid = child.process.pid!;
    await expect(openStore({ dataFolder, maxUploadBytes, driver })).rejects.toMatchObject({
      name: "StoreOpenError",
      reason: "data_folder_locked",
      pid,
      message: `The data folder ${dataFolder} is in use by another server (process ${pid}). Stop it, or set UNROLL_DATA_DIR to another folder.`,
    });
    await child.kill();
    const store = await openStore({ dataFolder, maxUploadBytes, driver });
    await store.close();
  });
});

test("of four that start at once, exactly one has the folder", async () => {
  const dataFolder = await temporaryFolder();
  const children = [...drivers, ...drivers, ...drivers, ...drivers]
    .slice(0, 4)
    .map((driver) => runChild("hold-folder.ts", [dataFolder, driver]));
  const lines = await Promise.all(children.map((child) => child.line()));
  const winner = lines.indexOf("open");
  expect(lines.filter((line) => line === "open")).toHaveLength(1);
  const told = `data_folder_locked ${children[winner]!.process.pid}`;
  expect(lines.filter((line) => line === told)).toHaveLength(3);
});
