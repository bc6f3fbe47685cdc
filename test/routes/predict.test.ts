import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { expectPicture } from "../pictures/expect-picture.ts";
import { seedText, seedWriter } from "../seed.ts";

const route = "POST /v1/models/writer/predict";

test("what cannot be predicted is refused before anything runs", async () => {
  const { app } = await buildApp();
  await seedText(app);
  expect((await call(app, route, { inputs: ["to be"] })).body.code).toBe("model_untrained");
  expect((await call(app, "POST /v1/models/none/predict", { inputs: ["a"] })).body.code).toBe("model_not_found");
  const refused = async (body: object) =>
    (await call(app, route, body)).body.errors.map((fault: { pointer: string }) => fault.pointer);
  expect(await refused({ inputs: [] })).toEqual(["/inputs"]);
  expect(await refused({ inputs: ["a"], include: ["weights"] })).toEqual(["/include/0"]);
  expect(await refused({ inputs: ["a"], initial_state: [{ hiden: [] }] })).toContain("/initial_state/0/hiden");
  expect(await refused({ inputs: ["a"], input: 1 })).toEqual(["/input"]);
});

test("a picture shows one input, and the reply of the thread comes through", async () => {
  const { app } = await buildApp();
  await seedWriter(app);
  const picture = { headers: { accept: "image/svg+xml" } };
  const two = await call(app, route, { inputs: ["a", "b"] }, picture);
  expect(two).toMatchObject({ status: 422, body: { errors: [{ pointer: "/inputs", allowed: 1 }] } });
  const { headers, text } = await call(app, route, { inputs: [[[1], [2]]] }, picture);
  expect(headers["content-type"]).toBe("image/svg+xml; charset=utf-8");
  expectPicture(text);
  expect(text).toContain("What each output looked at most: end at 1 (0.88).");
  const { body } = await call(app, route, { inputs: ["a"] });
  expect(body).toMatchObject({ object: "prediction", task: "text", outputs: [{ outputs: [[0.25, 0.75]] }] });
  expect(body).not.toHaveProperty("name");
});
