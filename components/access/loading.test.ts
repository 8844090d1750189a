import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** The official packages' modules that a program has loaded after the component was made. */
function loadedBy(guests: string): string[] {
  const program = `
    import { createRequire } from "node:module";
    import * as pulumi from "@pulumi/pulumi";
    import { GuestInvitations } from "./components/index.ts";
    await pulumi.runtime.setMocks({
      call: () => ({ objectIds: ["0a4c6b1e-0000-4000-8000-000000000001"], displayNames: ["Partners"], types: [] }),
      newResource: ({ inputs }) => ({ id: "id", state: { ...inputs, userId: "id" } }),
    });
    new GuestInvitations("g", { redirectUrl: "https://myapps.microsoft.com", guests: ${guests} });
    await pulumi.runtime.disconnect();
    const cache = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(cache.filter((file) => /@pulumi.(azuread|azure-native)/.test(file))));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  return (JSON.parse(output) as string[]).map((file) => file.replace(/^.*@pulumi./, "").replaceAll("\\", "/"));
}

it("loads nothing of azuread and azure-native for a list without access", { timeout: 60_000 }, () => {
  expect(loadedBy(`[{ email: "ana@fabrikam.example" }]`)).toEqual([]);
});

it("loads what a group takes and no more for a list with groups", { timeout: 60_000 }, () => {
  const loaded = loadedBy(`[{ email: "ana@fabrikam.example", groups: ["Partners"] }]`);
  expect(loaded.filter((file) => !/utilities.js|package.json/.test(file)).sort()).toEqual([
    "azuread/getGroup.js",
    "azuread/getGroups.js",
    "azuread/groupMember.js",
  ]);
});
