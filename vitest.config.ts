import { defineConfig } from "vitest/config";

/** What is published, and programs in other languages. It takes longer than the rest: it runs only when it is named. */
const packages = {
  test: {
    name: "packages",
    include: ["test/packages/**/*.test.ts"],
    globalSetup: ["test/packages/built-release.ts"],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    maxWorkers: 2,
    sequence: { groupOrder: 3 },
  },
};
const isNamed = process.argv.some((argument) => /^(--project=)?packages$/.test(argument));

// Each project is named after what its tests need. Run one with `npm test -- --project unit`.
// Groups run one after another: what is quick says first what is wrong.
export default defineConfig({
  test: {
    projects: [
      // Nothing but the code beside which they stand.
      {
        test: {
          name: "unit",
          include: ["{model,components,provider,policies,cli,pipelines,tenant,tools,docs}/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
          // A process for each file would load the same modules a hundred times.
          isolate: false,
          setupFiles: ["test/support/clean-slate.ts"],
          // Vitest leaves one core free, which is half of two.
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      // A local tenant on a free port.
      {
        test: {
          name: "http",
          include: ["test/http/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      // The real Pulumi CLI: each run starts half a dozen processes, so two files at a time are enough for two cores.
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      // A real browser.
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      ...(isNamed ? [packages] : []),
    ],
  },
});
