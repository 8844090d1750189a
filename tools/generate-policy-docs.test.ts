import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { policyDocs } from "./generate-policy-docs.ts";

const docs = path.join(import.meta.dirname, "../docs/policies.md");

it("keeps docs/policies.md as the policies say it", () => {
  // To bring it up to date: node tools/generate-policy-docs.ts
  expect(readFileSync(docs, "utf8").replaceAll("\r\n", "\n")).toBe(policyDocs());
});
