import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import { dirname } from "node:path";

/** Copies a file to its place by rename, so that a program that runs with the old one keeps it whole. */
export function placeFile(from, to) {
  return place(to, (temporary) => fs.copyFile(from, temporary));
}

/** Writes a text to its place by rename: a reader sees the old one or the new one, never half. */
export function placeText(text, to) {
  return place(to, (temporary) => fs.writeFile(temporary, text));
}

async function place(to, write) {
  const temporary = `${to}.${randomBytes(4).toString("hex")}.tmp`;
  await fs.mkdir(dirname(to), { recursive: true });
  try {
    await write(temporary);
    await fs.rename(temporary, to);
  } finally {
    await fs.rm(temporary, { force: true });
  }
}
