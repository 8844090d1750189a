import type { GuestArgs, GuestDefaults, GuestMessage } from "./generated/sdk.ts";

/**
 * A guest with the defaults filled in. The guest's value wins; a message merges part by part. Without mailFrom a body and
 * a language exclude each other: a guest's language sets aside a default body, and a guest's body a default language.
 * Access adds up, unless the guest says `inheritAccess: false`.
 *
 * @param guest the guest as listed; a property that is `undefined` counts as not given
 * @param defaults what holds for all guests
 * @param mailFrom the mailbox of defaults that are filled in later, where it is known already
 * @returns a new guest without properties that are `undefined`
 */
export function withDefaults<Guest extends InheritingDefaults>(
  guest: Guest,
  defaults: InheritingDefaults,
  mailFrom?: unknown,
): Guest {
  const hasMailbox = (guest.mailFrom ?? defaults.mailFrom ?? mailFrom) !== undefined;
  const message = mergedMessage(given(guest.message ?? {}), given(defaults.message ?? {}), hasMailbox);
  const merged = { ...given(defaults), ...given(guest), ...mergedAccess(guest, defaults), message };
  return given({ ...merged, message: Object.keys(message).length > 0 ? message : undefined }) as Guest;
}

/** The defaults of a list file may set aside those of the stack config, as a guest may set aside both. */
type InheritingDefaults = GuestDefaults & Pick<GuestArgs, "inheritAccess">;

function mergedAccess(own: InheritingDefaults, defaults: InheritingDefaults) {
  const inherited = own.inheritAccess === false ? {} : defaults;
  const both = <T>(one: T[] = [], other: T[] = []) => (one.length + other.length > 0 ? [...one, ...other] : undefined);
  return {
    groups: both(inherited.groups, own.groups),
    apps: both(inherited.apps, own.apps),
    azure: both(inherited.azure, own.azure),
    profiles: both(inherited.profiles, own.profiles),
  };
}

function mergedMessage(own: GuestMessage, defaults: GuestMessage, hasMailbox: boolean): GuestMessage {
  if (hasMailbox) return { ...defaults, ...own };
  const { body, language, cc } = defaults;
  return given({
    body: own.language === undefined ? body : undefined,
    language: own.body === undefined ? language : undefined,
    cc,
    ...own,
  });
}

/** The object without the properties that are `undefined`. */
function given<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
