import { appError } from "../../errors.ts";
import type { JobChange } from "../../schemas/job-record.ts";
import { expectCheckpointPath } from "../checkpoint-files.ts";
import type { JobModel } from "../generated/models.ts";
import type { Database, StoreContext } from "../store-context.ts";

type NewCheckpoint = NonNullable<JobChange["checkpoint"]>;

/**
 * The new checkpoint takes over as the job's latest, and as its best and what the model serves when it is best. Removes the
 * rows that nothing needs any more and returns them: their files are to go once the transaction is committed.
 */
export async function addCheckpoint(
  { folder }: StoreContext,
  database: Database,
  { job, checkpoint }: { job: JobModel; checkpoint: NewCheckpoint },
): Promise<{ jobId: string; id: string }[]> {
  const { id, step, metrics, best, bytes, sha256, path } = checkpoint;
  expectCheckpointPath(folder, { jobId: job.id, id, path });
  await database.checkpoint.updateMany({ where: { jobId: job.id, latest: true }, data: { latest: false } });
  if (best) await database.checkpoint.updateMany({ where: { jobId: job.id, best: true }, data: { best: false } });
  await database.checkpoint.create({
    data: { id, jobId: job.id, step, metrics, best, latest: true, bytes, sha256, createdAt: new Date() },
  });
  if (best) {
    await database.model.update({
      where: { id: job.modelId },
      data: { checkpointId: id, metrics, updatedAt: new Date() },
    });
  }
  const superseded = {
    jobId: job.id,
    latest: false,
    best: false,
    versions: { none: {} },
  };
  const rows = await database.checkpoint.findMany({ where: superseded, select: { id: true, jobId: true } });
  await database.checkpoint.deleteMany({ where: { id: { in: rows.map((row) => row.id) } } });
  return rows;
}

/** The job's best checkpoint becomes the model's next version. */
export async function addVersion(database: Database, job: JobModel): Promise<void> {
  const best = await database.checkpoint.findFirst({
    where: { jobId: job.id },
    orderBy: [{ best: "desc" }, { latest: "desc" }],
  });
  if (best === null)
    throw appError("internal", `expected a checkpoint of job ${job.id} to make a version of, found none`);
  const last = await database.modelVersion.findFirst({
    where: { modelId: job.modelId },
    orderBy: { version: "desc" },
  });
  const version = {
    modelId: job.modelId,
    version: (last?.version ?? 0) + 1,
    checkpointId: best.id,
    jobId: job.id,
    metrics: best.metrics ?? {},
    createdAt: new Date(),
  };
  await database.modelVersion.create({ data: version });
}
