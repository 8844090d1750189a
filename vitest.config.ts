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
    sequence: { groupOrder: 2 },
  },
};
/** With `isolate: false`, where a process for each file would load the same modules a hundred times. */
const cleanSlate = ["test/support/clean-slate.ts"];
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
          isolate: false,
          setupFiles: cleanSlate,
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
          isolate: false,
          setupFiles: cleanSlate,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      // The real Pulumi CLI: a run often waits for one of its half a dozen processes, so three files at a time fill two cores.
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          isolate: false,
          setupFiles: cleanSlate,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 3,
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
          maxWorkers: 3,
          // Beside the last files of the engine, which would leave a core idle.
          sequence: { groupOrder: 1 },
        },
      },
      ...(isNamed ? [packages] : []),
    ],
  },
});
