import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { JsonProcess } from "./measure/json-process.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** A contender that runs in Node.js, bench/contenders/{file}. */
export function startContender(file, settings) {
  return JsonProcess.start(file, [process.execPath, join(here, "contenders", file), JSON.stringify(settings)]);
}
