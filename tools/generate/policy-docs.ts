/** What follows from the policies: `docs/policies.md`, and what the command knows of their settings. `docs/policies.md` is made of the policies' own metadata, configuration schemas and examples. */

import type { Policies } from "@pulumi/policy";
import { stringify } from "yaml";
import { policies } from "../../policies/guests/policies.ts";
import {
  exampleProblems,
  examples,
  type JudgedResource,
  judge,
  notYetKnown,
  type PolicyExample,
} from "../../policies/guests/policy-examples.ts";

type Policy = Policies[number];

/** The text of `docs/policies.md`. */
export function policyDocs(): string {
  return [introduction, overview(), ...policies.map(section), limits].join("\n\n").concat("\n");
}

const introduction = `<!-- Generated from policies/guests/ by \`npm run generate\`: change the policies, not this file. -->
# Policies

Read this when a policy stops you, or when you decide what guests may be.

The pack \`policies/guests\` says what a guest may be. It judges invitations of \`entra-guests\` and \`azuread\` by the same
rules, and the access that \`azure-native\` and \`azuread\` resources give to guests. \`npm start\` runs with it. To run it
yourself:

\`\`\`sh
pulumi preview --policy-pack policies/guests --policy-pack-config policies/guests.prod.json
\`\`\`

Breaking a **mandatory** policy fails the preview, and \`pulumi up\` ends before it sends anything. Breaking an **advisory**
one is only reported. \`--policy-pack-config\` names the file with each policy's level and settings, one for each stack:
\`policies/guests.local.json\`, \`policies/guests.dev.json\`, \`policies/guests.prod.json\`. Under a policy's name it holds a
level (\`"advisory"\`, \`"mandatory"\`, \`"disabled"\`), or an object of settings with the level as \`enforcementLevel\`.
A policy or a setting that does not exist stops the preview, whatever the level, and the error names the one that was
probably meant. So does a value of another type. (An unknown policy without a level is found by Pulumi itself, which says
no more than \`invalid enforcement level ""\`.)

The folder is a package of its own. To make the pack available in Pulumi Cloud, run \`pulumi policy publish\` in it. A value
that a preview does not know yet is not judged; the update judges it before it is sent.`;

function overview(): string {
  const rows = policies.map(({ name, description, enforcementLevel = "", severity = "" }) => {
    return [`[${name}](#${name})`, description, enforcementLevel, severity];
  });
  const lines = [["policy", "rule", "level", "severity"], ["---", "---", "---", "---"], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function section(policy: Policy): string {
  const example = examples[policy.name];
  const [problem] = exampleProblems(policy, example);
  if (example === undefined || problem !== undefined) throw new Error(problem);
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

function shown(policy: Policy, { config, fails }: PolicyExample): string {
  const setting = Object.keys(config).length === 0 ? [] : ["With", fenced("json", configText(policy.name, config))];
  const messages = judge(policy, fails, config).map((message) => `${policy.description}\n${message}`);
  return [
    ...setting,
    setting.length === 0 ? "This breaks it:" : "this breaks it:",
    fenced("yaml", stringify({ resources: Object.fromEntries(fails.map(resourceEntry)) }, { lineWidth: 0 }).trimEnd()),
    fenced("text", messages.join("\n")),
  ].join("\n\n");
}

/** Settings as JSON, with each list on one line. */
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
    // An unknown value without a source is an output of the resource itself, and a program does not write outputs.
    return source === undefined ? [] : [[property, `\${${source}.userId}`]];
  });
  return [name, { type, properties: Object.fromEntries(properties) }];
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

const limits = `## What a policy cannot see

- **What was there before.** A policy sees the resources that a program declares. It does not see the ones that left the
  program, so no policy notices that a guest is about to be removed. The list itself guards against removing many guests at
  once: the provider gets the list as it was and as it is declared, in the preview and again in the \`up\`, and stops a change
  over \`guests:removalLimit\` (20 guests, or half of the list) unless the stack config says \`guests:allowRemoval: true\`. It
  is not asked in a \`destroy\`, nor when a whole \`GuestInvitations\` leaves the program. The comment on a pull request counts
  those removals.
- **Who stands behind an object id.** Access counts as a guest's when the stack shows it: the principal depends on an
  invitation, is the object id of its guest, or is a group that the stack adds a guest to; or the access itself is a child of
  an invitation or of \`GuestInvitations\`. In a stack for guests only, \`"principals": "everyone"\` judges every assignment.
- **What a role or group is, by its id alone.** Custom roles, and groups that the stack does not declare, are known only by
  the ids in \`azureRoles\`, \`directoryRoles\` and \`roleAssignableGroups\`. An id or a scope in another form than Azure's own
  (\`..\`, braces, a query) is reported, because nobody can tell what it stands for.
- **A link that only its application can read.** \`redirect-url\` finds any scheme and any \`//host\` in parameters, their
  names, the fragment and the path, in up to eight layers of percent-encoding; more layers are refused. It does not see a
  link in base64, in a signed token, or a bare host name to which the application adds \`https://\`.
- **Without a preview.** \`no-privileged-access\` and \`guest-limits\` judge a stack when all of it is known. \`pulumi up\` runs a
  preview first and stops there; \`pulumi up --skip-preview\` finds out only afterwards.`;

/** The text of `cli/comment/policy-settings.generated.ts`. */
export function policySettings(): string {
  const entries = policies.map(({ name, enforcementLevel, configSchema }) => {
    const settings = Object.entries(configSchema?.properties ?? {}).map(
      ([setting, { description, default: unset }]) => {
        return [setting, { about: firstSentence(description ?? ""), unset }];
      },
    );
    return [name, { level: enforcementLevel, settings: Object.fromEntries(settings) }];
  });
  return `// Generated from policies/guests/ by \`npm run generate\`: change the policies, not this file.

/** A policy where a stack says nothing about it. */
export interface PolicyDefaults {
  level: string;
  /** By name: what each setting is, and its value where nothing is said. */
  settings: Readonly<Record<string, { about: string; unset: unknown }>>;
}

/** The pack's policies, by name. */
export const policyDefaults: Readonly<Record<string, PolicyDefaults>> = ${JSON.stringify(Object.fromEntries(entries))};
`;
}

function firstSentence(text: string): string {
  return /^.*?[.;:](?=\s|$)/.exec(text)?.[0].replace(/[.;:]$/, "") ?? text;
}
