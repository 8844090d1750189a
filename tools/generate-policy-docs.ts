/**
 * Writes `docs/policies.md` from the policies' own metadata, configuration schemas and examples.
 *
 * `node tools/generate-policy-docs.ts` writes it; with `--check` it writes nothing and fails when it is out of date.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Policies } from "@pulumi/policy";
import { stringify } from "yaml";
import { markdownTable } from "../cli/text-table.ts";
import { policies } from "../policies/guests/policies.ts";
import { type Example, examples } from "../policies/guests.examples.ts";
import { type JudgedResource, judge, notYetKnown } from "../policies/judging.ts";

type Policy = Policies[number];

const file = path.join(import.meta.dirname, "..", "docs", "policies.md");

/** The text of `docs/policies.md`. */
export function policyDocs(): string {
  return [introduction, overview(), ...policies.map(section), limits].join("\n\n").concat("\n");
}

const introduction = `<!-- Written by tools/generate-policy-docs.ts from the policies themselves: change those, then run it. -->
# Policies

The pack \`policies/guests\` says what a guest may be. It judges \`entra-guests\` and \`azuread\` invitations alike, and what
guests get access to by \`azure-native\` and \`azuread\` resources. \`npm start\` runs with it; by hand it is

\`\`\`sh
pulumi preview --policy-pack policies/guests --policy-pack-config policies/guests.prod.json
\`\`\`

A **mandatory** policy that is broken fails the preview, and \`pulumi up\` ends before anything is sent. An **advisory** one
is only reported. The level and the settings of each are set in the file given by \`--policy-pack-config\`, one for each
stack: \`policies/guests.local.json\`, \`policies/guests.dev.json\`, \`policies/guests.prod.json\`. Under a policy's name it
holds a level (\`"advisory"\`, \`"mandatory"\`, \`"disabled"\`), or an object of settings with the level as \`enforcementLevel\`.

The folder is a policy pack of its own, with its own package.json: in Pulumi Cloud, \`pulumi policy publish\` there makes it
the organisation's. A value that a preview does not know yet is not judged; the update judges it before it is sent.`;

function overview(): string {
  const rows = policies.map(({ name, description, enforcementLevel = "", severity = "" }) => {
    return [`[${name}](#${name})`, description, enforcementLevel, severity];
  });
  return markdownTable(["policy", "rule", "level", "severity"], rows, { aligned: true });
}

function section(policy: Policy): string {
  const example = examples[policy.name];
  if (example === undefined) throw new Error(`policies/guests.examples.ts has no example for ${policy.name}`);
  const scope = "validateStack" in policy ? "the stack as a whole" : "each invitation";
  const parts = [
    `## ${policy.name}`,
    policy.description,
    `Judges ${scope}; ${policy.enforcementLevel}, severity ${policy.severity}.${framework(policy)}`,
    `**What to do.** ${policy.remediationSteps} ([background](${policy.url}))`,
    settings(policy),
    shown(policy, example),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function framework({ framework }: Policy): string {
  if (framework === undefined) return "";
  const { name, version, reference, specification } = framework;
  return ` ${name} ${version} asks for the same in ${reference}: ${specification}`;
}

function settings({ configSchema }: Policy): string {
  const properties = Object.entries(configSchema?.properties ?? {});
  if (properties.length === 0) return "It has no settings.";
  const items = properties.map(([name, { description, default: value }]) => {
    return `- \`${name}\`: ${description} Default: ${defaultText(value)}.`;
  });
  return ["Settings:", items.join("\n")].join("\n\n");
}

function defaultText(value: unknown): string {
  if (!Array.isArray(value)) return `\`${JSON.stringify(value)}\``;
  return value.length === 0 ? "none" : value.join(", ");
}

function shown(policy: Policy, { config, fails }: Example): string {
  const setting = Object.keys(config).length === 0 ? [] : ["With", fenced("json", configText(policy.name, config))];
  const messages = judge(policy, fails, config).map((message) => `${policy.description}\n${message}`);
  return [
    ...setting,
    setting.length === 0 ? "This breaks it:" : "this breaks it:",
    fenced("yaml", stringify({ resources: Object.fromEntries(fails.map(resourceEntry)) }, { lineWidth: 0 }).trimEnd()),
    fenced("text", messages.join("\n")),
  ].join("\n\n");
}

/** As the formatter of this repository writes JSON: lists on one line. */
function configText(name: string, config: Record<string, unknown>): string {
  const lines = Object.entries(config).map(([key, value]) => {
    const text = Array.isArray(value)
      ? `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`
      : JSON.stringify(value);
    return `    "${key}": ${text}`;
  });
  return `{\n  "${name}": {\n${lines.join(",\n")}\n  }\n}`;
}

function resourceEntry({ type, name, props, dependsOn = {} }: JudgedResource): [string, object] {
  const properties = Object.entries(props).flatMap(([property, value]): [string, unknown][] => {
    if (value !== notYetKnown) return [[property, value]];
    const [source] = dependsOn[property] ?? [];
    // What the resource itself will say belongs to no program.
    return source === undefined ? [] : [[property, `\${${source}.userId}`]];
  });
  return [name, { type, properties: Object.fromEntries(properties) }];
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

const limits = `## What a policy cannot see

- **What was there before.** A policy sees the resources that a program declares, not those that it no longer declares, so
  none of these notices that a guest is about to be removed. The guard against removing many guests at once is therefore
  the list's own: the provider is given the list as it was and as it is declared, in the preview and again in the \`up\`, and
  stops a change over \`guests:removalLimit\` (20 guests, or half of the list) unless the stack config says
  \`guests:allowRemoval: true\`. It is not asked in a \`destroy\`, nor when a whole \`GuestInvitations\` leaves the program: the
  comment on a pull request counts those.
- **Who stands behind an object id.** Access counts as a guest's where the stack shows it: the principal depends on an
  invitation, is the id of one, stands below one or below \`GuestInvitations\`, or is a group of which the stack makes a
  guest a member. In a stack for guests only, \`"principals": "everyone"\` judges every assignment.
- **What a role or group is, by its id alone.** Custom roles and groups that the stack does not declare are known only by
  the ids that \`azureRoles\`, \`directoryRoles\` and \`roleAssignableGroups\` list.
- **Without a preview.** \`no-privileged-access\` and \`guest-limits\` judge a stack when all of it is known. \`pulumi up\` runs a
  preview first and stops there; \`pulumi up --skip-preview\` would find out only afterwards.`;

function main(): void {
  const text = policyDocs();
  if (existsSync(file) && readFileSync(file, "utf8").replaceAll("\r\n", "\n") === text) return;
  if (process.argv.includes("--check")) {
    console.error('docs/policies.md is out of date: run "node tools/generate-policy-docs.ts" and commit it');
    process.exitCode = 1;
    return;
  }
  writeFileSync(file, text);
}

if (process.argv[1] === import.meta.filename) main();
