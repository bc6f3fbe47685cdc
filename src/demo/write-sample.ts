import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openSample, type SampleName } from "../store/samples.ts";

/** A bundled sample as a file, so that the curl line shown for its upload works as it stands. */
export async function writeSample(name: SampleName, file: string): Promise<void> {
  const { bytes } = openSample(name);
  await pipeline(Readable.from(bytes), createWriteStream(file));
}
