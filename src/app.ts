import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { type FastifyBaseLogger, type FastifyInstance, fastify } from "fastify";
import type { Config } from "./config.ts";
import { packageVersion as version } from "./package-version.ts";
import { auth } from "./plugins/auth.ts";
import { bodyTimeout } from "./plugins/body-timeout.ts";
import { replyToClientError } from "./plugins/client-errors.ts";
import { config } from "./plugins/config.ts";
import { draining } from "./plugins/draining.ts";
import { errors, replyWithProblem } from "./plugins/errors.ts";
import { firstKey } from "./plugins/first-key.ts";
import { idempotency } from "./plugins/idempotency.ts";
import { inference } from "./plugins/inference.ts";
import { jobs } from "./plugins/jobs.ts";
import { jsonParser } from "./plugins/json-parser.ts";
import { metrics } from "./plugins/metrics.ts";
import { openStreams } from "./plugins/open-streams.ts";
import { openapi } from "./plugins/openapi.ts";
import { originChecks } from "./plugins/origin-checks.ts";
import { rateLimit } from "./plugins/rate-limit.ts";
import { requestIdOf, requestIds } from "./plugins/request-ids.ts";
import { RequestLog } from "./plugins/request-log.ts";
import { securityHeaders } from "./plugins/security-headers.ts";
import { serverSentEvents } from "./plugins/server-sent-events.ts";
import { sessionTurns } from "./plugins/session-turns.ts";
import { store } from "./plugins/store.ts";
import { streamTickets } from "./plugins/stream-tickets.ts";
import { unreadBodies } from "./plugins/unread-bodies.ts";
import { validation } from "./plugins/validation.ts";
import { webSockets } from "./plugins/web-sockets.ts";
import { anomaliesRoute } from "./routes/anomalies.ts";
import { backtestRoute } from "./routes/backtest.ts";
import { datasetRoutes } from "./routes/datasets.ts";
import { forecastRoute } from "./routes/forecast.ts";
import { generateRoutes } from "./routes/generate.ts";
import { healthRoutes } from "./routes/health.ts";
import { jobEventRoute } from "./routes/job-events.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { keyRoutes } from "./routes/keys.ts";
import { landingRoute } from "./routes/landing.ts";
import { metricsRoute } from "./routes/metrics.ts";
import { modelCardRoute } from "./routes/model-card.ts";
import { modelRoutes } from "./routes/models.ts";
import { pictureRoutes } from "./routes/pictures.ts";
import { predictRoute } from "./routes/predict.ts";
import { problemRoutes } from "./routes/problems.ts";
import { scoreRoute } from "./routes/score.ts";
import { sessionCallRoutes } from "./routes/session-calls.ts";
import { sessionStateRoutes } from "./routes/session-state.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { tokenizerRoute } from "./routes/tokenizer.ts";
import { versionRoute } from "./routes/version.ts";
import type { Store } from "./store/store.ts";
import type { InferencePool } from "./workers/inference-pool.ts";
import type { StartTrainer } from "./workers/trainer-run.ts";

interface AppOptions {
  config: Config;
  logger: FastifyBaseLogger;
  /** What trainer processes inherit of it. */
  environment?: NodeJS.ProcessEnv | undefined;
  /** Stand-ins for the real parts. */
  store?: Store | undefined;
  inference?: InferencePool | undefined;
  startTrainer?: StartTrainer | undefined;
}

/** The whole service, ready to listen. Throws ConfigError and StoreOpenError. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = createFastify(options.logger);
  try {
    await registerAll(app, options);
    return app;
  } catch (error) {
    await app.close(); // what was opened before the failure
    throw error;
  }
}

/** The map of what there is, in the order in which a request meets it. */
async function registerAll(app: FastifyInstance, options: AppOptions): Promise<void> {
  await app.register(config, options);
  await app.register(errors);
  await app.register(requestIds);
  await app.register(draining);
  await app.register(webSockets);
  await app.register(securityHeaders);
  await app.register(originChecks);
  await app.register(bodyTimeout);
  await app.register(unreadBodies);
  await app.register(jsonParser);
  await app.register(validation);
  await app.register(metrics);

  await app.register(store, options);
  await app.register(inference, options);
  await app.register(jobs, options);

  await app.register(openStreams);
  await app.register(sessionTurns);
  await app.register(serverSentEvents);
  await app.register(streamTickets);
  await app.register(openapi, { version });
  await app.register(auth);
  await app.register(firstKey);
  await app.register(rateLimit);
  await app.register(idempotency);

  await app.register(landingRoute);
  await app.register(healthRoutes);
  await app.register(versionRoute, { version });
  await app.register(metricsRoute);
  await app.register(problemRoutes);
  await app.register(keyRoutes);
  await app.register(datasetRoutes);
  await app.register(modelRoutes);
  await app.register(modelCardRoute);
  await app.register(tokenizerRoute);
  await app.register(jobRoutes);
  await app.register(jobEventRoute);
  await app.register(generateRoutes);
  await app.register(scoreRoute);
  await app.register(forecastRoute);
  await app.register(backtestRoute);
  await app.register(anomaliesRoute);
  await app.register(predictRoute);
  await app.register(sessionRoutes);
  await app.register(sessionCallRoutes);
  await app.register(sessionStateRoutes);
  await app.register(pictureRoutes);
}

function createFastify(logger: FastifyBaseLogger): FastifyInstance {
  return fastify({
    loggerInstance: logger,
    logController: new RequestLog(),
    genReqId: requestIdOf,
    frameworkErrors: replyWithProblem,
    clientErrorHandler: replyToClientError,
    bodyLimit: 64 * 1024,
    // Opening a data folder may have to migrate it first.
    pluginTimeout: 0,
    // The plugin `draining` answers in their place, with a problem.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    keepAliveTimeout: 10_000,
    // The longest upload; other bodies have 30 seconds (plugin `body-timeout`), headers 15.
    requestTimeout: 3_600_000,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    routerOptions: { maxParamLength: 256 },
  })
    .setSerializerCompiler(() => (data) => JSON.stringify(data))
    .withTypeProvider<TypeBoxTypeProvider>();
}
