import { appError, type ErrorDetail } from "../../errors.ts";
import type { ModelDigests } from "../../schemas/sessions.ts";

const meanings: Record<keyof ModelDigests, string> = {
  weights: "the weights",
  architecture: "the architecture or settings",
  vocabulary: "the vocabulary, or the frequency and calibration",
};

/** A state came from a model with these digests; throws session_state_mismatch where the model at hand has others. */
export function checkDigests(given: ModelDigests, own: ModelDigests, pointer: string): void {
  const names = (Object.keys(meanings) as (keyof ModelDigests)[]).filter((name) => given[name] !== own[name]);
  const errors = names.map((name): ErrorDetail => {
    const message = `${meanings[name]} of the model that the state comes from are not this model's`;
    return { pointer: `${pointer}/model/${name}`, code: "mismatch", message, value: given[name], allowed: own[name] };
  });
  if (errors.length > 0)
    throw appError("session_state_mismatch", `${errors[0]!.pointer}: ${errors[0]!.message}`, { errors });
}
