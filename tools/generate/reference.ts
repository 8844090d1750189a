/** `docs/reference.md`: every property of a guest, a list, the resources and the provider, made of the model. */
import type { z } from "zod";
import { guestDefaults, guestOwn } from "../../model/guest.ts";
import {
  guestListInputs,
  guestListOutputs,
  listSettings,
  reviewRules,
  settingsSchema,
} from "../../model/guest-list.ts";
import { invitationInputs, invitationOutputs, secretOutputs } from "../../model/invitation.ts";
import { messageParts } from "../../model/message.ts";
import { namespace, resourceNames } from "../../model/names.ts";
import { type Change, descriptionOf, lookUp, properties } from "../../model/property.ts";
import { generatedNote, type PropertySpec, packageSpec, type TypeSpec } from "./package-spec.ts";

/** What a change does, for the reader of a table. */
const changes: Readonly<Record<Change, string>> = {
  guest: "another guest",
  invitation: "in place; a pending guest is invited again",
  directory: "in place, by PATCH",
  sponsors: "in place, added and removed one by one",
  record: "recorded; nothing is sent",
  access: "the resource that it concerns is made or removed",
  nothing: "nothing is sent",
};

/** The text of `docs/reference.md`. */
export function referencePage(): string {
  const { spec, program } = packageSpec();
  const [invitation, guestList] = Object.values(spec.resources);
  return `<!-- ${generatedNote} -->
# Reference

Read this when you look for a name or a rule: every property, what it means, and what a change of it does.

## A guest
In a stack config under \`${namespace}:invitations\`, in a list file, and in \`guests\` of \`GuestInvitations\`. Those in the second
table may also stand for all guests: under \`${namespace}:\`, at the head of a YAML list file, or beside \`guests\`.

### For one guest
${propertyTable(guestOwn, program.GuestArgs.properties)}

### For one guest or for all
${propertyTable(guestDefaults, program.GuestDefaults.properties)}

### The message
${plainTable(messageParts, (name) => renamed(name))}

## A list
Under \`${namespace}:\` in a stack config, or beside \`guests\` of \`GuestInvitations\`; the last three in a stack config only.

${plainTable({ ...listSettings, invitations: settingsSchema.shape.invitations, lists: settingsSchema.shape.lists, review: settingsSchema.shape.review })}

### The rules of a review
For \`guests review\`; [a guest over time](guests-over-time.md) tells what it does with them.

${plainTable(reviewRules.shape)}

## The resource \`Invitation\`
What \`GuestInvitations\` makes of each guest; use it directly for single guests. Names that differ from a list's are those of
\`azuread.Invitation\`.

### Inputs
${propertyTable(invitationInputs.shape, invitation?.inputProperties ?? {})}

### Outputs beside the inputs
${plainTable(invitationOutputs.shape, (name) => (secretOutputs.some((one) => one === name) ? " (secret)" : ""))}

## The resource \`GuestList\`
${guestList?.description}

${plainTable(guestListInputs.shape)}

Output:

${plainTable(guestListOutputs.shape)}

## The provider
The arguments of \`Provider\`, and \`entra-guests:\` in a stack config. The environment stands in for what is left out.

| setting | type | meaning |
|---|---|---|
${Object.entries(spec.settings)
  .map(
    ([name, { type, description, secret }]) =>
      `| \`${name}\`${secret ? " (secret)" : ""} | ${type} | ${cell(description)} |`,
  )
  .join("\n")}
`;
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function propertyTable(shape: Shape, specs: Readonly<Record<string, PropertySpec>>): string {
  const rows = Object.entries(shape).map(([name, schema]) => {
    const facts = lookUp(schema, properties);
    const change = facts === undefined ? "" : changes[facts.change];
    const graph = facts?.graph === undefined ? "" : ` Graph: \`user.${facts.graph}\`.`;
    const by = facts?.setBy === undefined ? "" : ` Set by ${facts.setBy}.`;
    const type = specs[name] === undefined ? "" : typeName(specs[name]);
    const meaning = cell(`${descriptionOf(schema)}${graph}${by}`);
    return `| \`${name}\`${renamed(name)} | ${type} | ${meaning} | ${change} |`;
  });
  return ["| property | type | meaning | a change |", "|---|---|---|---|", ...rows].join("\n");
}

function plainTable(shape: Shape, note: (name: string) => string = () => ""): string {
  const rows = Object.entries(shape).map(
    ([name, schema]) => `| \`${name}\`${note(name)} | ${cell(descriptionOf(schema))} |`,
  );
  return ["| name | meaning |", "|---|---|", ...rows].join("\n");
}

/** What the resource calls a list's property. */
function renamed(name: string): string {
  const other = (resourceNames as Readonly<Record<string, string>>)[name];
  return other === undefined ? "" : ` (resource: \`${other}\`)`;
}

function typeName(spec: TypeSpec): string {
  if (spec.oneOf !== undefined) return spec.oneOf.map(typeName).join(" or ");
  if (spec.$ref !== undefined) return `\`${spec.$ref.split(":").at(-1)}\``;
  if (spec.type === "array") return `list of ${typeName(spec.items ?? {})}`;
  return spec.type === "string" ? "text" : (spec.type ?? "any");
}

/** Text inside a table's cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
