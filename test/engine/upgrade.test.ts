import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../../tools/toolchain.ts";
import { openRecordedVersion, type RecordedVersion } from "../upgrade/recorded-version.ts";

const upgrade = path.join(repository, "test", "upgrade");
const versions = readdirSync(upgrade).filter((name) => existsSync(path.join(upgrade, name, "state.json")));

it("starts from the first version on", () => {
  expect(versions).toContain("0.1.0");
});

describe.each(versions)("a stack that version %s left behind", (version) => {
  let recorded: RecordedVersion;
  const state = JSON.parse(readFileSync(path.join(upgrade, version, "state.json"), "utf8"));
  const urns: string[] = state.deployment.resources.map(({ urn }: { urn: string }) => urn);

  beforeAll(async () => {
    recorded = await openRecordedVersion(path.join(upgrade, version));
    await recorded.stack.importStack(state);
  });
  afterAll(() => recorded?.close());

  it("previews without a change", async () => {
    const { changeSummary } = await recorded.stack.preview({ expectNoChanges: true });

    // The engine makes default providers by itself, and does not count them.
    expect(changeSummary).toEqual({ same: urns.filter((urn) => !urn.includes("::default_")).length });
  });

  it("asks the tenant nothing for it", () => {
    expect(recorded.tenant.requests().filter(({ path }) => /^\/(v1\.0|beta)\//.test(path))).toEqual([]);
  });
});
