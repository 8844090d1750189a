/**
 * The settings of the pack's policies. A setting that nobody reads looks like a rule and holds nothing, so an unknown one
 * stops the preview, whatever the level of its policy.
 */

import type { Policies, PolicyConfigSchema } from "@pulumi/policy";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { ConfigureAnalyzerRequest } from "@pulumi/pulumi/proto/analyzer_pb.js";
import leven from "leven";

/** What is needed of a policy to check its settings. */
interface PolicySchema {
  name: string;
  configSchema?: PolicyConfigSchema;
}

/** The schema of one setting, or of a part of one. */
type SettingSchema = PolicyConfigSchema["properties"][string] | boolean;

/**
 * A policy's settings, with the schema's defaults for the ones that are not set.
 *
 * The engine fills in defaults and checks types. It lets unknown settings pass, and a policy may run without an engine.
 *
 * @param args the policy's arguments
 * @param name the policy's name
 * @param schema the schema of the policy's settings, with a default for each
 * @throws when there is no such setting; the engine then ends the preview with the message
 */
export function configOf<T extends object>(
  args: { getConfig<C extends object>(): C },
  name: string,
  schema: PolicyConfigSchema,
): T {
  const written = args.getConfig<Partial<T>>();
  const problems = unknownSettings(name, schema, written);
  if (problems.length > 0) throw settingsError(problems);
  const defaults = Object.entries(schema.properties).map(([setting, { default: value }]) => [setting, value]);
  return { ...Object.fromEntries(defaults), ...written } as T;
}

/** Something that is wrong in a pack's settings. */
export interface SettingsProblem {
  /** The way to it, from the policy's name on. */
  path: (string | number)[];
  /** A sentence that needs no other. */
  message: string;
}

/**
 * The settings that a policy does not have, at every level.
 *
 * @param name the policy's name
 * @param schema the schema of its settings
 * @param settings what somebody wrote
 * @returns a sentence for each, with the setting that was probably meant
 */
export function unknownSettings(name: string, schema: PolicyConfigSchema, settings: object): string[] {
  return unknownKeys(settings, withLevel(schema), [name]).map(({ message }) => message);
}

/** The level stands among a policy's own settings. */
function withLevel({ properties }: PolicyConfigSchema): Exclude<SettingSchema, boolean> {
  return { properties: { enforcementLevel: { enum: [...levels] }, ...properties } };
}

function unknownKeys(value: unknown, schema: SettingSchema | undefined, path: (string | number)[]): SettingsProblem[] {
  if (typeof value !== "object" || value === null || typeof schema !== "object") return [];
  const { items, properties } = schema;
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => unknownKeys(item, Array.isArray(items) ? items[at] : items, [...path, at]));
  }
  if (properties === undefined) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    Object.hasOwn(properties, key)
      ? unknownKeys(inner, properties[key], [...path, key])
      : [{ path: [...path, key], message: unknownName(key, `setting of ${wayText(path)}`, Object.keys(properties)) }],
  );
}

/** `links.hosts[1].name` */
function wayText([first, ...others]: readonly (string | number)[]): string {
  return `${first}${others.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")}`;
}

/**
 * What is wrong with the settings of a whole pack.
 *
 * @param policies the pack's policies
 * @param config each policy's settings, by the policy's name
 * @returns a sentence for each policy that the pack lacks, and for each unknown setting
 */
export function packConfigProblems(
  policies: readonly PolicySchema[],
  config: Readonly<Record<string, object>>,
): string[] {
  return unknownInPack(policies, config).map(({ message }) => message);
}

function unknownInPack(policies: readonly PolicySchema[], config: object): SettingsProblem[] {
  const schemas = new Map(policies.map(({ name, configSchema }) => [name, configSchema ?? { properties: {} }]));
  return Object.entries(config).flatMap(([name, settings]) => {
    const schema = name === "all" ? { properties: {} } : schemas.get(name);
    return schema === undefined
      ? [{ path: [name], message: unknownName(name, "policy of this pack", [...schemas.keys()]) }]
      : unknownKeys(settings, withLevel(schema), [name]);
  });
}

const levels = ["advisory", "mandatory", "remediate", "disabled"] as const;

/**
 * Everything that is wrong with the settings of a pack, values of another type among it: what the engine and the pack
 * find together.
 *
 * @param config the content of the file of settings
 */
export function settingsProblems(policies: readonly PolicySchema[], config: unknown): SettingsProblem[] {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    return [{ path: [], message: "the policies' settings are an object with the policies' names as keys" }];
  }
  const schemas = new Map(policies.map(({ name, configSchema }) => [name, configSchema ?? { properties: {} }]));
  const wrongValues = Object.entries(config).flatMap(([name, written]) => {
    const schema = name === "all" ? { properties: {} } : schemas.get(name);
    if (schema === undefined) return [];
    return typeof written === "string"
      ? wrongValue(written, { enum: [...levels] }, [name])
      : wrongValue(written, { type: "object", ...withLevel(schema) }, [name]);
  });
  return [...unknownInPack(policies, config), ...wrongValues];
}

/** Values that do not fit the keywords of JSON Schema that this pack's settings use. */
function wrongValue(value: unknown, schema: SettingSchema | undefined, path: (string | number)[]): SettingsProblem[] {
  if (typeof schema !== "object") return [];
  const { type, enum: choices, minimum, pattern, items, properties } = schema;
  const wrong = (what: string) => [{ path, message: `${wayText(path)} is ${what}` }];
  if (typeof type === "string" && !isOfType(value, type)) return wrong(`no ${typeNames[type] ?? type}`);
  if (choices && !choices.includes(value as string)) return wrong(`none of ${choices.join(", ")}`);
  if (minimum !== undefined && (value as number) < minimum) return wrong(`less than ${minimum}`);
  if (pattern !== undefined && !new RegExp(pattern).test(String(value))) return wrong(`not of the form ${pattern}`);
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => wrongValue(item, Array.isArray(items) ? items[at] : items, [...path, at]));
  }
  return Object.entries(properties ?? {}).flatMap(([key, inner]) =>
    typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? wrongValue((value as Record<string, unknown>)[key], inner, [...path, key])
      : [],
  );
}

const typeNames: Readonly<Record<string, string>> = {
  array: "list",
  boolean: "true or false",
  integer: "whole number",
  object: "level and no object of settings",
  string: "text",
};

function isOfType(value: unknown, type: string): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** A policy's level under settings that are right: its own, that of all, or the pack's. */
export function levelOf(
  { name, enforcementLevel = "advisory" }: Pick<Policies[number], "name" | "enforcementLevel">,
  config: unknown,
): "advisory" | "mandatory" | "disabled" {
  const chosen = writtenLevel(name, config) ?? writtenLevel("all", config) ?? enforcementLevel;
  return chosen === "remediate" ? "mandatory" : (chosen as "advisory" | "mandatory" | "disabled");
}

function writtenLevel(name: string, config: unknown): string | undefined {
  const written = (config as Record<string, string | { enforcementLevel?: string }>)[name];
  return typeof written === "string" ? written : written?.enforcementLevel;
}

/** A policy's settings without its level. */
export function settingsOf(name: string, config: unknown): object {
  const written = (config as Record<string, unknown>)[name];
  if (typeof written !== "object" || written === null) return {};
  const { enforcementLevel: _, ...settings } = written as { enforcementLevel?: string };
  return settings;
}

function unknownName(name: string, kind: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
  return `${shown(name)} is no ${kind}; ${hint}`;
}

/** The known name that was probably meant: the nearest of those that differ in few letters or begin alike. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const written = bare(name);
  const [closest] = known
    .map((candidate) => ({ candidate, distance: leven(written, bare(candidate)) }))
    .filter(({ candidate, distance }) => {
      const beginsAlike = written.length >= 3 && bare(candidate).startsWith(written.slice(0, 3));
      return beginsAlike || distance <= Math.max(2, candidate.length / 3);
    })
    .sort((one, other) => one.distance - other.distance);
  return closest?.candidate;
}

/** The cost of a comparison grows with the square of the length; a name longer than this is no typing error. */
const longestCompared = 64;

/** Letter case and hyphens are what people mix up first. */
function bare(name: string): string {
  return name.slice(0, longestCompared).replaceAll(/[-_]/g, "").toLowerCase();
}

/** An error without a stack trace: `@pulumi/policy` prints the stack, and it leads nobody to a file of settings. */
function settingsError(problems: readonly string[]): Error {
  const message = `The policies' configuration is wrong.\n${problems.map((problem) => `  - ${problem}`).join("\n")}`;
  const error = new Error(message);
  error.stack = message;
  return error;
}

/**
 * Makes the pack refuse a configuration that names unknown policies or settings, before anything is judged. Call it
 * before the pack is made.
 *
 * The engine sends the whole configuration in one request, and `@pulumi/policy` has no place of its own where a pack
 * could look at it. An error while it reads that request ends the preview with the error's message.
 *
 * @param policies the pack's policies
 */
export function refuseUnknownSettings(policies: Policies): void {
  const { configure } = AnalyzerService;
  const read = configure.requestDeserialize;
  configure.requestDeserialize = (bytes) => {
    const request = read(bytes);
    const problems = packConfigProblems(policies, settingsIn(request));
    if (problems.length === 0) return request;
    return Object.assign(request, {
      getPolicyconfigMap: () => {
        throw settingsError(problems);
      },
    });
  };
}

function settingsIn(request: ConfigureAnalyzerRequest): Record<string, object> {
  const entries = [...request.getPolicyconfigMap().entries()] as [string, { getProperties(): Struct | undefined }][];
  return Object.fromEntries(entries.map(([name, config]) => [name, config.getProperties()?.toJavaScript() ?? {}]));
}

/** A message of protobuf's that holds JSON. */
interface Struct {
  toJavaScript(): object;
}

/** The longest quotation, in characters. */
const longestShown = 120;

/**
 * A text in quotes: its beginning if it is long, with invisible characters as their code points.
 *
 * @param text what somebody wrote
 * @param longest how many characters to show
 */
export function shown(text: string, longest = longestShown): string {
  if (text.length <= longest) return `"${escaped(text)}"`;
  return `"${escaped(text.slice(0, longest))}…" (${text.length} characters)`;
}

/** A name, an address or an entry of a list: without quotes if it holds nothing unusual. */
export function shownName(text: string): string {
  return text.length <= longestName && /^[\p{L}\p{N}/*_][\p{L}\p{M}\p{N} _.@*'+:/-]*$/u.test(text) ? text : shown(text);
}

/** As long as an e-mail address may be. */
const longestName = 254;

/** A list: its first entries, and how many more there are. */
export function shownList(entries: readonly string[]): string {
  const first = entries.slice(0, 8).map(shownName).join(", ");
  return entries.length > 8 ? `${first} and ${entries.length - 8} more` : first;
}

/** Shows what a terminal would obey or hide. Build servers also obey `##vso[…]`, wherever it stands in a line. */
function escaped(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?<=#)#/gu, codePoint);
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
