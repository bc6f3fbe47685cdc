import { appError } from "../../errors.ts";
import type { Model } from "../../schemas/models.ts";
import type { Database } from "../store-context.ts";
import { modelParts, toModel } from "./to-model.ts";

/** By id, or else by name. Throws model_not_found. */
export async function findModel(database: Database, reference: string): Promise<Model> {
  const query = { include: modelParts };
  const row =
    (await database.model.findUnique({ ...query, where: { id: reference } })) ??
    (await database.model.findUnique({ ...query, where: { name: reference } }));
  if (row === null)
    throw appError("model_not_found", `expected the id or name of a model, got ${JSON.stringify(reference)}`);
  return toModel(row);
}
