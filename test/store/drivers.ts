import { chooseDriver, type SqliteDriver } from "../../src/store/connect.ts";

/** Those that run here: without a compiler, better-sqlite3 does not. */
export const drivers: SqliteDriver[] = (await chooseDriver()) === "libsql" ? ["libsql"] : ["better-sqlite3", "libsql"];
