/** The Pulumi package in Pulumi's own schema language, made of the model: `provider/schema.json` and the SDK come from it. */
import { z } from "zod";
import { guestDefaults, guestOwn } from "../../model/guest.ts";
import {
  guestInvitationsInputs,
  guestInvitationsOutputs,
  guestListInputs,
  guestListOutputs,
  listSettings,
  secretComponentOutputs,
  settledGuestsInputs,
} from "../../model/guest-list.ts";
import { invitationInputs, invitationOutputs, secretOutputs } from "../../model/invitation.ts";
import { guestListToken, invitationToken, packageName, settledGuestsToken } from "../../model/names.ts";
import { descriptionOf, innerOf, lookUp, properties, types } from "../../model/property.ts";
import { providerSettings } from "../../model/provider-settings.ts";

/** A type as Pulumi's schema describes it; the parts that are used here. */
export interface TypeSpec {
  type?: "string" | "boolean" | "number" | "integer" | "array" | "object";
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  oneOf?: TypeSpec[];
  $ref?: string;
  plain?: true;
}

export interface PropertySpec extends TypeSpec {
  description: string;
  default?: boolean | string | number;
  secret?: true;
}

export interface ObjectSpec {
  type?: "object";
  /** Its parts are plain values in programs; not a word of Pulumi's. */
  plain?: boolean;
  description: string;
  properties: Record<string, PropertySpec>;
  required?: string[];
}

export interface EnumSpec {
  type: "string";
  description: string;
  enum: { name: string; value: string; description: string }[];
}

export interface ResourceSpec extends ObjectSpec {
  /** True for a component: the provider runs it, and it makes resources. */
  isComponent?: true;
  inputProperties: Record<string, PropertySpec>;
  requiredInputs: string[];
}

/** Everything that is generated for a Pulumi program. */
export interface PackageSpec {
  types: Record<string, ObjectSpec | EnumSpec>;
  resources: Record<string, ResourceSpec>;
  settings: Record<string, PropertySpec>;
}

/** A component as other languages see it, and the named types that it uses. */
export interface ComponentSpec {
  resource: ResourceSpec;
  types: PackageSpec["types"];
}

/** The objects in the arguments of the component, as programs in TypeScript see them. */
export interface ProgramTypes {
  GuestDefaults: ObjectSpec;
  GuestArgs: ObjectSpec;
  ListSettings: ObjectSpec;
}

/** Made of the model, with every named type that is used anywhere. */
export function packageSpec(): { spec: PackageSpec; program: ProgramTypes } {
  const found: PackageSpec["types"] = {};
  const objectSpec = (description: string, shape: Shape): ObjectSpec => shapeSpec(description, shape, found);
  const resource = (description: string, inputs: Shape, outputs: Shape): ResourceSpec => {
    const { properties: inputProperties, required: requiredInputs = [] } = withoutPlain(objectSpec("", inputs));
    const known = withoutPlain(objectSpec(description, { ...inputs, ...outputs }));
    for (const name of secretOutputs) if (known.properties[name]) known.properties[name].secret = true;
    // An input that has a default is always there once the provider has checked it.
    const filled = Object.entries(known.properties).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [name],
    );
    return { ...known, required: [...(known.required ?? []), ...filled], inputProperties, requiredInputs };
  };
  const resources = {
    [invitationToken]: resource(
      "One guest of a Microsoft Entra tenant: the invitation, and the user who comes of it. Changed in place, restored rather than invited anew, and removed with the resource.\n\nA drop-in for azuread.Invitation: what both have bears the same names. A changed redirect URL or message never replaces (and so never deletes) the guest.\n\nPermissions: User.Invite.All to invite; User.Read.All to see who is a guest already; User.ReadUpdate.All for profile fields; User.ReadWrite.All, which covers both, for sponsors of a guest who is already there, and removal; User.DeleteRestore.All to restore.",
      invitationInputs.shape,
      invitationOutputs.shape,
    ),
    [guestListToken]: resource(
      "A list of guests as a whole. It exists in the state only: it stops a change that would remove many guests at once, and writes down who is in the tenant already, before anything is sent.",
      guestListInputs.shape,
      guestListOutputs.shape,
    ),
    [settledGuestsToken]: resource(
      "The end of a list of guests. It exists in the state only: it records for which guests the state has a resource, so that those whom a run invited that was cut short are told from those whom somebody took out of the state. Whoever left the list and was invited by such a run is removed.",
      settledGuestsInputs.shape,
      {},
    ),
  };
  const program = {
    GuestDefaults: objectSpec(
      "What may be said once for all guests; a guest's own value wins. Access adds up instead: a guest gets what the defaults give and what their own entry gives, unless that says `inheritAccess: false`.",
      guestDefaults,
    ),
    GuestArgs: objectSpec(
      "One guest, in the words that the component and the stack config share. Only the address is required.",
      guestOwn,
    ),
    ListSettings: objectSpec("What holds for a list as a whole.", listSettings),
  };
  return { spec: { types: found, resources, settings: settingsSpec() }, program };
}

/** Stands in the first lines of every generated file. */
export const generatedNote = "Generated from model/ by `npm run generate`: change the model, not this file.";

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function shapeSpec(description: string, shape: Shape, found: PackageSpec["types"]): ObjectSpec {
  const entries = Object.entries(shape);
  const required = entries.filter(([, schema]) => schema._zod.optin === undefined && !hasDefault(schema));
  return {
    description,
    properties: Object.fromEntries(entries.map(([name, schema]) => [name, propertySpec(schema, found)])),
    ...(required.length > 0 && { required: required.map(([name]) => name) }),
  };
}

/** The component, whose class in TypeScript is written by hand. */
export function componentSpec(): ComponentSpec {
  const found: PackageSpec["types"] = {};
  const inputs = shapeSpec("", guestInvitationsInputs.shape, found);
  const outputs = shapeSpec("", guestInvitationsOutputs.shape, found);
  for (const name of secretComponentOutputs) if (outputs.properties[name]) outputs.properties[name].secret = true;
  const resource = {
    isComponent: true as const,
    description:
      "A list of guests, one invitation each: it fills in the defaults, leaves out who has expired, guards removals, and remembers who was there before.",
    properties: outputs.properties,
    required: outputs.required ?? [],
    inputProperties: inputs.properties,
    requiredInputs: inputs.required ?? [],
  };
  return { resource, types: found };
}

/** A resource takes an output for everything; plain values are the component's. */
export function withoutPlain({ properties: all, plain: _type, ...rest }: ObjectSpec): ObjectSpec {
  const entries = Object.entries(all).map(([name, { plain: _, ...property }]) => [name, property]);
  return { ...rest, properties: Object.fromEntries(entries) };
}

function propertySpec(schema: z.core.$ZodType, found: PackageSpec["types"]): PropertySpec {
  const { defaultValue } = schema._zod.def as { defaultValue?: unknown };
  const isScalar = ["boolean", "string", "number"].includes(typeof defaultValue);
  return {
    ...typeSpec(schema, found),
    description: descriptionOf(schema),
    ...(isScalar && { default: defaultValue as boolean }),
    ...(lookUp(schema, properties)?.plain && { plain: true as const }),
  };
}

function typeSpec(schema: z.core.$ZodType, found: PackageSpec["types"]): TypeSpec {
  const inner = innerOf(schema);
  if (inner !== undefined) return typeSpec(inner, found);
  const named = types.get(schema);
  if (named === undefined) return plainSpec(schema, found);
  const $ref = `#/types/${packageName}:index:${named.name}`;
  const token = `${packageName}:index:${named.name}`;
  if (found[token] === undefined) {
    if (schema instanceof z.ZodEnum) {
      found[token] = enumSpec(schema, named.values ?? {});
    } else if (schema instanceof z.ZodObject) {
      found[token] = {
        type: "object",
        ...(named.plain && { plain: true }),
        ...shapeSpec(descriptionOf(schema), schema.shape, found),
      };
    } else {
      return plainSpec(schema, found);
    }
  }
  return { $ref };
}

function plainSpec(schema: z.core.$ZodType, found: PackageSpec["types"]): TypeSpec {
  if (schema instanceof z.ZodPipe) return typeSpec(schema.def.in, found);
  if (schema instanceof z.ZodString) return { type: "string" };
  if (schema instanceof z.ZodBoolean) return { type: "boolean" };
  if (schema instanceof z.ZodNumber) return { type: schema.format === "safeint" ? "integer" : "number" };
  if (schema instanceof z.ZodArray) return { type: "array", items: typeSpec(schema.element, found) };
  if (schema instanceof z.ZodRecord) return { type: "object", additionalProperties: typeSpec(schema.valueType, found) };
  if (schema instanceof z.ZodUnion) return { oneOf: schema.options.map((option) => typeSpec(option, found)) };
  if (schema instanceof z.ZodObject) {
    throw new Error(`an object of the model has no name in programs: ${Object.keys(schema.shape)}`);
  }
  throw new Error(`no type of Pulumi is known for ${schema._zod.def.type}`);
}

function enumSpec(schema: z.ZodEnum, meanings: Readonly<Record<string, string>>): EnumSpec {
  return {
    type: "string",
    description: descriptionOf(schema),
    enum: schema.options.map((value) => ({
      name: pascalCase(String(value)),
      value: String(value),
      description: meanings[String(value)] ?? "",
    })),
  };
}

function hasDefault(schema: z.core.$ZodType): boolean {
  return "defaultValue" in schema._zod.def;
}

function pascalCase(text: string): string {
  return text.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function settingsSpec(): PackageSpec["settings"] {
  return Object.fromEntries(
    Object.entries(providerSettings).map(([name, setting]) => {
      const alternatives = [...setting.variables];
      const last = alternatives.pop();
      const variables = alternatives.length > 0 ? `${alternatives.join(", ")} or ${last}` : last;
      const description = `${setting.description} Environment: ${variables}.`;
      return [name, { type: setting.type, description, ...(!("public" in setting) && { secret: true as const }) }];
    }),
  );
}
