import * as pulumi from "@pulumi/pulumi";
import { guestDefaults, guestOwn } from "../../model/guest.ts";
import { namespace } from "../../model/names.ts";
import { namesWhere } from "../../model/property.ts";
import type { GuestDefaults, GuestMessage } from "../generated/sdk.ts";
import type { GuestInvitationsArgs } from "../guest-invitations.ts";
import { stop } from "../guest-problems.ts";
import { report } from "../problem.ts";
import { declaredGuests } from "./declared-guests.ts";
import { listFile, projectFiles, stackFile } from "./project-files.ts";

/**
 * Reads the guest list of the running stack: everything under `guests:` in its config, and the list files named there.
 *
 * What stands in a secret config value stays a secret in the state, and out of error messages. The address does not:
 * it names the guest's resource.
 *
 * @returns what {@link GuestInvitations} takes
 * @throws pulumi.RunError with everything that is wrong with the list: file, line and config path, value, rule, remedy
 */
export function readGuestList(): GuestInvitationsArgs {
  const files = projectFiles(pulumi.runtime.getRootDirectory(), process.cwd());
  const { values, secretKeys } = stackConfig();
  const file = stackFile(files, pulumi.getStack());
  const result = declaredGuests({
    values,
    secretKeys,
    ...(file && { stackFile: file }),
    readList: (path) => listFile(files, path),
    readTemplate: (path) => listFile(files, path, "a template"),
  });
  if ("problems" in result) return stop(report(`the guest list of stack "${pulumi.getStack()}"`, result.problems));

  const { defaults, settings, invitations, listed } = result.list;
  return {
    ...concealed(defaults, (key) => secretKeys.has(key)),
    guests: [...invitations.map((guest) => concealed(guest, () => secretKeys.has("invitations"))), ...listed],
    ...settings,
  };
}

function stackConfig() {
  const prefix = `${namespace}:`;
  const keys = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const secretKeys = keys.map(([key]) => key).filter(isSecret);
  return {
    values: Object.fromEntries(keys.map(([key, value]) => [key.slice(prefix.length), value])),
    secretKeys: new Set(secretKeys.map((key) => key.slice(prefix.length))),
  };
}

/** Pulumi's runtime exports this function without a type; should it go, every value counts as secret. */
function isSecret(key: string): boolean {
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret?: (key: string) => boolean };
  return isConfigSecret?.(key) ?? true;
}

/** Properties that are plain values: they steer the program and name resources. Everything else is concealed. */
const plainProperties = namesWhere({ ...guestOwn, ...guestDefaults }, (facts) => facts.plain === true) as string[];

function concealed<Values extends GuestDefaults>(values: Values, isConcealed: (key: string) => boolean): Values {
  const entries = Object.entries(values).map(([key, value]) => {
    if (!isConcealed(key) || plainProperties.includes(key)) return [key, value];
    return [key, key === "message" ? concealedParts(value as GuestMessage) : pulumi.secret(value)];
  });
  return Object.fromEntries(entries);
}

/** The parts one by one: the defaults merge part by part. */
function concealedParts(message: GuestMessage): GuestMessage {
  return Object.fromEntries(Object.entries(message).map(([part, value]) => [part, pulumi.secret(value)]));
}
