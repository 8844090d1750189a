import { defineConfig } from "vitest/config";

// `npm run test:packages`: what is published, installed from a registry into empty folders. `npm test` has no time for it.
export default defineConfig({
  test: {
    name: "packages",
    root: import.meta.dirname,
    include: ["**/*.test.ts"],
    globalSetup: ["built-release.ts"],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    // Each file installs packages or runs Pulumi.
    fileParallelism: false,
  },
});
