import { readFile } from "node:fs/promises";

const usPerTick = 10_000; // Linux counts in hundredths of a second

/** Microseconds of processor time a process has used, all its threads together; null where the system does not tell. */
export async function cpuTimeUs(pid) {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * usPerTick;
}
