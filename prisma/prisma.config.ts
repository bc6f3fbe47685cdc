import { defineConfig } from "prisma/config";

// These commands never start Prisma's schema engine, yet look for it and would download it: any file that exists will do.
const engineless = ["generate", "validate", "format", "version"];
if (process.argv.some((argument) => engineless.includes(argument))) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
}

export default defineConfig({ schema: "schema.prisma", migrations: { path: "migrations" } });
