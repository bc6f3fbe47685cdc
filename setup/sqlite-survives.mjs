import { existsSync } from "node:fs";
import { errorLine, runCommand } from "./run-command.mjs";

/** Makes statements and lets them be collected between turns of the event loop, where an unsound addon aborts at once. */
const TRIAL = `const Database = require(process.argv[1]);
const database = new Database(":memory:", { nativeBinding: process.argv[2] });
let round = 0;
const turn = setInterval(() => {
  for (let count = 0; count < 2000; count++) database.prepare("SELECT 1");
  Array.from({ length: 1e5 }, (_, index) => ({ index }));
  if (++round === 5) clearInterval(turn);
}, 1);`;

/** Undefined when better-sqlite3's addon loads and lives on in this Node.js, else why not. */
export async function sqliteProblem({ sqlitePackage, sqlite }) {
  if (!existsSync(sqlite)) return "it is not built";
  const { code, output } = await runCommand(process.execPath, ["-e", TRIAL, sqlitePackage, sqlite], {
    timeoutMs: 60_000,
  });
  if (code === 0) return undefined;
  return errorLine(output) || `node ended with code ${code}`;
}
