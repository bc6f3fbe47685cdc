import { appError } from "../../errors.ts";
import type { JobEvent } from "../../schemas/events.ts";
import type { JobChange } from "../../schemas/job-record.ts";
import { removeCheckpointFiles } from "../checkpoint-files.ts";
import { Prisma } from "../generated/client.ts";
import type { Database, StoreContext } from "../store-context.ts";
import { addCheckpoint, addVersion } from "./add-checkpoint.ts";
import { findJob } from "./find-job.ts";

/** One transaction: the events, the job's row, its checkpoint, its model. Files that it makes superfluous go after it has been committed. */
export async function appendEvents(
  context: StoreContext,
  { job: id, events, change }: { job: string; events: JobEvent[]; change: JobChange },
): Promise<void> {
  const superseded = await context.client.$transaction(async (database) => {
    const job = await findJob(database, id);
    expectNextSequence(id, job.lastSeq, events);
    await insertEvents(database, id, events);
    const { checkpoint, newVersion, model } = change;
    const removed = checkpoint === undefined ? [] : await addCheckpoint(context, database, { job, checkpoint });
    if (newVersion === true) await addVersion(database, job);
    const data = {
      ...jobColumns(change),
      lastSeq: events.at(-1)?.seq ?? job.lastSeq,
      reportedStep: Math.max(job.reportedStep, ...events.map((event) => (event.type === "step-end" ? event.step : 0))),
    };
    await database.job.update({ where: { id }, data });
    if (model !== undefined) await database.model.update({ where: { id: job.modelId }, data: modelColumns(model) });
    return removed;
  });
  if (change.checkpoint !== undefined || change.model !== undefined || change.newVersion === true) {
    context.serving.forget();
  }
  await removeCheckpointFiles(context.folder, superseded);
}

/** Subscribers count on 1, 2, 3... without gaps; a caller that lost count is a fault to find, not to store. */
function expectNextSequence(job: string, last: number, events: JobEvent[]): void {
  events.forEach(({ seq }, index) => {
    const expected = last + 1 + index;
    if (seq !== expected) throw appError("internal", `expected event ${expected} of job ${job}, got ${seq}`);
  });
}

/** One statement however many events: Prisma's createMany is some 15 times slower. */
async function insertEvents(database: Database, job: string, events: JobEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ seq, type, at, job: _, ...payload }) => [seq, type, at, JSON.stringify(payload)]);
  await database.$executeRaw`
    INSERT INTO "JobEvent" ("jobId", "seq", "type", "at", "payload")
    SELECT ${job}, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]')
    FROM json_each(${JSON.stringify(rows)})`;
}

/** Prisma leaves a column alone where its value is undefined. */
function jobColumns({ status, progress, attempt, training, metrics, error, startedAt, finishedAt }: JobChange) {
  return {
    status,
    progress,
    attempt,
    training,
    metrics,
    error: error === null ? Prisma.DbNull : error,
    startedAt: startedAt === undefined ? undefined : new Date(startedAt),
    finishedAt: finishedAt === undefined ? undefined : new Date(finishedAt),
  };
}

function modelColumns({ parameter_count, forecast, metrics }: NonNullable<JobChange["model"]>) {
  return {
    parameterCount: parameter_count,
    forecast: forecast === null ? Prisma.DbNull : forecast,
    metrics,
    updatedAt: new Date(),
  };
}
