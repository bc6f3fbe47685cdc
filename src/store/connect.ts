import { pathToFileURL } from "node:url";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { PrismaLibSql } from "@prisma/adapter-libsql";

/** better-sqlite3 is the faster one and has to be compiled; libsql comes prebuilt. The rest of the room sees no difference. */
export type SqliteDriver = "better-sqlite3" | "libsql";

/** A connection to one SQLite file, as Prisma's adapters shape it. */
export type Connection = Awaited<ReturnType<PrismaBetterSqlite3["connect"]>> & {
  /** Opens the file anew, where the driver needs that after another program's lock; PRAGMAs are lost. */
  renew?(): Promise<void>;
};

/** better-sqlite3 where its addon loads in this Node.js, else libsql. */
export async function chooseDriver(): Promise<SqliteDriver> {
  try {
    const connection = await connect(":memory:", { driver: "better-sqlite3", busyTimeoutMs: 0 });
    await connection.dispose();
    return "better-sqlite3";
  } catch {
    // Whatever keeps the addon from loading (not built, another Node.js, another C library), libsql stands in.
    return "libsql";
  }
}

export interface ConnectOptions {
  driver: SqliteDriver;
  /** How long a statement waits for another program's lock, blocking this thread. */
  busyTimeoutMs: number;
}

/** Opens `file`, making it when it is not there. */
export async function connect(file: string, { driver, busyTimeoutMs }: ConnectOptions): Promise<Connection> {
  if (driver === "better-sqlite3") return new PrismaBetterSqlite3({ url: file, timeout: busyTimeoutMs }).connect();
  const url = file === ":memory:" ? file : pathToFileURL(file).href;
  const factory = new RenewableLibSql({ url, timeout: busyTimeoutMs });
  return Object.assign(await factory.connect(), { renew: () => factory.renew() });
}

type LibSqlClient = ReturnType<PrismaLibSql["createClient"]>;

class RenewableLibSql extends PrismaLibSql {
  #client: LibSqlClient | undefined;

  override createClient(config: Parameters<PrismaLibSql["createClient"]>[0]): LibSqlClient {
    this.#client = super.createClient(config);
    return this.#client;
  }

  async renew(): Promise<void> {
    await this.#client?.reconnect();
  }
}

/** Runs one statement with no arguments; rows as arrays. Works for statements that return rows and for those that do not. */
export async function runStatement(connection: Connection, sql: string): Promise<unknown[][]> {
  const { rows } = await connection.queryRaw({ sql, args: [], argTypes: [] });
  return rows;
}
