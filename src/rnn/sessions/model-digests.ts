import { createHash } from "node:crypto";
import { Default } from "typebox/value";
import { Architecture, ForecastSettings } from "../../schemas/models.ts";
import type { ModelDigests } from "../../schemas/sessions.ts";
import type { CheckpointContents } from "../checkpoint.ts";
import { tensorGroup } from "../checkpoint.ts";

/** What a state goes on with, and with nothing else: the same on every server that has the same model. */
export function modelDigests({ description, tensors }: CheckpointContents): ModelDigests {
  const { architecture, forecast, task, taskDescription } = description;
  const settings = [
    task,
    unusual(architecture, Default(Architecture, {})),
    forecast && unusual(forecast, Default(ForecastSettings, { horizon: 0 })),
  ];
  const learned = task === "text" ? taskDescription.vocabulary : taskDescription;
  return {
    weights: digestOfWeights(tensorGroup(tensors, "model")),
    architecture: digest([JSON.stringify(settings)]),
    vocabulary: digest([JSON.stringify(learned)]),
  };
}

/** Sorted, and without what stands at its default: a release that adds a setting changes no digest. */
function unusual(settings: object, usual: unknown): [string, unknown][] {
  const defaults = usual as Record<string, unknown>;
  return Object.entries(settings)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(defaults[name]))
    .sort(([first], [second]) => (first < second ? -1 : 1));
}

function digestOfWeights(weights: ReturnType<typeof tensorGroup>): string {
  const names = [...weights.keys()].sort();
  return digest(
    names.flatMap((name) => {
      const { shape, data } = weights.get(name)!;
      return [JSON.stringify([name, shape]), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
    }),
  );
}

function digest(parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
