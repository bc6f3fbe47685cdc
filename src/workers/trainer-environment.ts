const kept = new Set([
  "PATH",
  "HOME",
  "TMPDIR",
  "TZ",
  "LANG",
  "LC_ALL",
  "LD_LIBRARY_PATH",
  "LD_PRELOAD",
  "DYLD_LIBRARY_PATH",
  "SystemRoot",
]);
/** Threads and log level of TensorFlow and of the math libraries below it. */
const keptPrefixes = ["TF_", "OMP_", "MKL_", "ONEDNN_"];

/** What a trainer is given of the server's environment. Keys and other secrets stay where they are: a trainer reads data of strangers. */
export function trainerEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(environment).filter(
    ([name]) => kept.has(name) || keptPrefixes.some((prefix) => name.startsWith(prefix)),
  );
  return Object.fromEntries(entries);
}
