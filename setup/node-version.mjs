const OLDEST = [20, 19];

/** The sentence to print when this Node.js is too old, or undefined when it will do. */
export function nodeVersionProblem(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `Unroll needs Node.js ${OLDEST.join(".")} or newer; this is ${version}. Install Node.js 20, 22 or 24 and run the command again.`;
}
