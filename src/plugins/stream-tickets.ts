import { randomBytes } from "node:crypto";
import fp from "fastify-plugin";
import { appError } from "../errors.ts";
import type { Key, StreamTicket } from "../schemas/keys.ts";

export interface StreamTickets {
  /** For the holder of `key`; null where no keys are asked for. */
  issue(key: Key | null): StreamTicket;
  /** Throws key_invalid for a ticket that is unknown, used or older than 30 seconds. */
  redeem(ticket: string): Key | null;
  revoke(keyId: string): void;
}

declare module "fastify" {
  interface FastifyInstance {
    streamTickets: StreamTickets;
  }
}

const validMs = 30_000;
const mostTickets = 10_000;

/** A page cannot put a header on a socket, and a key does not belong in an address: a ticket opens one stream, once, soon. */
export const streamTickets = fp(
  async (app) => {
    const tickets = new Map<string, { key: Key | null; expiresAt: number }>();

    app.decorate("streamTickets", {
      issue(key) {
        for (const [ticket, { expiresAt }] of tickets) {
          if (expiresAt > performance.now() && tickets.size < mostTickets) break;
          tickets.delete(ticket);
        }
        const ticket = `tkt_${randomBytes(32).toString("base64url")}`;
        tickets.set(ticket, { key, expiresAt: performance.now() + validMs });
        return { object: "stream_ticket", ticket, expires_at: new Date(Date.now() + validMs).toISOString() };
      },
      redeem(ticket) {
        const found = tickets.get(ticket);
        tickets.delete(ticket);
        if (found !== undefined && found.expiresAt > performance.now()) return found.key;
        throw appError("key_invalid", "the stream ticket is unknown, used or older than 30 seconds");
      },
      revoke(keyId) {
        for (const [ticket, { key }] of tickets) if (key?.id === keyId) tickets.delete(ticket);
      },
    });
  },
  { name: "stream-tickets" },
);
