import type { SqliteDriver } from "../../../src/store/connect.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { stepEnd } from "../store-values.ts";

// Appends events to the log of a job and says the number of each that is stored, until it is killed.
const [dataFolder, job, driver] = process.argv.slice(2) as [string, string, SqliteDriver];
const store = await openStore({ dataFolder, maxUploadBytes: 1000, driver });
const { lastSeq } = await store.jobs.record(job);
for (let seq = lastSeq + 1; seq <= lastSeq + 20_000; seq++) {
  await store.jobs.append(job, [stepEnd(job, seq, seq)], { status: "running", metrics: { seq } });
  process.stdout.write(`${seq}\n`);
}
