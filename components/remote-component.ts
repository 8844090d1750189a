/**
 * `GuestInvitations` for programs in other languages: the plugin makes the component in its own process, out of what
 * came over the wire. The door by which the provider reaches the component.
 */
import * as pulumi from "@pulumi/pulumi";
import { shownOutputs } from "../model/guest-list.ts";
import { workInPlugin } from "./access/official-packages.ts";
import { plainProperties } from "./config/stack-config-file.ts";
import { GuestInvitations, type GuestInvitationsArgs, type InvitedGuest } from "./guest-invitations.ts";

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
  const args = await withKnownValues(inputs);
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

/** The inputs with values in place of outputs that are known already, where the component needs values. */
async function withKnownValues(inputs: pulumi.Inputs): Promise<GuestInvitationsArgs> {
  const guests = await knownValue(inputs.guests);
  const listed = Array.isArray(guests)
    ? await Promise.all(guests.map(async (one) => steered(await knownValue(one))))
    : guests;
  return { ...((await steered(inputs)) as GuestInvitationsArgs), guests: listed as GuestInvitationsArgs["guests"] };
}

/** What is said of one guest or of all. The parts of a message may be outputs. */
async function steered(said: unknown): Promise<unknown> {
  if (!isMap(said)) return said;
  const parts = Object.entries(said).map(async ([name, part]) => {
    if (plainProperties.has(name)) return [name, await knownValues(part)];
    return [name, name === "message" ? await knownValue(part) : part];
  });
  return Object.fromEntries(await Promise.all(parts));
}

/** A value without any outputs in it that are known. */
async function knownValues(value: unknown): Promise<unknown> {
  const known = await knownValue(value);
  if (Array.isArray(known)) return Promise.all(known.map(knownValues));
  if (!isMap(known)) return known;
  const parts = Object.entries(known).map(async ([name, part]) => [name, await knownValues(part)]);
  return Object.fromEntries(await Promise.all(parts));
}

/** What an output is, where that is known and no secret; anything else stays. */
async function knownValue(value: unknown): Promise<unknown> {
  if (!pulumi.Output.isInstance(value)) return value;
  const output = value as unknown as KnownOutput;
  return (await output.isKnown) && !(await output.isSecret) ? output.promise() : value;
}

/** What an output of Pulumi's SDK has that its types do not tell. */
interface KnownOutput {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise(): Promise<unknown>;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.Output.isInstance(value);
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
