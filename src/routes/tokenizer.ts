import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { Reference } from "../schemas/common.ts";
import { Tokenizer } from "../schemas/tokenizer.ts";

const TokenizerQuery = Type.Object(
  {
    checkpoint: Type.Optional(
      Type.String({ maxLength: 64, description: "A checkpoint id; the model's best by default." }),
    ),
  },
  { additionalProperties: false },
);

export const tokenizerRoute: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/v1/models/:id/tokenizer.json",
    {
      config: { scope: "read" },
      schema: {
        summary: "Get the vocabulary of a text model",
        description:
          "As a file that Hugging Face's tokenizers read, and encode with as the model does. Of a character vocabulary a character that it does not know, which the model refuses, has no token there.",
        tags: ["Models"],
        params: Type.Object({ id: Reference }),
        querystring: TokenizerQuery,
        response: { 200: Tokenizer },
      },
    },
    async (request) => {
      const { checkpoint } = await app.store.models.serving(request.params.id, "text", request.query.checkpoint);
      return app.inference.tokenizer({ checkpoint });
    },
  );
};
