import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { JsonProcess } from "./measure/json-process.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

/** A contender written in Python, bench/peers/{file}, with the threads it may use. */
export function startPeer(file, settings, { python, threads }) {
  const env = {
    OMP_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    KERAS_BACKEND: "tensorflow",
  };
  const command = [python, join(here, "peers", file), JSON.stringify({ threads, ...settings })];
  return JsonProcess.start(file, command, { env });
}
