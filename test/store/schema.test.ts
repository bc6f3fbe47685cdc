import { expect, test } from "vitest";
import { chooseDriver, connect, runStatement } from "../../src/store/connect.ts";
import * as Tables from "../../src/store/generated/internal/prismaNamespace.ts";
import { migrate } from "../../src/store/migrate.ts";

test("the migrations make the tables and columns that the schema describes", async () => {
  const connection = await connect(":memory:", { driver: await chooseDriver(), busyTimeoutMs: 0 });
  await migrate(connection, { beforeChange: async () => {} });
  const enums = Tables as unknown as Record<string, Record<string, string>>;
  const described = Object.fromEntries(
    Object.values(Tables.ModelName).map((table) => [table, Object.keys(enums[`${table}ScalarFieldEnum`]!).sort()]),
  );
  const made: Record<string, string[]> = {};
  for (const [table] of await runStatement(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
    const columns = await runStatement(connection, `SELECT name FROM pragma_table_info('${table}')`);
    if (!String(table).startsWith("_")) made[String(table)] = columns.map(([name]) => String(name)).sort();
  }
  expect(made).toEqual(described);
  await connection.dispose();
});
