import { type FastifyPluginAsyncTypebox, Type } from "@fastify/type-provider-typebox";
import { appError, errorRegistry } from "../errors.ts";

const Params = Type.Object({ code: Type.String({ maxLength: 64 }) });
const Explanation = Type.Object({
  type: Type.String(),
  code: Type.String(),
  status: Type.Integer(),
  title: Type.String(),
});

/** The `type` of every problem is an address that explains it. */
export const problemRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    "/problems/:code",
    {
      config: { scope: "public" },
      schema: {
        summary: "What an error code means",
        tags: ["Service"],
        params: Params,
        response: { 200: Explanation },
      },
    },
    async (request) => {
      const { code } = request.params;
      const entry = Object.entries(errorRegistry).find(([known]) => known === code);
      if (entry === undefined) throw appError("route_not_found", `there is no error code ${JSON.stringify(code)}`);
      const [status, title] = entry[1];
      return { type: `/problems/${code}`, code, status, title };
    },
  );
};
