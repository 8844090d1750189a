import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { permissions } from "./permission.ts";

const alias = z.string().regex(/^[a-z][a-z0-9.-]*$/, "an alias is the part of an address before the @");

/** What `tenant/seed.yaml` may say. */
const seedFile = z.strictObject({
  organisation: z.string().min(1),
  initialDomain: z.string().min(1),
  domain: z.string().min(1),
  pulumi: z.strictObject({
    displayName: z.string().min(1),
    permissions: z.array(z.enum(permissions)),
    azureRole: z.string(),
  }),
  members: z.array(z.strictObject({ displayName: z.string().min(1), alias, jobTitle: z.string().optional() })),
  groups: z.array(
    z.strictObject({
      displayName: z.string().min(1),
      description: z.string().optional(),
      roleAssignable: z.boolean().default(false),
      members: z.array(alias).default([]),
    }),
  ),
  applications: z.array(
    z.strictObject({
      displayName: z.string().min(1),
      description: z.string().optional(),
      homepage: z.url().optional(),
      loginUrl: z.url().optional(),
      appRoles: z
        .array(z.strictObject({ value: z.string(), displayName: z.string(), description: z.string() }))
        .default([]),
      /** Groups that have the application, by display name. */
      groups: z.array(z.string()).default([]),
    }),
  ),
  resourceGroups: z.array(z.string().min(1)),
});

export type Seed = z.output<typeof seedFile>;

/**
 * Reads what a new tenant begins with.
 *
 * @throws where the file does not read as it should, with what is wrong in it
 */
export function readSeed(file = path.join(import.meta.dirname, "..", "seed.yaml")): Seed {
  const parsed = seedFile.safeParse(parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file} is not a seed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
