import type { GuestArgs, GuestDefaults, GuestMessage } from "./generated/sdk.ts";

/**
 * A guest with the defaults filled in. The guest's value wins; a message merges part by part, and because a body and a
 * language exclude each other, a guest's language sets aside a default body, and a guest's body a default language.
 * Access adds up, unless the guest says `inheritAccess: false`.
 *
 * @param guest the guest as listed; a property that is `undefined` counts as not given
 * @param defaults what holds for all guests
 * @returns a new guest without properties that are `undefined`
 */
export function withDefaults<Guest extends InheritingDefaults>(guest: Guest, defaults: InheritingDefaults): Guest {
  const message = mergedMessage(given(guest.message ?? {}), given(defaults.message ?? {}));
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

function mergedMessage(own: GuestMessage, defaults: GuestMessage): GuestMessage {
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
