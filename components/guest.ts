import type { Input } from "@pulumi/pulumi";
import type { ExistingChoice, OnDeleteChoice, UserType } from "../model/names.ts";
import type { Access, AppLink } from "./access/access.ts";

/** One guest, in the words that the component and the stack config share. Only the address is required. */
export interface GuestArgs extends GuestDefaults {
  /** The guest's address. Its lower-case form names the resource, so it is a plain string. */
  email: string;
  /** The name shown in the directory. @default the part of the address before the `@` */
  displayName?: Input<string>;
  /** Graph: `user.givenName`, at most 64 characters. @default left as it is */
  givenName?: Input<string>;
  /** Graph: `user.surname`, at most 64 characters. @default left as it is */
  surname?: Input<string>;
  /** Graph: `user.jobTitle`, at most 128 characters. @default left as it is */
  jobTitle?: Input<string>;
  /**
   * Whether the guest also gets the groups, applications, Azure roles and profiles of the defaults.
   *
   * @default true: the guest's own are additions
   */
  inheritAccess?: boolean;
}

/**
 * What may be said once for all guests; a guest's own value wins. Access adds up instead: a guest gets what the defaults
 * give and what their own entry gives, unless that says `inheritAccess: false`.
 */
export interface GuestDefaults extends Access {
  /**
   * Where guests arrive after accepting: an https URL, or `{ app: "…" }` for an enterprise application's own sign-in
   * page. Each guest needs one, their own or the default.
   */
  redirectUrl?: Input<string> | AppLink;
  /** What the mail says. @default Microsoft's standard text in en-US */
  message?: GuestMessage;
  /** The kind of user. @default "Guest" */
  userType?: UserType;
  /** Whether Microsoft sends the mail. @default true */
  sendInvitation?: boolean;
  /** Graph: `user.department`, at most 64 characters. @default left as it is */
  department?: Input<string>;
  /** Graph: `user.companyName`, at most 64 characters. @default left as it is */
  companyName?: Input<string>;
  /** Country or region, two letters of ISO 3166-1, such as `NO`. @default left as it is */
  usageLocation?: Input<string>;
  /** Whether the guest may sign in. @default left as it is (true for a new guest) */
  accountEnabled?: Input<boolean>;
  /** Who answers for the guest: at most five object ids or user principal names. @default left as it is */
  sponsors?: Input<Input<string>[]>;
  /**
   * The last day on which the guest stays, `YYYY-MM-DD` in UTC. The first run after it takes the guest off the list.
   *
   * @default no end
   */
  expires?: string;
  /**
   * When the address is a guest of the tenant already: `adopt` them unchanged and leave them in place afterwards, `own`
   * them as if this stack had invited them, or `fail`. @default "adopt"
   */
  existing?: ExistingChoice;
  /** What becomes of an invited guest who leaves the list. @default "delete" (with engine azuread: "keep") */
  onDelete?: OnDeleteChoice;
  /** Any value; a change sends the mail again to guests who have not accepted yet. */
  resend?: Input<unknown>;
  /** Bundles of access, by the names that `accessProfiles` gives them. */
  profiles?: string[];
}

/** The mail. `body` and `language` exclude each other: Graph ignores the language beside a body. */
export interface GuestMessage {
  /** The personal text, plain. @default Microsoft's standard text */
  body?: Input<string>;
  /** The language of the standard text, a BCP 47 tag such as `da`. @default "en-US" */
  language?: Input<string>;
  /** One address that gets a copy. @default no copy */
  cc?: Input<string>;
}

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
