import type { ErrorCode } from "../errors.ts";
import type { JobError } from "../schemas/jobs.ts";
import type { TrainerEnd } from "../workers/trainer-run.ts";

/** Why a run was asked to end. */
export type StopReason = "cancel" | "pause" | "drain";

/** What becomes of a job whose run has ended. */
export type Verdict =
  | { to: "succeeded"; metrics: Record<string, number> }
  | { to: "failed"; error: JobError }
  | { to: "cancelled" }
  | { to: "paused" }
  | { to: "queued"; reason: "server-stopped" | "trainer-lost"; cause: JobError | null };

/** Losses in a row without a new checkpoint between that end a job. */
export const LOSSES_TO_FAIL = 3;

/** The engine's word that another try would end the same. */
const final = new Set<ErrorCode>([
  "training_diverged",
  "dataset_invalid",
  "validation_failed",
  "history_too_short",
  "prompt_characters_unknown",
  "checkpoint_corrupt",
]);

/** `losses`: those in a row before this run that brought no checkpoint. Asked to end, a lost run costs its steps, not the job. */
export function judgeRun(end: TrainerEnd, stop: StopReason | null, losses: number): Verdict {
  if (end.type === "outcome" && end.outcome.status === "succeeded") {
    return { to: "succeeded", metrics: end.outcome.metrics };
  }
  if (stop === "cancel") return { to: "cancelled" };
  if (end.type === "error" && final.has(end.error.code)) return { to: "failed", error: publicError(end) };
  if (stop === "pause") return { to: "paused" };
  if (stop === "drain") return { to: "queued", reason: "server-stopped", cause: null };
  const cause = publicError(end);
  if (losses + 1 < LOSSES_TO_FAIL) return { to: "queued", reason: "trainer-lost", cause };
  const detail = `${cause.detail} (${LOSSES_TO_FAIL} times in a row without a new checkpoint)`;
  return { to: "failed", error: { code: cause.code, detail } };
}

/** What a client may read of it: our own sentences as they are, a foreign exception's without the server's paths. */
function publicError(end: TrainerEnd): JobError {
  if (end.type === "lost") return { code: end.code, detail: end.detail };
  if (end.type === "outcome") return { code: "trainer_lost", detail: "the run stopped without being asked to" };
  const { code, detail } = end.error;
  if (code !== "internal") return { code, detail };
  const message = detail.split("\n")[0]!.replaceAll(/(?:file:\/\/)?(?:\/[^\s/'":]+){2,}/g, "(path)");
  return { code: "training_failed", detail: `the training run stopped on an unexpected error: ${message}` };
}
