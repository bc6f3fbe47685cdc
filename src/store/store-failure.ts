import { AppError, appError } from "../errors.ts";

/** The errors of Prisma, of its adapters, of SQLite and of the file system name the same failure in different places: here they are all read. */
function messages(error: unknown): string {
  const found: string[] = [];
  let current = error;
  for (let depth = 0; depth < 5 && current !== null && typeof current === "object"; depth++) {
    const { message, code, originalMessage, cause, meta } = current as Record<string, unknown>;
    found.push(...[message, code, originalMessage].filter((part) => typeof part === "string"));
    current = cause ?? (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError;
  }
  return found.join("\n");
}

export function isDiskFull(error: unknown): boolean {
  return /SQLITE_FULL|database or disk is full|ENOSPC|EDQUOT/.test(messages(error));
}

export function isDatabaseCorrupt(error: unknown): boolean {
  return /SQLITE_CORRUPT|SQLITE_NOTADB|is malformed|not a database/.test(messages(error));
}

/** Another program holds the database: somebody's sqlite3 shell, a backup. */
export function isBusy(error: unknown): boolean {
  return /SQLITE_BUSY|database is locked|SocketTimeout/.test(messages(error));
}

/** Prisma's code for a value that a unique column holds already. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === "P2002";
}

/** What a caller of the store sees of `error`: an AppError always. */
export function storeFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDiskFull(error)) return appError("disk_full", "the disk of the data folder is full", { cause: error });
  if (isBusy(error)) {
    return appError("server_busy", "another program holds the database", { cause: error, retryAfterSeconds: 1 });
  }
  return appError("internal", error instanceof Error ? error.message : String(error), { cause: error });
}

/** The same object, whose methods throw nothing but AppError. */
export function withStoreFailures<T extends object>(room: T): T {
  return new Proxy(room, {
    get(target, property, receiver) {
      const method: unknown = Reflect.get(target, property, receiver);
      if (typeof method !== "function") return method;
      return async (...values: unknown[]) => {
        try {
          return await method.apply(target, values);
        } catch (error) {
          throw storeFailure(error);
        }
      };
    },
  });
}
