import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll } from "vitest";

/**
 * Tests share a process and its modules, one file after another: each begins with the environment and the
 * Pulumi config of a process that has just started.
 */
const environment = { ...process.env };

beforeAll(() => pulumi.runtime.setAllConfig({}));

afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
