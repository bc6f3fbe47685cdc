import { parseArgs } from "node:util";
import { ConfigError, readConfig } from "./config.ts";
import { AppError } from "./errors.ts";
import { exitCodes } from "./exit-codes.ts";
import { type Scope, scopes } from "./schemas/keys.ts";
import { openStore } from "./store/open-store.ts";
import type { KeyStore } from "./store/store.ts";
import { StoreOpenError } from "./store/store-open-error.ts";

const usage = `Usage: npm run key -- <command>

  make <name> [--scope ${scopes.join("|")}]   make a key (read by default); it is shown once
  list                                        list the keys
  revoke <id>                                 revoke a key

Works on the data folder (UNROLL_DATA_DIR) while no server runs on it.
`;

const overTheApi = `While the server runs, use its API with an admin key:

  curl -X POST   -H "Authorization: Bearer $UNROLL_API_KEY" -H "Content-Type: application/json" \\
       -d '{"name":"dashboard","scope":"infer"}' http://localhost:3000/v1/keys
  curl           -H "Authorization: Bearer $UNROLL_API_KEY" http://localhost:3000/v1/keys
  curl -X DELETE -H "Authorization: Bearer $UNROLL_API_KEY" http://localhost:3000/v1/keys/key_...
`;

class UsageError extends Error {}

/** The lines to print. Throws UsageError, AppError. */
async function run(
  keys: KeyStore,
  command: string,
  options: { value: string | undefined; scope: string },
): Promise<string> {
  switch (command) {
    case "make": {
      const scope = scopes.find((known): known is Scope => known === options.scope);
      if (scope === undefined)
        throw new UsageError(`--scope must be one of ${scopes.join(", ")}, got ${options.scope}`);
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(options.value ?? "")) {
        throw new UsageError("a key needs a name: letters, digits, dot, dash and underscore");
      }
      const { key, secret } = await keys.create({ name: options.value ?? "", scope });
      return `${key.id}  ${key.scope}  ${key.name}\n\nShown this once:\n\n  ${secret}\n`;
    }
    case "list": {
      const all = await keys.list();
      const lines = all.map(
        (key) => `${key.id}  ${key.scope.padEnd(5)}  ${key.revoked_at === null ? "valid  " : "revoked"}  ${key.name}`,
      );
      return lines.length === 0 ? "There are no keys.\n" : `${lines.join("\n")}\n`;
    }
    case "revoke": {
      if (options.value === undefined) throw new UsageError("which key? Give its id: key_...");
      const key = await keys.revoke(options.value);
      return `${key.id} (${key.name}) is revoked.\n`;
    }
    default:
      throw new UsageError(command === "" ? "what is to be done?" : `there is no command ${command}`);
  }
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { scope: { type: "string", default: "read" }, help: { type: "boolean", short: "h", default: false } },
  });
  const [command = "", value] = positionals;
  if (values.help) return print(usage, exitCodes.stopped);
  const { UNROLL_DATA_DIR: dataFolder, UNROLL_MAX_UPLOAD_BYTES: maxUploadBytes } = readConfig(process.env);
  const store = await openStore({ dataFolder, maxUploadBytes });
  try {
    return print(await run(store.keys, command, { value, scope: values.scope }), exitCodes.stopped);
  } finally {
    await store.close();
  }
}

function print(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function explain(error: unknown): number {
  const isMisuse = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS");
  const isKnown =
    isMisuse || error instanceof AppError || error instanceof ConfigError || error instanceof StoreOpenError;
  process.stderr.write(`${isKnown ? (error as Error).message : ((error as Error).stack ?? error)}\n\n`);
  if (isMisuse) process.stderr.write(usage);
  if (error instanceof StoreOpenError) {
    if (error.reason === "data_folder_locked") process.stderr.write(overTheApi);
    return exitCodes[error.reason];
  }
  return isMisuse || error instanceof ConfigError ? exitCodes.bad_setting : exitCodes.unexpected;
}

process.exitCode = await main().catch(explain);
