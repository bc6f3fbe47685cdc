import fp from "fastify-plugin";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";

declare module "fastify" {
  interface FastifyInstance {
    store: Store;
  }
}

/** Opens the data folder; throws StoreOpenError with the sentence for the person who started the server. */
export const store = fp<{ store?: Store | undefined }>(
  async (app, options) => {
    const { UNROLL_DATA_DIR: dataFolder, UNROLL_MAX_UPLOAD_BYTES: maxUploadBytes } = app.config;
    const sessions = {
      count: app.config.UNROLL_MAX_SESSIONS,
      bytes: app.config.UNROLL_MAX_SESSION_BYTES,
      idleMs: 1000 * app.config.UNROLL_SESSION_IDLE_SECONDS,
    };
    const opened = options.store ?? (await openStore({ dataFolder, maxUploadBytes, sessions }));
    app.decorate("store", opened);
    app.addHook("onClose", () => opened.close());
  },
  { name: "store", dependencies: ["config"] },
);
