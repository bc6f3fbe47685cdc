/** Waits for the end of a job; throws an Error where it did not succeed. */
export async function finishedJob(client, id) {
  for (;;) {
    const job = await client.get(`/v1/jobs/${id}?wait_ms=20000`);
    if (job.finished_at === null) continue;
    if (job.status !== "succeeded") throw new Error(`the job ended as ${job.status}: ${JSON.stringify(job.error)}`);
    return job;
  }
}
