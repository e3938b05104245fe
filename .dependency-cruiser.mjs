/** The arrows of the house: an import that points the other way fails the build, and says what to do instead. */
const own = (name) => `^(packages|apps)/${name}/`;

export default {
  forbidden: [
    {
      name: "config-core-stays-pure",
      comment:
        "config-core runs in browsers and edge workers: it imports zod and itself. Pass values in as arguments.",
      severity: "error",
      from: { path: own("config-core"), pathNot: "\\.test\\.ts$" },
      to: { pathNot: [own("config-core"), "node_modules/.*/zod/", "^zod"] },
    },
    {
      name: "db-knows-only-config-core",
      comment: "Storage knows what a configuration is, and nothing above it.",
      severity: "error",
      from: { path: own("db") },
      to: { path: "^(packages|apps)/(config-service|runtime|client|api|web)/" },
    },
    {
      name: "services-do-not-know-transport",
      comment: "config-service and runtime are used by workers too: an app's insides stay in the app.",
      severity: "error",
      from: { path: "^packages/(config-service|runtime)/" },
      to: { path: "^apps/" },
    },
    {
      name: "web-and-client-import-only-types-of-the-api",
      comment: "Server code must not reach the browser: use `import type`.",
      severity: "error",
      from: { path: "^(apps/web|packages/client)/" },
      to: { path: "^(apps/api|packages/(db|config-service|runtime))/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "routers-call-services",
      comment: "Transport is thin: storage is reached through a config-service verb.",
      severity: "error",
      from: { path: "^apps/api/src/(routers|rest)/" },
      to: { path: "^packages/db/|node_modules/.*/(drizzle-orm|postgres)/" },
    },
    {
      name: "no-way-around-the-index",
      comment: "A package is imported by its name; its files are its own business.",
      severity: "error",
      from: { path: "^(?:apps|packages)/([^/]+)/" },
      to: {
        path: "^packages/[^/]+/src/",
        pathNot: ["^packages/$1/", "^packages/[^/]+/src/index.ts$", "^packages/db/src/(embedded|testing)/"],
      },
    },
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|types)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "default"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json"],
    },
  },
};
