import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../dist/server.js", import.meta.url));

/** Runs the server on a free port with a data folder of its own, calls `use` with its client, and leaves nothing behind. */
export async function withServer(use) {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), "unroll-bench-"));
  const env = { ...process.env, UNROLL_PORT: "0", UNROLL_DATA_DIR: dataFolder };
  const server = spawn(process.execPath, [entry], { env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    await use(clientOf(await addressOf(server)));
  } finally {
    if (server.exitCode === null) {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function addressOf(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const { url } = line.startsWith("{") ? JSON.parse(line) : {};
    if (url !== undefined) return url;
  }
  throw new Error("the server ended before it listened");
}

function clientOf(url) {
  const read = async (response) => {
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const headers = { "content-type": "application/json" };
  return {
    get: async (address) => read(await fetch(url + address)),
    post: async (address, body) =>
      read(await fetch(url + address, { method: "POST", headers, body: JSON.stringify(body) })),
    /** A file of these lines beside these fields. */
    upload: async (address, fields, fileName, lines) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append("file", new Blob(lines), fileName);
      return read(await fetch(url + address, { method: "POST", body: form }));
    },
  };
}
