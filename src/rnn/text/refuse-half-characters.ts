import { appError } from "../../errors.ts";

/** Throws validation_failed for stop strings with a lone half of a surrogate pair, which would match the inside of a character. */
export function refuseHalfCharacters(stops: readonly string[]): void {
  const errors = [...stops.entries()]
    .filter(([, stop]) => /\p{Surrogate}/u.test(stop))
    .map(([index, stop]) => ({
      pointer: `/stop/${index}`,
      code: "format",
      message: "expected whole Unicode characters, got half of a surrogate pair",
      value: stop,
    }));
  if (errors.length > 0) throw appError("validation_failed", "stop: expected whole Unicode characters", { errors });
}
