import { open } from "node:fs/promises";

/** Makes the entries of a folder durable: a file that was renamed into it is there after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no such call, and refuses to open a folder.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
