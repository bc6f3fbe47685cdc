import { expect, test } from "vitest";
import { buildApp } from "../build-app.ts";
import { call } from "../call.ts";
import { exchangeBytes, listen } from "../listen.ts";

test("an upload that is refused early does not hold up the next request of its connection", async () => {
  const { app } = await buildApp();
  await call(app, "POST /v1/datasets", { name: "taken", kind: "text", text: "to be or not to be ".repeat(20) });
  const upload = [
    '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\ntaken\r\n',
    '--x\r\ncontent-disposition: form-data; name="kind"\r\n\r\ntext\r\n',
    '--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\n',
    "to be or not ".repeat(600_000),
    "\r\n--x--\r\n",
  ].join("");
  const answers = await exchangeBytes(
    await listen(app),
    `POST /v1/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: ${upload.length}\r\n\r\n${upload}` +
      "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
  );
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 409", "HTTP/1.1 200"]);
});
