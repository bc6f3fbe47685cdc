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
    const opened = options.store ?? (await openStore({ dataFolder, maxUploadBytes }));
    app.decorate("store", opened);
    app.addHook("onClose", () => opened.close());
  },
  { name: "store", dependencies: ["config"] },
);
