/**
 * `GuestInvitations` for programs in other languages: the plugin makes the component in its own process, out of what
 * came over the wire. The door by which the provider reaches the component.
 */
import * as pulumi from "@pulumi/pulumi";
import { guestDefaults, guestOwn } from "../model/guest.ts";
import { plainInputs, shownOutputs } from "../model/guest-list.ts";
import { namesWhere } from "../model/property.ts";
import { workInPlugin } from "./access/official-packages.ts";
import { GuestInvitations, type GuestInvitationsArgs, type InvitedGuest } from "./guest-invitations.ts";
import { stop } from "./guest-problems.ts";
import { type Problem, report } from "./problem.ts";

workInPlugin();

/**
 * Makes the component.
 *
 * @param name the component's name
 * @param inputs the inputs of the schema; where a program gave outputs, they are outputs
 * @param options the component's options
 * @returns the component's URN, and its outputs under the names of the schema
 * @throws pulumi.RunError with everything that is wrong with the list, before any resource is registered
 */
export async function constructGuestInvitations(
  name: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<{ urn: pulumi.Output<string>; state: pulumi.Inputs }> {
  const problems: Problem[] = [];
  const args = await plainWhereNeeded(inputs, problems);
  if (problems.length > 0) stop(report(`GuestInvitations "${name}"`, problems));
  const { urn, guests, invited, pending, accepted } = new GuestInvitations(name, args, options);
  const state = { guests: mapValues(guests, shown), redeemUrls: redeemUrls(guests), invited, pending, accepted };
  return { urn, state };
}

/** What may be shown of a guest. */
function shown(guest: InvitedGuest): pulumi.Inputs {
  return Object.fromEntries(shownOutputs.map((name) => [name, guest[name]]));
}

/** One secret for all: in most languages a secret makes the whole value secret that it stands in. */
function redeemUrls(guests: Readonly<Record<string, InvitedGuest>>): pulumi.Output<Record<string, string>> {
  const urls = pulumi.all(mapValues(guests, ({ redeemUrl }) => redeemUrl));
  const given = urls.apply((all) => Object.fromEntries(Object.entries(all).filter(([, url]) => url !== undefined)));
  return pulumi.secret(given as pulumi.Output<Record<string, string>>);
}

const plainOfGuest = namesWhere({ ...guestOwn, ...guestDefaults }, ({ plain }) => plain === true);

/**
 * The inputs with plain values where the component needs them to know what to make; its types promise them to a program
 * in TypeScript. An output that is known already will do. Others are added to the problems.
 */
async function plainWhereNeeded(inputs: pulumi.Inputs, problems: Problem[]): Promise<GuestInvitationsArgs> {
  /** The value, perhaps with outputs in it. */
  const plain = async (value: unknown, path: string): Promise<unknown> => {
    if (!pulumi.Output.isInstance(value)) return value;
    const output = value as unknown as KnownOutput;
    const problem = (await output.isSecret) ? isSecret : (await output.isKnown) ? undefined : isUnknown;
    if (problem === undefined) return output.promise();
    problems.push({ path, ...problem });
    return undefined;
  };
  /** The value without any outputs in it. */
  const allPlain = async (value: unknown, path: string): Promise<unknown> => {
    const known = await plain(value, path);
    if (Array.isArray(known)) return Promise.all(known.map((item, index) => allPlain(item, `${path}[${index}]`)));
    if (!isMap(known)) return known;
    return withParts(known, Object.keys(known), (part, name) => allPlain(part, `${path}.${name}`));
  };
  const terms = (guest: unknown, names: readonly string[], path: string): Promise<unknown> | unknown => {
    if (!isMap(guest)) return guest;
    // The parts of a message may be outputs.
    return withParts(guest, [...names, "message"], (part, name) =>
      name === "message" ? plain(part, `${path}${name}`) : allPlain(part, `${path}${name}`),
    );
  };
  const guests = await plain(inputs.guests, "guests");
  const listed = Array.isArray(guests)
    ? await Promise.all(
        guests.map(async (guest, index) => {
          const path = `guests[${index}]`;
          return terms(await plain(guest, path), plainOfGuest, `${path}.`);
        }),
      )
    : guests;
  const ofList = plainInputs.filter((name) => name !== "guests");
  return (await terms({ ...inputs, guests: listed }, ofList, "")) as GuestInvitationsArgs;
}

/** What an output of Pulumi's SDK has that its types do not tell. */
interface KnownOutput {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise(): Promise<unknown>;
}

const isUnknown = {
  rule: "the component must know this to know which resources to make, and it is an output that is not known yet",
  remedy: "write the value itself, or one that is known before the run",
};

const isSecret = {
  rule: "this shows in the names of resources or in what is printed, and so it cannot be a secret",
  remedy: "write the value itself",
};

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.Output.isInstance(value);
}

async function withParts(
  map: Readonly<Record<string, unknown>>,
  names: readonly string[],
  change: (part: unknown, name: string) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const changed = names.filter((name) => map[name] !== undefined);
  return {
    ...map,
    ...Object.fromEntries(await Promise.all(changed.map(async (name) => [name, await change(map[name], name)]))),
  };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
