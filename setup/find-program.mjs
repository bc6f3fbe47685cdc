import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The first of these programs that is on the PATH, as a full path; undefined when none is. */
export function findProgram(names, path = process.env.PATH ?? "") {
  for (const name of names)
    for (const folder of path.split(delimiter)) {
      const file = join(folder, name);
      if (folder !== "" && isExecutable(file)) return file;
    }
  return undefined;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not ours to run: the next folder may have it
  }
}
