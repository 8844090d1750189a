/**
 * The names that cross a border: the component writes them, the engine stores them in the state, the provider reads
 * them. They are those of `azuread.Invitation` wherever it has one, so that switching is a one-line change.
 */

/** The Pulumi package that the provider serves. */
export const packageName = "entra-guests";

/** The package's version, a semantic version; the engine records it with each resource. */
export const packageVersion = "0.1.0";

/** Where Pulumi looks for the plugin's archives, in its own notation; the engine records it with each provider. */
export const pluginDownloadURL = "github://api.github.com/guests-as-code/guests-as-code";

/** The type token of the resource that stands for one guest. */
export const invitationToken = `${packageName}:index:Invitation`;

/** The type token of the official plugin's resource for a guest, which engine azuread uses. */
export const azureadInvitationToken = "azuread:index/invitation:Invitation";

/** The type token of the resource that stands for a list: it guards removals and remembers who was there before. */
export const guestListToken = `${packageName}:index:GuestList`;

/** The type token of the resource that ends a list: it records which guests the state knows. */
export const settledGuestsToken = `${packageName}:index:SettledGuests`;

/** The type token of the component. */
export const guestInvitationsToken = `${packageName}:index:GuestInvitations`;

/** The namespace of stack configs: `guests:redirectUrl`. */
export const namespace = "guests";

/** The variable by which `guests apply` tells the program and its provider which step of an apply this run is. */
export const applyStepVariable = "ENTRA_GUESTS_APPLY_STEP";

/**
 * One of the two runs that an apply may be: the first writes down who is in the tenant already, and only that; the rest
 * then needs no checkpoint of the state, because the record tells after a kill who was invited.
 */
export interface ApplyStep {
  step: "record" | "rest";
  /** When the apply began, in milliseconds since 1970: a record of this time or later is its own. */
  began: number;
}

/** The step that this process is part of; `undefined` in any other run. */
export function applyStep(environment: Readonly<Record<string, string | undefined>>): ApplyStep | undefined {
  const [, step, began] = /^(record|rest):(\d+)$/.exec(environment[applyStepVariable] ?? "") ?? [];
  return step === undefined ? undefined : { step: step as ApplyStep["step"], began: Number(began) };
}

/** What the resource calls a property that a list calls otherwise: the names of `azuread.Invitation`. */
export const resourceNames = {
  email: "userEmailAddress",
  displayName: "userDisplayName",
  cc: "additionalRecipients",
} as const;

/** An object with a list's names, under the names of the resource. */
export type OnResource<Value> = {
  [Name in keyof Value as Name extends keyof typeof resourceNames ? (typeof resourceNames)[Name] : Name]: Value[Name];
};

/** Renames what the resource calls otherwise than a list; everything else keeps its name. */
export function onResource<Value extends object>(value: Value): OnResource<Value> {
  const names: Readonly<Record<string, string>> = resourceNames;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [names[name] ?? name, part])) as never;
}
