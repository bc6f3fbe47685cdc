/** The key of compiled parts: operating system, processor and C library, e.g. "linux-x64-glibc2.36". */
export function platformKey() {
  return [process.platform, process.arch, cLibrary()].filter(Boolean).join("-");
}

/** "glibc2.36", or "musl" on a Linux without glibc; undefined elsewhere. */
export function cLibrary() {
  if (process.platform !== "linux") return undefined;
  // Network interfaces make the report slow, by a reverse look-up for each.
  process.report.excludeNetwork = true;
  const { glibcVersionRuntime } = process.report.getReport().header;
  return glibcVersionRuntime ? `glibc${glibcVersionRuntime}` : "musl";
}
