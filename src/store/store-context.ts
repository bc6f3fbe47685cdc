import type { DataFolder } from "./data-folder.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";
import type { ServingModels } from "./models/serving-models.ts";
import type { NewId } from "./new-id.ts";

/** What every part of the store works with. */
export interface StoreContext {
  client: PrismaClient;
  folder: DataFolder;
  newId: NewId;
  serving: ServingModels;
  maxUploadBytes: number;
  sessionLimits: SessionLimits;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface SessionLimits {
  count: number;
  /** Of all states together. */
  bytes: number;
  idleMs: number;
}

/** The client, or the same within a transaction. */
export type Database = PrismaClient | Prisma.TransactionClient;
