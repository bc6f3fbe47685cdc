import { findProgram } from "./find-program.mjs";
import { SetupFailure } from "./setup-failure.mjs";

/** What node-gyp compiles with: full paths, undefined for each that is missing. */
export function findToolchain(env = process.env) {
  return {
    compiler: findProgram([...(env.CXX ? [env.CXX.split(" ")[0]] : []), "g++", "c++", "clang++"], env.PATH),
    make: findProgram(["make", "gmake"], env.PATH),
    python: findProgram(["python3", "python"], env.PATH),
  };
}

/** The toolchain, and a short text of which tools are there: when it changes, a failed step is worth another try. */
export function findTools(env = process.env) {
  const toolchain = findToolchain(env);
  const found = Object.entries({ ...toolchain, pip: findProgram(["pip3", "pip"], env.PATH) });
  return {
    toolchain,
    tools: found
      .filter(([, file]) => file)
      .map(([name]) => name)
      .join(" "),
  };
}

/** The names of the missing tools, as a person would install them. */
export function missingTools(toolchain) {
  return [
    !toolchain.compiler && "a C++ compiler (g++)",
    !toolchain.make && "make",
    !toolchain.python && "python3",
  ].filter(Boolean);
}

/** Throws the one sentence about a missing compiler, naming what needs it. */
export function requireToolchain(toolchain, what) {
  const missing = missingTools(toolchain);
  if (missing.length > 0)
    throw new SetupFailure(
      "compiler_missing",
      `${what} needs ${missing.join(" and ")}, not found on the PATH.`,
      "Install them (Debian: apt-get install g++ make python3) and run: npm run setup",
    );
}
