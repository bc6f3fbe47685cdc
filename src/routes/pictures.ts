import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { Reference } from "../schemas/common.ts";
import { drawDiagram } from "./draw-diagram.ts";
import { drawLossCurves } from "./draw-loss-curves.ts";
import { pictureContent, sendPicture } from "./send-picture.ts";

const params = Type.Object({ id: Reference });
const LossQuery = Type.Object(
  {
    scale: Type.Union([Type.Literal("linear"), Type.Literal("log")], {
      default: "linear",
      description: "Of the loss axis.",
    }),
  },
  { additionalProperties: false },
);

/** SVG for pages and print: light and dark, readable by a screen reader, with nothing in it that is fetched or run. */
export const pictureRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/v1/models/:id/diagram.svg",
    {
      config: { scope: "read" },
      schema: {
        summary: "Draw a model unrolled in time",
        description: "Its layers over three steps, with shapes and parameters, trained or not.",
        tags: ["Models"],
        params,
        response: { 200: { description: "The network.", content: pictureContent } },
      },
    },
    async (request, reply) => sendPicture(reply, await drawDiagram(app, await app.store.models.get(request.params.id))),
  );
  app.get(
    "/v1/jobs/:id/loss.svg",
    {
      config: { scope: "read" },
      schema: {
        summary: "Draw the loss of a job",
        description: "Training and validation over steps, from the events so far, the best checkpoint marked.",
        tags: ["Training jobs"],
        params,
        querystring: LossQuery,
        response: { 200: { description: "The curves.", content: pictureContent } },
      },
    },
    async (request, reply) => sendPicture(reply, await drawLossCurves(app, request.params.id, request.query.scale)),
  );
};
