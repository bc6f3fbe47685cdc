import { existsSync } from "node:fs";
import fs from "node:fs/promises";
import net from "node:net";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { finding } from "./finding.mjs";
import { isAlive } from "./is-alive.mjs";

/** The place the service will run in: its settings, the port, the data folder. */
export async function examineService({ paths, env }) {
  const file = join(paths.dist, "config.js");
  if (!existsSync(file)) return [finding.problem("settings", "not known before the build", "Run: npm run setup")];
  const { readConfig } = await import(pathToFileURL(file).href);
  let config;
  try {
    config = readConfig(env);
  } catch (error) {
    return [finding.problem("settings", error.message, "Correct or unset the variable.")];
  }
  const settings = finding.ok(
    "settings",
    `http://${config.UNROLL_HOST}:${config.UNROLL_PORT}, log level ${config.UNROLL_LOG_LEVEL}`,
  );
  return [settings, await port(config.UNROLL_HOST, config.UNROLL_PORT), await dataFolder(config.UNROLL_DATA_DIR)];
}

async function port(host, number) {
  const error = await new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", resolve);
    server.listen({ host, port: number }, () => server.close(() => resolve(undefined)));
  });
  if (!error) return finding.ok("port", number === 0 ? "any free one" : `${number} is free`);
  if (error.code === "EADDRINUSE")
    return finding.problem(
      "port",
      `${number} is in use`,
      "Stop what listens there (perhaps Unroll itself), or set UNROLL_PORT to another one.",
    );
  return finding.problem(
    "port",
    `${host}:${number} cannot be listened on (${error.code})`,
    "Set UNROLL_HOST and UNROLL_PORT.",
  );
}

async function dataFolder(folder) {
  try {
    const nearest = await existing(folder);
    await fs.access(nearest, fs.constants.W_OK);
    const holder = Number(await fs.readFile(join(folder, "server.pid"), "utf8").catch(() => Number.NaN)); // none runs
    if (holder > 0 && isAlive(holder))
      return finding.problem(
        "data folder",
        `${folder} is in use by another server (process ${holder})`,
        "Stop it, or set UNROLL_DATA_DIR to another folder.",
      );
    return finding.ok("data folder", nearest === folder ? `${folder} is writable` : `${folder} will be made`);
  } catch (error) {
    return finding.problem(
      "data folder",
      `${folder} cannot be written (${error.code})`,
      "Set UNROLL_DATA_DIR to a folder you may write.",
    );
  }
}

async function existing(folder) {
  const status = await fs.stat(folder).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  return status ? folder : existing(dirname(folder));
}
