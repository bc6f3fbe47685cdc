import type { SqliteDriver } from "../../../src/store/connect.ts";
import { openStore } from "../../../src/store/open-store.ts";

// Opens the folder and holds it until its input ends; says what became of it.
const [dataFolder, driver] = process.argv.slice(2) as [string, SqliteDriver];
try {
  const store = await openStore({ dataFolder, maxUploadBytes: 1000, driver });
  process.stdout.write("open\n");
  process.stdin.resume();
  process.stdin.on("end", () => void store.close());
} catch (error) {
  process.stdout.write(`${(error as { reason?: string }).reason} ${(error as { pid?: number }).pid}\n`);
}
