/** The programs of this room: each is the main file of a thread or of a process. */
export type ThreadName = "trainer" | "training-thread" | "inference-thread";

/**
 * The compiled program. Node 20 starts no TypeScript thread, so a run from the sources (the tests) takes what the build
 * left in dist; compiled code takes its sibling.
 */
export function threadEntry(name: ThreadName): URL {
  const folder = import.meta.url.endsWith(".ts") ? "../../dist/workers/" : "./";
  return new URL(`${folder}${name}.js`, import.meta.url);
}
