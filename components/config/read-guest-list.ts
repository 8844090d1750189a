import * as pulumi from "@pulumi/pulumi";
import { namespace } from "../../model/names.ts";
import { oneLine } from "../../model/property.ts";
import type { GuestDefaults, GuestMessage } from "../generated/sdk.ts";
import type { GuestInvitationsArgs } from "../guest-invitations.ts";
import { stop } from "../guest-problems.ts";
import { report } from "../problem.ts";
import { declaredGuests } from "./declared-guests.ts";
import { listFile, projectFiles, stackFile } from "./project-files.ts";
import { isPlain } from "./stack-config-file.ts";

/**
 * Reads the guest list of the running stack: everything under `guests:` in its config, and the list files named there.
 *
 * What stands in a secret config value stays a secret in the state, and out of error messages. The address does not, nor
 * does anything else that names resources or steers the run: a warning says so, and an address that is a secret of its
 * own is refused.
 *
 * @returns what {@link GuestInvitations} takes
 * @throws pulumi.RunError with everything that is wrong with the list: file, line and config path, value, rule, remedy
 */
export function readGuestList(): GuestInvitationsArgs {
  const files = projectFiles(pulumi.runtime.getRootDirectory(), process.cwd());
  const { values, secretKeys, otherKeys } = stackConfig();
  const file = stackFile(files, pulumi.getStack());
  const result = declaredGuests({
    values,
    secretKeys,
    otherKeys,
    project: pulumi.getProject(),
    ...(file && { stackFile: file }),
    readList: (path) => listFile(files, path),
    readTemplate: (path) => listFile(files, path, "a template"),
  });
  const subject = `the guest list of stack "${pulumi.getStack()}"`;
  if ("problems" in result) return stop(report(subject, result.problems, result.more, result.note));
  for (const warning of result.warnings ?? []) void pulumi.log.warn(oneLine(warning));

  const { defaults, settings, invitations, listed } = result.list;
  return {
    ...concealed(defaults, (key) => secretKeys.has(key)),
    guests: [...invitations.map((guest) => concealed(guest, () => secretKeys.has("invitations"))), ...listed],
    ...settings,
  };
}

function stackConfig() {
  const prefix = `${namespace}:`;
  const all = Object.entries(pulumi.runtime.allConfig());
  const keys = all.filter(([key]) => key.startsWith(prefix));
  const secretKeys = keys.map(([key]) => key).filter(isSecret);
  return {
    values: Object.fromEntries(keys.map(([key, value]) => [key.slice(prefix.length), value])),
    secretKeys: new Set(secretKeys.map((key) => key.slice(prefix.length))),
    otherKeys: all.map(([key]) => key).filter((key) => !key.startsWith(prefix)),
  };
}

/** Pulumi's runtime exports this function without a type; should it go, every value counts as secret. */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret?: (key: string) => boolean };
  return isConfigSecret?.(key) ?? true;
}

function concealed<Values extends GuestDefaults>(values: Values, isConcealed: (key: string) => boolean): Values {
  const entries = Object.entries(values).map(([key, value]) => {
    if (!isConcealed(key) || isPlain(key, value)) return [key, value];
    return [key, key === "message" ? concealedParts(value as GuestMessage) : pulumi.secret(value)];
  });
  return Object.fromEntries(entries);
}

/** The parts one by one: the defaults merge part by part. */
function concealedParts(message: GuestMessage): GuestMessage {
  return Object.fromEntries(Object.entries(message).map(([part, value]) => [part, pulumi.secret(value)]));
}
