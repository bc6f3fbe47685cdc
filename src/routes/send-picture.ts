import type { FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";

export const pictureType = "image/svg+xml";

/** What the documentation says of a reply that is a picture. */
export const pictureContent = { [pictureType]: { schema: Type.String({ description: "A picture, SVG." }) } };

/** Whether the caller would rather look at it: by the Accept header. */
export function asksForPicture({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes(pictureType) === true;
}

export function sendPicture(reply: FastifyReply, svg: string): FastifyReply {
  return reply.type(`${pictureType}; charset=utf-8`).send(svg);
}
