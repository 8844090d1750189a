import { describe, expect, it } from "vitest";
import { policies } from "../../policies/guests/policies.ts";
import { isClassified, listChanges, type SettingChange, settingChanges } from "./policy-changes.ts";

/** Changes in short: `loosened redirect-url level`. */
function inShort(changes: readonly SettingChange[]): string[] {
  return changes.map(({ change, policy, setting }) => `${change} ${policy} ${setting}`);
}

/** What a change of one policy's settings is called. */
function change(policy: string, before: unknown, after: unknown): string[] {
  return inShort(settingChanges({ [policy]: before }, { [policy]: after }));
}

describe("[M9] a change of a policy's settings", () => {
  it.each([
    ["redirect-url", {}, "disabled", "level"],
    ["redirect-url", "mandatory", "advisory", "level"],
    ["redirect-url", {}, { enforcementLevel: "advisory" }, "level"],
    ["redirect-url", "mandatory", "remediate", "level"],
    ["sponsor-required", "advisory", "disabled", "level"],
    ["unknown-policy", undefined, "disabled", "level"],
    ["allowed-domains", { allowed: ["a.example"] }, { allowed: ["a.example", "*"] }, "allowed"],
    ["allowed-domains", {}, { allowedLists: ["suppliers"] }, "allowedLists"],
    ["allowed-domains", { denied: ["a.example", "b.example"] }, { denied: ["a.example"] }, "denied"],
    ["allowed-domains", { denied: ["a.example"] }, {}, "denied"],
    ["allowed-domains", {}, { allowConsumerDomains: true }, "allowConsumerDomains"],
    ["redirect-url", { allowLoopback: false }, { allowLoopback: true }, "allowLoopback"],
    ["invitation-message", {}, { required: false }, "required"],
    ["invitation-message", { maxLength: 500 }, { maxLength: 5000 }, "maxLength"],
    ["expiry-required", { maxDays: 30 }, {}, "maxDays"],
    ["guest-limits", {}, { perStack: 501 }, "perStack"],
    ["cc-internal-only", { internal: [] }, { internal: ["*"] }, "internal"],
    ["sponsor-required", { internal: ["contoso.example"] }, { internal: [] }, "internal"],
    ["sponsor-required", { groups: ["11111111-2222-3333-4444-555555555555"] }, { groups: [] }, "groups"],
    ["sponsor-required", { internal: ["contoso.example"] }, { internal: ["contoso.example", "*"] }, "internal"],
    ["no-privileged-access", {}, { azureRoles: ["Owner"] }, "azureRoles"],
    ["no-privileged-access", {}, { directoryRoles: [] }, "directoryRoles"],
    ["no-privileged-access", {}, { widestScope: "any" }, "widestScope"],
    ["no-privileged-access", { principals: "everyone" }, {}, "principals"],
  ])("%s from %j to %j is loosened, and the way back is tightened", (policy, before, after, setting) => {
    expect(change(policy, before, after)).toEqual([`loosened ${policy} ${setting}`]);
    expect(change(policy, after, before)).toEqual([`tightened ${policy} ${setting}`]);
  });

  it("is loosened where one entry that lets more in takes the place of others", () => {
    const [one, other] = [{ hosts: ["a.example", "b.example"] }, { hosts: ["*.evil.example"] }];
    expect(change("redirect-url", one, other)).toEqual(["loosened redirect-url hosts"]);
    expect(change("redirect-url", other, one)).toEqual(["loosened redirect-url hosts"]);
  });

  it("is the level alone where the settings go with it, and the settings count again when it comes back", () => {
    const allowed = { allowed: ["a.example"] };
    expect(change("allowed-domains", allowed, "disabled")).toEqual(["loosened allowed-domains level"]);
    expect(change("allowed-domains", "disabled", { allowed: ["*"] })).toEqual([
      "loosened allowed-domains allowed",
      "tightened allowed-domains level",
    ]);
    expect(change("allowed-domains", allowed, { enforcementLevel: "disabled", allowed: ["*"] })).toEqual([
      "loosened allowed-domains allowed",
      "loosened allowed-domains level",
    ]);
  });

  it("of the level of all policies counts for each that has none of its own", () => {
    const changes = settingChanges({ "redirect-url": "mandatory" }, { all: "disabled", "redirect-url": "mandatory" });
    expect(inShort(changes)).toHaveLength(policies.length - 1);
    expect(inShort(changes)).toContain("loosened allowed-domains level");
    expect(new Set(changes.map((one) => one.change))).toEqual(new Set(["loosened"]));
    expect(inShort(settingChanges({ all: "disabled" }, { all: { enforcementLevel: "disabled" } }))).toEqual([]);
  });

  it("comes with the loosened ones first, each with what the setting is", () => {
    const before = { "guest-limits": { perStack: 10 }, "redirect-url": {}, other: { x: 1 } };
    const after = { "guest-limits": { perStack: 5 }, "redirect-url": "disabled", other: { x: 2 } };
    const changes = settingChanges(before, after);
    expect(inShort(changes)).toEqual([
      "loosened redirect-url level",
      "changed other x",
      "tightened guest-limits perStack",
    ]);
    expect(changes.map(({ about }) => about)).toEqual([
      expect.stringContaining("stops the apply"),
      "",
      "How many guests one stack may hold",
    ]);
    expect(changes.at(-1)?.difference).toEqual({ before: "10", after: "5" });
  });

  it("is none where only the order, the letter case or the form is another", () => {
    const before = {
      "allowed-domains": { allowed: ["a.example", "B.example"], denied: [] },
      "redirect-url": "mandatory",
    };
    const after = {
      "redirect-url": { enforcementLevel: "mandatory" },
      "allowed-domains": { allowed: ["b.example", "a.example"] },
    };
    expect(settingChanges(before, after)).toEqual([]);
    expect(settingChanges({}, undefined)).toEqual([]);
  });

  it("is changed where nobody knows what it does, whatever stands there", () => {
    expect(change("redirect-url", { deny: 1 }, {})).toEqual(["changed redirect-url deny"]);
    expect(change("redirect-url", { hosts: ["a"] }, { hosts: "a" })).toEqual(["changed redirect-url hosts"]);
    expect(change("no-privileged-access", {}, { widestScope: "galaxy" })).toEqual([
      "changed no-privileged-access widestScope",
    ]);
    expect(inShort(settingChanges({}, { environments: ["a"] }))).toEqual(["changed environments environments"]);
    for (const text of [
      '{"constructor": {"toString": 1}}',
      '{"__proto__": {"x": 1}}',
      "[]",
      "null",
      "7",
      '{"a": [1]}',
    ]) {
      expect(() => settingChanges({}, JSON.parse(text))).not.toThrow();
      expect(() => settingChanges(JSON.parse(text), { constructor: "disabled" })).not.toThrow();
    }
  });

  it("can be told looser or stricter for each setting that a policy has", () => {
    const settings = policies.flatMap(({ name, configSchema }) =>
      Object.keys(configSchema?.properties ?? {}).map((setting) => [name, setting] as const),
    );
    expect(settings.length).toBeGreaterThan(10);
    expect(settings.filter(([policy, setting]) => !isClassified(policy, setting))).toEqual([]);
  });
});

describe("[M9] a change of a list of domains", () => {
  const config = { "allowed-domains": { allowedLists: ["suppliers"], deniedLists: ["rivals"] } };

  it("is loosened where it lets more in", () => {
    expect(inShort(listChanges("suppliers", "a.example\n", "a.example # one\nb.example\n", config))).toEqual([
      "loosened allowed-domains suppliers",
    ]);
    expect(inShort(listChanges("rivals", "a.example\r\nb.example", "a.example", config))).toEqual([
      "loosened allowed-domains rivals",
    ]);
  });

  it("is tightened where it lets less in, and changed where no setting names it", () => {
    expect(listChanges("suppliers", "a.example", "", config)).toMatchObject([{ change: "tightened" }]);
    expect(listChanges("others", "", "a.example", config)).toMatchObject([{ change: "changed" }]);
    expect(listChanges("suppliers", "a.example", "A.example # the same", config)).toEqual([]);
  });
});
