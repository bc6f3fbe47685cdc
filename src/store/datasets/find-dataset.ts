import { appError } from "../../errors.ts";
import type { Dataset, DatasetSummary } from "../../schemas/datasets.ts";
import type { DatasetModel } from "../generated/models.ts";
import type { Database } from "../store-context.ts";

/** By id, or else by name. Throws dataset_not_found. */
export async function findDataset(database: Database, reference: string): Promise<DatasetModel> {
  const row =
    (await database.dataset.findUnique({ where: { id: reference } })) ??
    (await database.dataset.findUnique({ where: { name: reference } }));
  if (row !== null) return row;
  throw appError("dataset_not_found", `expected the id or name of a dataset, got ${JSON.stringify(reference)}`);
}

export function toDataset(row: DatasetModel): Dataset {
  return {
    id: row.id,
    object: "dataset",
    name: row.name,
    kind: row.kind as Dataset["kind"],
    bytes: Number(row.bytes),
    sha256: row.sha256,
    summary: row.summary as DatasetSummary,
    warnings: row.warnings as string[],
    created_at: row.createdAt.toISOString(),
  };
}
