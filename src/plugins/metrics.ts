import fp from "fastify-plugin";
import { Metrics } from "./service-metrics.ts";

declare module "fastify" {
  interface FastifyInstance {
    metrics: Metrics;
  }
}

export const metrics = fp(
  async (app) => {
    const service = new Metrics();
    app.decorate("metrics", service);
    app.addHook("onResponse", (request, reply, done) => {
      // The pattern, not the path: ids would make a series each.
      const route = request.routeOptions.url ?? "unmatched";
      service.requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
      done();
    });
    app.addHook("onReady", async () => {
      service.gauge("unroll_jobs_queued", "Jobs that wait.", () => app.jobs.counts().queued);
      service.gauge("unroll_jobs_running", "Jobs that train.", () => app.jobs.counts().running);
      service.gauge("unroll_training_slots", "Jobs that may train at once.", () => app.jobs.counts().slots);
      service.gauge("unroll_text_streams_open", "Texts being generated.", () => app.streams.count("text"));
      service.gauge("unroll_event_streams_open", "Readers of job events.", () => app.streams.count("events"));
      service.gauge("unroll_sockets_open", "Open WebSockets.", () => app.streams.count("socket"));
    });
  },
  { name: "metrics" },
);
