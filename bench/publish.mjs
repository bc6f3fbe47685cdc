import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { costPlot } from "./report/cost-plot.mjs";
import { putBetweenMarkers } from "./report/put-between-markers.mjs";
import { toMarkdown } from "./report/to-markdown.mjs";

/** Writes bench/results/latest.json and the plot, and the tables into README. */
export async function publish(result, root) {
  const folder = join(root, "bench", "results");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "latest.json"), `${JSON.stringify(result, null, 1)}\n`);
  const { cost } = result.summaries;
  if (cost?.length > 0 && result.peak.isPeak) {
    await writeFile(join(folder, "cost.svg"), costPlot(cost, result.peak.gflops));
  }
  const readme = join(root, "README.md");
  await writeFile(readme, putBetweenMarkers(await readFile(readme, "utf8"), toMarkdown(result)));
}
