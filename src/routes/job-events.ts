import { type FastifyPluginAsyncTypebox, type Static, Type } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { appError } from "../errors.ts";
import { Reference } from "../schemas/common.ts";
import { JobEvent, JobEventQuery } from "../schemas/events.ts";
import { Page } from "../schemas/paging.ts";

const params = Type.Object({ id: Reference });

const schema = {
  summary: "The numbered events of a job",
  description:
    "A JSON list; with `Accept: text/event-stream` an event stream; as a WebSocket one frame for each event. Both streams replay from `after` (or Last-Event-ID), go on live, and end after `job-end`.",
  tags: ["Training jobs"],
  params,
  querystring: JobEventQuery,
  response: {
    200: Page(JobEvent),
    204: Type.Null({ description: "The job has ended and there is nothing after `after`." }),
  },
};

type Position = Static<typeof params> & JobEventQuery;

export const jobEventRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.route({
    method: "GET",
    url: "/v1/jobs/:id/events",
    config: { scope: "read" },
    schema,
    // Before an upgrade, and before the head of a stream, so that a job that is not there is a 404.
    preHandler: async (request) => {
      if (isStream(request)) refuseLimit(request);
      await app.jobs.get(request.params.id);
    },
    handler: async (request, reply) => {
      const position = { ...request.params, ...request.query };
      if (!isStream(request)) return listEvents(app, position);
      const after = lastEventId(request) ?? position.after;
      if (await hasEndedBefore(app, position.id, after)) return reply.code(204).send(null);
      const stream = app.streams.open("events", { keyId: request.key?.id ?? null });
      return reply.sendEvents(numbered(app.jobs.events(position.id, after, stream.signal)), stream);
    },
    wsHandler: (socket, request) => sendEvents(app, app.openChannel(socket, request), request),
  });
};

function isStream({ ws, headers }: FastifyRequest): boolean {
  return ws || headers.accept?.includes("text/event-stream") === true;
}

/** The default stands in request.query either way: whether it was asked for, the address tells. */
function refuseLimit({ url }: FastifyRequest): void {
  if (!new URLSearchParams(url.split("?")[1]).has("limit")) return;
  const message = "a stream has no limit: it goes on to the end of the job";
  throw appError("validation_failed", `limit: ${message}`, {
    errors: [{ pointer: "/query/limit", code: "list_only", message, hint: "leave it out, or ask for the JSON list" }],
  });
}

async function listEvents(app: FastifyInstance, { id, after, limit }: Position): Promise<Page<JobEvent>> {
  const events = await app.store.jobs.events(id, after, limit + 1);
  const data = events.slice(0, limit);
  const has_more = events.length > limit;
  return { object: "list", data, has_more, next_cursor: has_more ? String(data.at(-1)?.seq) : null };
}

/** An EventSource comes back by itself after the end of its stream; 204 is what makes it stay away. */
async function hasEndedBefore(app: FastifyInstance, job: string, after: number): Promise<boolean> {
  if (after === 0) return false;
  const { status } = await app.jobs.get(job);
  if (!["succeeded", "failed", "cancelled"].includes(status)) return false;
  return (await app.store.jobs.events(job, after, 1)).length === 0;
}

function lastEventId(request: FastifyRequest): number | null {
  const given = request.headers["last-event-id"];
  if (given === undefined || given === "") return null;
  const seq = Number(given);
  if (Number.isSafeInteger(seq) && seq >= 0) return seq;
  const message = `expected the seq of an event, got ${JSON.stringify(given)}`;
  throw appError("validation_failed", `Last-Event-ID: ${message}`, {
    errors: [{ pointer: "/headers/last-event-id", code: "type", message, value: given }],
  });
}

async function* numbered(events: AsyncIterable<JobEvent>) {
  for await (const event of events) yield { id: event.seq, data: event };
}

type Channel = ReturnType<FastifyInstance["openChannel"]>;

async function sendEvents(app: FastifyInstance, channel: Channel, request: FastifyRequest): Promise<void> {
  const { id } = request.params as Static<typeof params>;
  const { after } = request.query as JobEventQuery;
  const stream = app.streams.open("events", { keyId: request.key?.id ?? null, parent: channel.signal });
  try {
    for await (const event of app.jobs.events(id, after, stream.signal)) await channel.send(event);
    channel.end();
  } catch (error) {
    channel.fail(error);
  } finally {
    stream.end();
  }
}
