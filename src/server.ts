import type { AddressInfo } from "node:net";
import closeWithGrace from "close-with-grace";
import type { FastifyInstance } from "fastify";
import { type Logger, pino } from "pino";
import { createApp } from "./app.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { exitCodes } from "./exit-codes.ts";
import { StoreOpenError } from "./store/store-open-error.ts";
import { terminalLog } from "./terminal-log.ts";

/** A stop has ten seconds in all; whoever asks twice has them no longer. */
const stopWithinMs = 10_000;

const say = (text: string) => process.stderr.write(`${text}\n`);

function fail(error: unknown): never {
  if (error instanceof ConfigError) end(error.message, exitCodes.bad_setting);
  if (error instanceof StoreOpenError) end(error.message, exitCodes[error.reason]);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === "EADDRINUSE") {
    end(
      `Port ${port} on ${address} is in use by another program. Set UNROLL_PORT to a free one, or to 0.`,
      exitCodes.port_in_use,
    );
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EACCES") {
    end(
      `Cannot listen on ${address ?? process.env.UNROLL_HOST}:${port ?? process.env.UNROLL_PORT}: ${(error as Error).message}. Set UNROLL_HOST and UNROLL_PORT.`,
      exitCodes.bad_setting,
    );
  }
  end((error as Error).stack ?? String(error), exitCodes.unexpected);
}

function end(sentence: string, code: number): never {
  say(`unroll: ${sentence}`);
  process.exit(code);
}

function createLogger(config: Config): Logger {
  const options = { level: config.UNROLL_LOG_LEVEL, base: null };
  return process.stdout.isTTY ? pino(options, terminalLog(process.stdout)) : pino(options);
}

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config);
  const app = await createApp({ config, logger, environment: process.env });
  closeWithGrace({ delay: stopWithinMs, logger: logger }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, "the server stops after an error nobody caught");
    else logger.info({ signal }, "the server stops");
    await app.close();
  });
  try {
    await app.listen({ host: config.UNROLL_HOST, port: config.UNROLL_PORT });
  } catch (error) {
    await app.close();
    throw error;
  }
  announce(app, config, logger);
}

function announce(app: FastifyInstance, config: Config, logger: Logger): void {
  const { port } = app.server.address() as AddressInfo;
  const host = ["0.0.0.0", "::"].includes(config.UNROLL_HOST) ? "localhost" : config.UNROLL_HOST;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const facts = { url, host: config.UNROLL_HOST, port, data_folder: config.UNROLL_DATA_DIR, keys: app.auth.required };
  logger.info(facts, "listening");
  const header = app.auth.required ? ' -H "Authorization: Bearer $UNROLL_API_KEY"' : "";
  const next = `docs   ${url}/docs\n  data   ${config.UNROLL_DATA_DIR}\n  next   npm run demo, or curl${header} ${url}/v1/models`;
  // Where the log says it, a program reads it there.
  if (process.stdout.isTTY || !logger.isLevelEnabled("info")) say(`\n  Unroll listens at ${url}\n  ${next}\n`);
  if (app.firstKey !== null) say(`\n  The admin key, shown this once: ${app.firstKey}\n`);
  app.inference.ready().then(
    (backend) => {
      if (backend.reason !== null) say(`\n  !  Running on the level "${backend.level}". ${backend.reason}\n`);
    },
    (error: unknown) => {
      if (!app.draining.aborted) logger.error({ err: error }, "no inference thread: text and forecasts get 503");
    },
  );
}

start().catch(fail);
