import { join } from "node:path";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupFailure } from "./setup-failure.mjs";

/** Generates the Prisma client into src/store/generated; needs no network and no engine. */
export async function generatePrismaClient({ paths, progress }) {
  await progress.step("generating the Prisma client", async () => {
    const { code, output } = await runCommand(
      process.execPath,
      [join(paths.modules, "prisma", "build", "index.js"), "generate", "--config", join("prisma", "prisma.config.ts")],
      {
        cwd: paths.root,
        env: { ...process.env, CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1", NO_COLOR: "1" },
        timeoutMs: 2 * 60_000,
      },
    );
    if (code !== 0)
      throw new SetupFailure(
        "prisma_client",
        `prisma generate failed:\n${lastLines(output)}\n`,
        "Mend prisma/schema.prisma.",
      );
  });
}
