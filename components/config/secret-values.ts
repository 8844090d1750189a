/** Secrets where no secret can be kept: what names resources or steers the run is written in plain. */
import { type Path, valueAt } from "../../model/findings.ts";
import { guestDefaults, guestOwn } from "../../model/guest.ts";
import { listSettings } from "../../model/guest-list.ts";
import { namespace } from "../../model/names.ts";
import { namesWhere } from "../../model/property.ts";
import { isAppLink } from "../access/guest-access.ts";
import { type At, type Problem, pathText, secretShown } from "../problem.ts";
import type { StackConfigFile } from "./stack-config-file.ts";

/** Properties that are plain values: they steer the program and name resources. Everything else is concealed. */
export const plainProperties: ReadonlySet<string> = new Set([
  ...namesWhere({ ...guestOwn, ...guestDefaults }, (facts) => facts.plain === true),
  ...Object.keys(listSettings),
]);

/** Whether a value is written in plain although it is a secret in the config. */
export function isPlain(property: string, value: unknown): boolean {
  return plainProperties.has(property) || (property === "redirectUrl" && isAppLink(value));
}

/** Addresses that are secrets of their own: whoever made them so must not believe that they are kept. */
export function* secretAddresses(
  secretKeys: ReadonlySet<string>,
  document: object,
  file: StackConfigFile,
  at: (steps: Path) => At,
): Generator<() => Problem> {
  if (!secretKeys.has("invitations")) return;
  for (const way of file.secrets("invitations")) {
    if (way.length !== 3 || way[2] !== "email" || valueAt(document, way) === undefined) continue;
    const path = pathText(way);
    yield () => ({
      ...at(way),
      value: secretShown,
      rule: "an address cannot be a secret: it names the guest's resource, so it is written in plain in the state, in URNs and in outputs",
      remedy: `write it in plain: pulumi config set --plaintext --path '${namespace}:${path}' ADDRESS`,
    });
  }
}

/** More places than this make a warning that nobody reads. */
const mostNamed = 20;

/** Says of each secret which of its values are written in plain all the same. */
export function plainSecrets(secretKeys: ReadonlySet<string>, document: object, file: StackConfigFile): string[] {
  const ways = [...secretKeys].flatMap((setting) => file.secrets(setting).flatMap((way) => plainWays(document, way)));
  if (ways.length === 0) return [];
  const named = ways.slice(0, mostNamed).map((way) => `${namespace}:${pathText(way)}`);
  const more = ways.length > mostNamed ? ` and ${ways.length - mostNamed} more` : "";
  return [
    `These secrets are written in plain in the state and in the names of resources, because they name resources or steer the run: ${named.join(", ")}${more}.`,
  ];
}

/** The ways to the values at or below a secret that are written in plain. */
function plainWays(document: object, way: Path): Path[] {
  const value = valueAt(document, way);
  if (value === undefined || value === null) return [];
  // Inside a property, its name decides: `groups[0]`, `invitations[3].message.body`.
  const property = way[0] === "invitations" ? way[2] : way[0];
  if (property !== undefined && property !== "invitations") return isPlain(String(property), value) ? [way] : [];
  return Object.keys(value).flatMap((key) => plainWays(document, [...way, Array.isArray(value) ? Number(key) : key]));
}
