import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { findProgram } from "./find-program.mjs";
import { cLibrary } from "./platform.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupFailure } from "./setup-failure.mjs";

export const tensorflowVersion = "2.21.0";

// The Python tag only picks the file: nothing of it runs. On arm64 the library comes in the package without "-cpu".
const wheels = {
  "linux-x64": {
    package: "tensorflow-cpu",
    platform: "manylinux_2_27_x86_64",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  },
  "linux-arm64": {
    package: "tensorflow",
    platform: "manylinux_2_27_aarch64",
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
  },
};

/** The pinned wheel for a platform; throws where TensorFlow publishes none. */
export function wheelFor(platform = process.platform, arch = process.arch, library = cLibrary()) {
  const wheel = wheels[`${platform}-${arch}`];
  if (wheel && library !== "musl") return wheel;
  const here = [platform, arch, library === "musl" && "musl"].filter(Boolean).join(" ");
  throw new SetupFailure(
    "platform_unsupported",
    `There is no TensorFlow ${tensorflowVersion} wheel with its library for ${here}.`,
    "Linux on x86-64 or arm64 with glibc has one.",
  );
}

/** How to call pip: the first of pip3, pip and "python3 -m pip" that answers; undefined when none does. */
export async function findPip() {
  const calls = [
    [findProgram(["pip3"])],
    [findProgram(["pip"])],
    [findProgram(["python3", "python"]), "-m", "pip"],
  ].filter(([program]) => program);
  for (const call of calls) {
    const { code } = await runCommand(call[0], [...call.slice(1), "--version"], { timeoutMs: 20_000 });
    if (code === 0) return call;
  }
  return undefined;
}

/** Downloads the wheel into a folder by pip, whatever Python pip itself runs on; returns the checked file. */
export async function downloadWheel(folder, wheel) {
  const pip = await findPip();
  if (!pip)
    throw new SetupFailure(
      "pip_missing",
      "pip, which fetches TensorFlow's library, is not on the PATH.",
      "Install it (Debian: apt-get install python3-pip) and run: npm run setup",
    );
  const name = `${wheel.package}==${tensorflowVersion}`;
  const { code, output, timedOut } = await runCommand(
    pip[0],
    [
      ...pip.slice(1),
      ...["download", "--no-deps", "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"],
      ...["--platform", wheel.platform, "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"],
      ...["--progress-bar", "off", "--retries", "2", "--dest", folder, name],
    ],
    // pip's temporary files go to the disk that was found large enough.
    { env: { ...process.env, TMPDIR: folder }, timeoutMs: 20 * 60_000 },
  );
  if (code !== 0) throw downloadFailure(name, output, timedOut);
  const [file] = (await fs.readdir(folder)).filter((entry) => entry.endsWith(".whl"));
  await checkDigest(join(folder, file), wheel.sha256);
  return join(folder, file);
}

function downloadFailure(name, output, timedOut) {
  if (/No space left on device/i.test(output))
    return new SetupFailure(
      "disk_full",
      `pip found no space on the disk for ${name}.`,
      "Free some and run: npm run setup",
    );
  const unreachable = /Connection|Retrying|timed out|resolve|unreachable/i.test(output);
  const said = timedOut ? "no end after 20 minutes" : lastLines(output, 1);
  return new SetupFailure(
    "pypi_unreachable",
    unreachable
      ? `pip cannot reach PyPI (or the index it is set to), which has TensorFlow's library.`
      : `pip could not download ${name} (${said}).`,
    "Check the network, the proxy and pip's index settings, then run: npm run setup",
  );
}

async function checkDigest(file, expected) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  const actual = hash.digest("hex");
  if (actual !== expected)
    throw new SetupFailure(
      "pypi_unreachable",
      `The downloaded wheel is not the pinned one: SHA-256 ${expected} was expected, ${actual} came.`,
      "Check pip's index settings, then run: npm run setup",
    );
}
