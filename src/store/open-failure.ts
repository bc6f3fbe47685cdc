import type { DataFolder } from "./data-folder.ts";
import { isDatabaseCorrupt, isDiskFull } from "./store-failure.ts";
import { StoreOpenError } from "./store-open-error.ts";

/** What a failure while opening means to the person at the terminal; unchanged where it is nothing they can mend. */
export function openFailure(folder: DataFolder, error: unknown): unknown {
  if (error instanceof StoreOpenError) return error;
  if (isDatabaseCorrupt(error)) {
    const { message } = error as Error;
    return new StoreOpenError(
      "database_corrupt",
      `The database ${folder.database} is damaged (${message}). Move it away, and put a copy from ${folder.backups} or of your own in its place.`,
      { cause: error },
    );
  }
  if (isDiskFull(error)) {
    const message = `The disk of the data folder ${folder.root} is full: make room and start again.`;
    return new StoreOpenError("disk_full", message, { cause: error });
  }
  return error;
}
