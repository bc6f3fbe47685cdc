import { readFile } from "node:fs/promises";

/** Rows of `"H1",605,586,...` below a heading, padded with empty cells to the longest: [{id, target}]. */
export async function readM4(path) {
  const [, ...rows] = (await readFile(path, "utf8")).trim().split(/\r?\n/);
  return rows.map((row) => {
    const [id, ...cells] = row.split(",").map((cell) => cell.replaceAll('"', ""));
    return { id, target: cells.filter((cell) => cell !== "" && cell !== "NA").map(Number) };
  });
}
