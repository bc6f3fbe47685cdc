import type { DataFolder } from "./data-folder.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";
import type { NewId } from "./new-id.ts";

/** What every part of the store works with. */
export interface StoreContext {
  client: PrismaClient;
  folder: DataFolder;
  newId: NewId;
  maxUploadBytes: number;
}

/** The client, or the same within a transaction. */
export type Database = PrismaClient | Prisma.TransactionClient;
