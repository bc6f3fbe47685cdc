import { availableParallelism } from "node:os";
import { resolve } from "node:path";

/** A setting that cannot be used; the message names the variable, the rule and what came. */
export class ConfigError extends Error {}

type Parse<T> = (text: string, name: string) => T;

const text: Parse<string> = (value) => value;
const folder: Parse<string> = (value) => resolve(value);
const list: Parse<string[]> = (value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function integer(minimum: number, maximum: number): Parse<number> {
  return (value, name) => {
    const number = Number(value);
    if (value.trim() !== "" && Number.isInteger(number) && number >= minimum && number <= maximum) return number;
    throw new ConfigError(`${name} must be a whole number from ${minimum} to ${maximum}, got "${value}"`);
  };
}

function oneOf<const T extends string>(...allowed: T[]): Parse<T> {
  return (value, name) => {
    const found = allowed.find((item) => item === value);
    if (found !== undefined) return found;
    throw new ConfigError(`${name} must be one of ${allowed.join(", ")}, got "${value}"`);
  };
}

/** Every variable the service reads: how it is parsed, its default, and one sentence. The README prints this table. */
export const settings = {
  UNROLL_HOST: { parse: text, default: "127.0.0.1", about: "Address to listen on." },
  UNROLL_PORT: { parse: integer(0, 65535), default: "3000", about: "Port to listen on; 0 takes a free one." },
  UNROLL_DATA_DIR: { parse: folder, default: "./data", about: "Folder for the database, datasets and checkpoints." },
  UNROLL_AUTH: {
    parse: oneOf("auto", "on", "off"),
    default: "auto",
    about: "Ask for API keys: auto asks everywhere but on loopback; off is refused anywhere else.",
  },
  UNROLL_API_KEY: { parse: text, default: "", about: "The first admin key, unr_ and at least 32 characters." },
  UNROLL_API_KEY_FILE: { parse: text, default: "", about: "A file that holds the first admin key." },
  UNROLL_ALLOWED_HOSTS: {
    parse: list,
    default: "",
    about: "Host names requests may be for, beside the loopback names; comma-separated.",
  },
  UNROLL_ALLOWED_ORIGINS: {
    parse: list,
    default: "",
    about: "Origins of pages that may call the service, beside its own; comma-separated.",
  },
  UNROLL_TRAINING_SLOTS: {
    parse: integer(1, 256),
    default: String(Math.max(1, availableParallelism() - 1)),
    about: "Jobs that train at once; one less than the cores by default.",
  },
  UNROLL_MAX_QUEUED_JOBS: { parse: integer(1, 1_000_000), default: "1000", about: "Jobs that may wait; more get 503." },
  UNROLL_MAX_STREAMS: { parse: integer(1, 1_000_000), default: "1024", about: "Open text streams; more get 503." },
  UNROLL_MAX_UPLOAD_BYTES: {
    parse: integer(1, Number.MAX_SAFE_INTEGER),
    default: String(2 * 1024 ** 3),
    about: "Largest dataset file.",
  },
  UNROLL_MAX_SESSIONS: { parse: integer(1, 1_000_000), default: "10000", about: "Sessions kept; more get 429." },
  UNROLL_MAX_SESSION_BYTES: {
    parse: integer(1, Number.MAX_SAFE_INTEGER),
    default: String(1024 ** 3),
    about: "Room for the states of all sessions; beyond it 507.",
  },
  UNROLL_SESSION_IDLE_SECONDS: {
    parse: integer(1, 10 * 365 * 86_400),
    default: "86400",
    about: "How long a session is kept after its last use.",
  },
  UNROLL_RATE_LIMIT: {
    parse: integer(1, Number.MAX_SAFE_INTEGER),
    default: "60000",
    about: "Requests a minute for each key, or address where no key is asked for.",
  },
  UNROLL_GENERATION_PRECISION: {
    parse: oneOf("fp32", "bf16"),
    default: "fp32",
    about: "Weights that generate text: bf16 halves their memory, and large models write up to twice as fast.",
  },
  UNROLL_LOG_LEVEL: {
    parse: oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent"),
    default: "info",
    about: "Least level of the log lines written.",
  },
} as const satisfies Record<string, { parse: Parse<unknown>; default: string; about: string }>;

type Settings = typeof settings;
export type Config = Readonly<{ [K in keyof Settings]: ReturnType<Settings[K]["parse"]> }>;

/** The environment as a frozen Config. Throws ConfigError for a bad value and for an UNROLL_ variable that does not exist. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const names = Object.keys(settings) as (keyof Settings)[];
  const unknown = Object.keys(environment).find((name) => name.startsWith("UNROLL_") && !(name in settings));
  if (unknown !== undefined) throw new ConfigError(`${unknown} is not a setting; there are ${names.join(", ")}`);
  const entries = names.map((name) => {
    const given = environment[name];
    const value = given === undefined || given === "" ? settings[name].default : given;
    return [name, settings[name].parse(value, name)];
  });
  return Object.freeze(Object.fromEntries(entries)) as Config;
}
