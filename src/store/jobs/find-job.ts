import { appError } from "../../errors.ts";
import type { JobModel } from "../generated/models.ts";
import type { Database } from "../store-context.ts";

/** Throws job_not_found. */
export async function findJob(database: Database, id: string): Promise<JobModel> {
  const row = await database.job.findUnique({ where: { id } });
  if (row === null) throw appError("job_not_found", `expected the id of a job, got ${JSON.stringify(id)}`);
  return row;
}
