import { canonicalAddress } from "../../model/email-address.ts";
import type { Deadline } from "../deadline.ts";
import {
  type CheckResult,
  isUnknown,
  type Properties,
  type Resource,
  unknownValue,
  zodFailures,
} from "../pulumi/resource-provider.ts";
import type { Context } from "./context.ts";
import { type GuestListInputs, guestListSchema, knownList } from "./guest-list-inputs.ts";
import { lookUpGuest, NoSuchGuest } from "./guest-look-up.ts";
import { removalProblem } from "./removal-guard.ts";

/**
 * `entra-guests:index:GuestList`: the list as a whole. It exists in the state only, and does two things that no single
 * guest can: it stops a change that would remove many guests, and it writes down who of the new guests is in the tenant
 * already, before anything is sent. After a run that was killed, that record tells a guest whom the run had invited
 * (theirs to remove) from one who was there before (to be left in place).
 */
export function guestListResource(context: () => Context): Resource {
  return {
    check: checkGuestList,
    diff: (before, now) => (sameList(before, now) ? new Map() : new Map([["addresses", "update"]])),
    preview: (_inputs, before) => before ?? { present: unknownValue },
    create: async ({ inputs, deadline }) => ({
      id: "guest-list",
      outputs: record(await present(context(), knownList(inputs).addresses, deadline)),
    }),
    // There is nothing outside of the state to compare with.
    read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
    async update({ oldInputs, newInputs, outputs, deadline }) {
      const [before, now] = [addressesOf(oldInputs), addressesOf(newInputs)];
      const added = [...now].filter((address) => !before.has(address));
      const found = await present(context(), added, deadline);
      if (found === undefined || outputs.present === undefined) return record(undefined);
      const stillListed = (outputs.present as string[]).filter((address) => now.has(address));
      return record([...stillListed, ...found]);
    },
    delete: async () => {},
  };
}

function checkGuestList(_urn: string, news: Properties, olds: Properties | undefined): CheckResult {
  if (isUnknown(news)) return { inputs: news, failures: [] };
  const now = guestListSchema.safeParse(news);
  if (!now.success) return { inputs: news, failures: zodFailures(now.error, news, "a guest list") };
  const before = guestListSchema.safeParse(olds);
  const reason = before.success ? removalProblem(before.data, now.data) : undefined;
  return { inputs: now.data as Properties, failures: reason === undefined ? [] : [{ property: "addresses", reason }] };
}

/** Only the addresses matter: the other inputs steer `check`, and need no operation to be recorded. */
function sameList(before: Properties, now: Properties): boolean {
  if (isUnknown(now)) return false;
  const [one, other] = [addressesOf(before), addressesOf(now)];
  return one.size === other.size && [...one].every((address) => other.has(address));
}

function addressesOf(properties: Properties): Set<string> {
  return new Set((properties as Partial<GuestListInputs>).addresses?.map(canonicalAddress));
}

/** Nothing is recorded where the application may not read users. */
function record(present: string[] | undefined): Properties {
  return present === undefined ? {} : { present };
}

/**
 * Those of the addresses that are guests of the tenant already; `undefined` where that cannot be told. Looks all of
 * them up at once.
 */
async function present(
  context: Context,
  addresses: Iterable<string>,
  deadline: Deadline,
): Promise<string[] | undefined> {
  const found = await Promise.all(
    [...addresses].map(async (address) => {
      const lookUp = await lookUpGuest(context, address, deadline).catch((error) => {
        // Reported by the invitation itself, which looks again. Nobody of that address is this stack's to remove.
        if (error.cause instanceof NoSuchGuest) return undefined;
        throw error;
      });
      if (lookUp !== undefined) context.lookUps.keep(address, lookUp);
      return { address: canonicalAddress(address), kind: lookUp?.kind ?? "guest" };
    }),
  );
  if (found.some(({ kind }) => kind === "not allowed")) return undefined;
  return found.filter(({ kind }) => kind === "guest").map(({ address }) => address);
}
