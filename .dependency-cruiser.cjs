/**
 * The one-way rule between the rooms of src, as the table in the README has it.
 * A room may import what its rule does not forbid; cycles are forbidden everywhere.
 */
const rooms = {
  errors: [],
  config: ["errors"],
  schemas: [],
  calendar: ["errors", "schemas"],
  pictures: [],
  rnn: ["errors", "schemas", "calendar"],
  workers: ["errors", "schemas", "rnn"],
  jobs: ["errors", "schemas", "workers"],
  store: ["errors", "schemas", "calendar"],
  plugins: ["errors", "schemas", "config", "store", "jobs", "workers"],
  routes: ["errors", "schemas", "config", "pictures"],
  demo: ["schemas", "store"],
};
const path = (room) => `^src/${room}(/|\\.ts$)`;
const oneWay = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-only-its-own`,
  severity: "error",
  from: { path: path(room) },
  to: { path: "^src/", pathNot: [room, ...allowed].map(path) },
}));
const packages = (room, names) => ({
  name: `${room}-without-${names.join("-")}`,
  severity: "error",
  from: { path: path(room) },
  to: { path: names.map((name) => `(^|node_modules/)${name}`) },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: { pathNot: "generated" }, to: { circular: true } },
    ...oneWay,
    packages("rnn", ["fastify", "@fastify", "@prisma", "worker_threads"]),
    packages("workers", ["fastify", "@fastify", "@prisma"]),
    packages("jobs", ["fastify", "@fastify", "@prisma"]),
    packages("store", ["fastify", "@fastify"]),
    packages("routes", ["@prisma", "@tensorflow"]),
    {
      name: "tensorflow-only-through-backend",
      severity: "error",
      from: { pathNot: "^src/rnn/backend\\.ts$" },
      to: { path: "node_modules/@tensorflow", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "engine-only-inside-the-threads",
      severity: "error",
      from: { path: "^src/workers/", pathNot: "-thread\\.ts$" },
      to: { path: "^src/rnn/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "prisma-only-in-the-store",
      severity: "error",
      from: { pathNot: "^src/store/" },
      to: { path: "^src/store/generated|node_modules/@prisma" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};
