import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryStore } from "../temporary-store.ts";
import { inPieces, upload } from "./uploads.ts";

const leftovers = async (folder: string) => [
  ...(await readdir(join(folder, "temporary"))),
  ...(await readdir(join(folder, "datasets"))),
];

test("a text is kept byte for byte, with its hash, and counted by code points", async () => {
  const { store, folder } = await temporaryStore();
  const text = "aé🙂a\nb\n🙂🙂 c";
  const dataset = await upload(store, text, { format: "txt", pieceBytes: 1 });
  const file = await readFile(join(folder, "datasets", `${dataset.id}.txt`));
  expect(file.toString()).toBe(text);
  expect(dataset).toMatchObject({
    object: "dataset",
    name: "data",
    kind: "text",
    bytes: 21,
    sha256: createHash("sha256").update(text).digest("hex"),
    summary: { kind: "text", characters: 11, lines: 3, vocabulary_size: 7 },
    warnings: [],
  });
  // Least first; among equals, by code point.
  expect(dataset.summary).toMatchObject({
    rarest: [
      { character: " ", count: 1 },
      { character: "b", count: 1 },
      { character: "c", count: 1 },
      { character: "é", count: 1 },
      { character: "\n", count: 2 },
      { character: "a", count: 2 },
      { character: "🙂", count: 3 },
    ],
  });
  expect(await store.datasets.get("data")).toEqual(dataset);
  expect(await store.datasets.list({ limit: 5 })).toMatchObject({ data: [dataset], has_more: false });
});

test("a JSON text is the same dataset as an uploaded one", async () => {
  const { store } = await temporaryStore();
  const text = "Ah 🙂\n".repeat(40_000);
  const uploaded = await upload(store, text, { format: "txt", name: "a", pieceBytes: 9973 });
  const sent = await store.datasets.create({ format: "json", body: { name: "b", kind: "text", text } });
  const { sha256, bytes, summary } = uploaded;
  expect(sent).toMatchObject({ sha256, bytes, summary });
});

test("a byte order mark is left out, Windows line ends are mentioned", async () => {
  const { store, folder } = await temporaryStore();
  const dataset = await upload(store, "\ufeffa\r\nb\r\n", { format: "txt", pieceBytes: 2 });
  expect(dataset.warnings).toEqual([
    "the byte order mark at the start was left out",
    "the text holds 2 carriage returns: line ends as Windows writes them become two characters to learn",
  ]);
  expect(await readFile(join(folder, "datasets", `${dataset.id}.txt`), "utf8")).toBe("a\r\nb\r\n");
  expect(dataset.bytes).toBe(6);
});

test.each([
  ["Latin-1", Buffer.from("caf\xe9 au lait", "latin1"), "/file", "expected UTF-8 text, got the byte 0xe9 at offset 3"],
  [
    "a character cut short at the end",
    Buffer.from([0x61, 0xf0, 0x9f, 0x99]),
    "/file",
    "expected UTF-8 text, got the byte 0xf0 at offset 1",
  ],
  [
    "half a surrogate pair",
    Buffer.from([0x61, 0x62, 0xed, 0xa0, 0x80, 0x63]),
    "/file",
    "expected UTF-8 text, got the byte 0xed at offset 2",
  ],
  ["an overlong form", Buffer.from([0x61, 0xc0, 0xaf]), "/file", "expected UTF-8 text, got the byte 0xc0 at offset 1"],
  ["NUL", Buffer.from("ab\0c"), "/file", "expected text without NUL characters, got one at offset 2"],
  ["nothing", Buffer.from(""), "/file", "expected a text of at least two different characters, got an empty text"],
  [
    "nothing but a mark",
    Buffer.from("\ufeff"),
    "/file",
    "expected a text of at least two different characters, got an empty text",
  ],
  ["one character", Buffer.from("aaaa"), "/file", 'expected a text of at least two different characters, got only "a"'],
])("%s is refused, and leaves no file", async (_, content, pointer, message) => {
  const { store, folder } = await temporaryStore();
  for (const pieceBytes of [1, 3, 100]) {
    await expect(upload(store, content, { format: "txt", pieceBytes })).rejects.toMatchObject({
      code: "dataset_invalid",
      status: 422,
      message,
      errors: [{ pointer, message }],
    });
  }
  expect(await leftovers(folder)).toEqual([]);
  expect((await store.datasets.list({ limit: 5 })).data).toEqual([]);
});

test("half a surrogate pair in JSON is refused", async () => {
  const { store } = await temporaryStore();
  const body = { name: "a", kind: "text", text: "ab\ud83dc" } as const;
  await expect(store.datasets.create({ format: "json", body })).rejects.toMatchObject({
    code: "dataset_invalid",
    errors: [{ pointer: "/text", message: "expected whole characters, got half of a surrogate pair at index 2" }],
  });
});

test("too large an upload is refused at its limit, read no further, and leaves no file", async () => {
  const { store, folder } = await temporaryStore({ maxUploadBytes: 1000 });
  let sent = 0;
  async function* endless() {
    for (;;) {
      sent += 300;
      yield Buffer.from("ab ".repeat(100));
    }
  }
  for (const format of ["txt", "csv", "jsonl"] as const) {
    sent = 0;
    const kind = format === "txt" ? "text" : "series";
    const source = { format, upload: { name: "a", kind }, bytes: endless() } as const;
    await expect(store.datasets.create(source)).rejects.toMatchObject({ code: "body_too_large", status: 413 });
    expect(sent).toBe(1200);
  }
  await upload(store, "ab".repeat(500), { format: "txt" });
  expect(await readdir(join(folder, "temporary"))).toEqual([]);
});

test("an upload that breaks off is passed on as it is, and leaves no file", async () => {
  const { store, folder } = await temporaryStore();
  async function* broken() {
    yield Buffer.from("some text");
    throw new Error("the client is gone");
  }
  const source = { format: "txt", upload: { name: "a", kind: "text" }, bytes: broken() } as const;
  await expect(store.datasets.create(source)).rejects.toThrow("the client is gone");
  expect(await leftovers(folder)).toEqual([]);
});

test("names are unique; the taken one is told before the upload is read", async () => {
  const { store, folder } = await temporaryStore();
  const { id } = await upload(store, "abc", { format: "txt" });
  async function* unread(): AsyncGenerator<Uint8Array> {
    yield Promise.reject(new Error("read"));
  }
  const source = { format: "txt", upload: { name: "data", kind: "text" }, bytes: unread() } as const;
  const taken = { code: "name_taken", errors: [{ pointer: "/name", value: "data" }] };
  await expect(store.datasets.create(source)).rejects.toMatchObject(taken);
  const both = await Promise.allSettled([
    upload(store, "abc", { format: "txt", name: "same" }),
    upload(store, "abc", { format: "txt", name: "same" }),
  ]);
  expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await readdir(join(folder, "datasets"))).toHaveLength(2);
  await store.datasets.remove(id);
  expect(await readdir(join(folder, "datasets"))).toHaveLength(1);
  await expect(store.datasets.get(id)).rejects.toMatchObject({ code: "dataset_not_found" });
});

test("the preview is the beginning, cut between characters", async () => {
  const { store } = await temporaryStore();
  await upload(store, "🙂é".repeat(2000), { format: "txt", name: "long", pieceBytes: 1000 });
  expect(await store.datasets.preview("long")).toEqual({ kind: "text", text: "🙂é".repeat(1000), truncated: true });
  await upload(store, "short", { format: "txt", name: "short" });
  expect(await store.datasets.preview("short")).toEqual({ kind: "text", text: "short", truncated: false });
});

test("a file of another kind, or a frequency for a text, is refused", async () => {
  const { store } = await temporaryStore();
  const refused = (format: "txt" | "csv", kind: "text" | "series", frequency?: string) =>
    store.datasets.create({
      format,
      upload: { name: "a", kind, ...(frequency && { frequency }) },
      bytes: inPieces("abc"),
    });
  await expect(refused("csv", "text")).rejects.toMatchObject({
    code: "validation_failed",
    errors: [{ pointer: "/file" }],
  });
  await expect(refused("txt", "series")).rejects.toMatchObject({ code: "validation_failed" });
  await expect(refused("txt", "text", "h")).rejects.toMatchObject({ errors: [{ pointer: "/frequency" }] });
});
