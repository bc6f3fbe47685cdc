export type StoreOpenReason =
  | "data_folder_not_writable"
  | "data_folder_locked"
  | "database_newer"
  | "database_corrupt"
  | "disk_full";

/** Why the data folder cannot be used. The message is a whole sentence for the person at the terminal. */
export class StoreOpenError extends Error {
  readonly reason: StoreOpenReason;
  /** Of the server that holds the folder; null where another reason applies or its pid file cannot be read. */
  readonly pid: number | null;

  constructor(reason: StoreOpenReason, message: string, extras: { pid?: number | null; cause?: unknown } = {}) {
    super(message, { cause: extras.cause });
    this.name = "StoreOpenError";
    this.reason = reason;
    this.pid = extras.pid ?? null;
  }
}
