import { Default } from "typebox/value";
import type { Metrics } from "../../schemas/common.ts";
import { Architecture, ForecastSettings, type Model, type SequenceSettings, type Task } from "../../schemas/models.ts";
import type { TextSettings } from "../../schemas/vocabulary.ts";
import type { Prisma } from "../generated/client.ts";

/** What every text model was before there was a choice. */
const onlyCharacters: TextSettings = { vocabulary: "character", vocabulary_size: null };

/** All that a Model shows beside its own row. A running or queued job is what makes it "training", so a crash cannot leave it so. */
export const modelParts = {
  versions: { orderBy: { version: "asc" } },
  _count: { select: { jobs: { where: { status: { in: ["queued", "running"] } } } } },
} satisfies Prisma.ModelInclude;

type ModelRow = Prisma.ModelGetPayload<{ include: typeof modelParts }>;

export function toModel(row: ModelRow): Model {
  const trained = row.checkpointId === null ? "untrained" : "ready";
  return {
    id: row.id,
    object: "model",
    name: row.name,
    task: row.task as Task,
    status: row._count.jobs > 0 ? "training" : trained,
    // What an older row does not name yet is as it was then: the default.
    architecture: Default(Architecture, row.architecture) as Architecture,
    forecast: row.forecast === null ? null : (Default(ForecastSettings, row.forecast) as ForecastSettings),
    sequence: row.sequence as SequenceSettings | null,
    text: (row.text as TextSettings | null) ?? (row.task === "text" ? onlyCharacters : null),
    parameter_count: row.parameterCount === null ? null : Number(row.parameterCount),
    checkpoint: row.checkpointId,
    metrics: row.metrics as Metrics,
    versions: row.versions.map((version) => ({
      version: version.version,
      checkpoint: version.checkpointId,
      job: version.jobId,
      metrics: version.metrics as Metrics,
      created_at: version.createdAt.toISOString(),
    })),
    tags: row.tags as string[],
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
