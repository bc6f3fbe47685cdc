import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ZipFile } from "../../setup/zip.mjs";

// Both archives were written by CPython's zipfile: a stored, a deflated and an empty member, with a comment;
// the second one with every size and offset in zip64 records.
const archives = {
  zip: "UEsDBBQAAAAAAIMYIlwmOfTLCQAAAAkAAAAMAAAAYS9zdG9yZWQudHh0MTIzNDU2Nzg5UEsDBBQAAAAIAIMYIlyH+uIbcwAAAKCGAQAOAAAAYS9kZWZsYXRlZC50eHTtwTEBAAAAwqCs61/CGh5AAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAK8GUEsDBBQAAAAAAIMYIlwAAAAAAAAAAAAAAAAJAAAAZW1wdHkudHh0UEsBAhQDFAAAAAAAgxgiXCY59MsJAAAACQAAAAwAAAAAAAAAAAAAAIABAAAAAGEvc3RvcmVkLnR4dFBLAQIUAxQAAAAIAIMYIlyH+uIbcwAAAKCGAQAOAAAAAAAAAAAAAACAATMAAABhL2RlZmxhdGVkLnR4dFBLAQIUAxQAAAAAAIMYIlwAAAAAAAAAAAAAAAAJAAAAAAAAAAAAAACAAdIAAABlbXB0eS50eHRQSwUGAAAAAAMAAwCtAAAA+QAAABcAbWFkZSBieSBhbm90aGVyIHByb2dyYW0=",
  zip64:
    "UEsDBC0AAAAAAIMYIlwmOfTL//////////8MABQAYS9zdG9yZWQudHh0AQAQAAkAAAAAAAAACQAAAAAAAAAxMjM0NTY3ODlQSwMELQAAAAgAgxgiXIf64hv//////////w4AFABhL2RlZmxhdGVkLnR4dAEAEACghgEAAAAAAHMAAAAAAAAA7cExAQAAAMKgrOtfwhoeQAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACvBlBLAwQUAAAAAACDGCJcAAAAAAAAAAAAAAAACQAAAGVtcHR5LnR4dFBLAQItAy0AAAAAAIMYIlwmOfTL//////////8MABQAAAAAAAAAAACAAQAAAABhL3N0b3JlZC50eHQBABAACQAAAAAAAAAJAAAAAAAAAFBLAQItAy0AAAAIAIMYIlyH+uIb//////////8OABwAAAAAAAAAAACAAf////9hL2RlZmxhdGVkLnR4dAEAGACghgEAAAAAAHMAAAAAAAAARwAAAAAAAABQSwECLQMtAAAAAACDGCJcAAAAAAAAAAAAAAAACQAMAAAAAAAAAAAAgAH/////ZW1wdHkudHh0AQAIAPoAAAAAAAAAUEsGBiwAAAAAAAAALQAtAAAAAAAAAAAAAwAAAAAAAAADAAAAAAAAAOkAAAAAAAAAIQEAAAAAAABQSwYHAAAAAAoCAAAAAAAAAQAAAFBLBQYAAAAAAwADAOkAAAAhAQAAFwBtYWRlIGJ5IGFub3RoZXIgcHJvZ3JhbQ==",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-zip-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(bytes: Buffer): Promise<string> {
  const file = join(folder, "archive.zip");
  await writeFile(file, bytes);
  return file;
}

test.each(Object.entries(archives))("members of a %s archive come out whole", async (_kind, text) => {
  const zip = await ZipFile.open(await write(Buffer.from(text, "base64")));
  expect(zip.entries.map((entry) => [entry.name, entry.size])).toEqual([
    ["a/stored.txt", 9],
    ["a/deflated.txt", 100_000],
    ["empty.txt", 0],
  ]);
  const files = [];
  for (const entry of zip.entries) files.push(await zip.extract(entry, folder));
  await zip.close();
  expect(await readFile(files[0]!, "utf8")).toBe("123456789");
  expect(await readFile(files[1]!, "utf8")).toBe("a".repeat(100_000));
  expect(await readFile(files[2]!, "utf8")).toBe("");
});

test("a damaged member is refused", async () => {
  const bytes = Buffer.from(archives.zip, "base64");
  bytes.write("X", bytes.indexOf("123456789") + 4);
  const zip = await ZipFile.open(await write(bytes));
  await expect(zip.extract(zip.entries[0], folder)).rejects.toThrow('zip member "a/stored.txt" is damaged');
  await zip.close();
});

test("a member that points outside the folder is refused", async () => {
  const zip = await ZipFile.open(await write(Buffer.from(archives.zip, "base64")));
  const outside = { ...zip.entries[0], name: "../escape.txt" };
  await expect(zip.extract(outside, join(folder, "inside"))).rejects.toThrow("points outside the folder");
  await zip.close();
});

test("what is no archive, and half of one, are refused", async () => {
  await expect(ZipFile.open(await write(Buffer.from("plain text")))).rejects.toThrow("this is not a zip file");
  const whole = Buffer.from(archives.zip, "base64");
  await expect(ZipFile.open(await write(whole.subarray(0, whole.length - 120)))).rejects.toThrow("not a zip file");
});
