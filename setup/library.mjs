import fs from "node:fs/promises";
import { join } from "node:path";
import { requireSpace } from "./disk-space.mjs";
import { downloadWheel, tensorflowVersion, wheelFor } from "./wheel.mjs";
import { ZipFile } from "./zip.mjs";

const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
const HEADERS = /^tensorflow\/include\/(tensorflow\/(c|core)|tsl|xla\/tsl|xla\/[^/]+\.h$|absl)/;
// The wheel (274 MB) and what is taken out of it (890 MB) lie on the disk together for a while.
const NEEDED_MEGABYTES = 1_300;

/** The folder in the cache with TensorFlow's lib/ and include/, fetched when it is not there yet. */
export async function provideLibrary({ cache, progress }) {
  const wheel = wheelFor();
  const name = `tensorflow-${tensorflowVersion}-${process.platform}-${process.arch}`;
  return cache.findOrMake(name, async (folder) => {
    await requireSpace(cache.folder, NEEDED_MEGABYTES, "TensorFlow's library");
    const download = join(folder, "wheel");
    await fs.mkdir(download);
    const file = await progress.step(`downloading ${wheel.package} ${tensorflowVersion} (about 274 MB)`, () =>
      downloadWheel(download, wheel),
    );
    await progress.step("unpacking TensorFlow's library and headers", () => unpack(file, folder));
    await fs.rm(download, { recursive: true });
  });
}

async function unpack(file, folder) {
  const zip = await ZipFile.open(file);
  try {
    for (const entry of zip.entries) {
      if (LIBRARIES.some((library) => entry.name === `tensorflow/${library}`))
        await zip.extract({ ...entry, name: entry.name.replace("tensorflow/", "lib/") }, folder);
      else if (HEADERS.test(entry.name) && !entry.name.endsWith("/"))
        await zip.extract({ ...entry, name: entry.name.replace("tensorflow/include/", "include/") }, folder);
    }
  } finally {
    await zip.close();
  }
}

/**
 * Lays the library where tfjs-node looks for it: under the names its linker wants and the names the loader wants.
 * Hard links, so that neither clones nor names cost 790 MB each; a symbolic link where the cache is on another disk.
 */
export async function linkLibrary(library, deps) {
  await fs.rm(deps, { recursive: true, force: true });
  await fs.mkdir(join(deps, "lib"), { recursive: true });
  for (const name of LIBRARIES) {
    const [from, to] = [join(library, "lib", name), join(deps, "lib", name)];
    try {
      await fs.link(from, to);
    } catch (error) {
      if (!["EXDEV", "EPERM", "ENOTSUP", "EMLINK"].includes(error.code)) throw error;
      await fs.symlink(from, to);
    }
    await fs.symlink(name, join(deps, "lib", name.replace(/(_cc)?\.so\.2$/, ".so")));
  }
  await fs.symlink(join(library, "include"), join(deps, "include"));
}
