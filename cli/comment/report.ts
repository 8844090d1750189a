/** What a preview says about a guest list: everything that the comment and the table on the terminal are made of. */
export interface GuestReport {
  stack: string;
  /** Sorted by address. */
  added: AddedGuest[];
  changed: ChangedGuest[];
  removed: RemovedGuest[];
  /** How many guests the stack holds afterwards. */
  total: number;
  /** What guests get access to: group memberships, application roles, Azure roles. */
  access: ResourceChange[];
  /** Changes of any other resource of the program. */
  other: ResourceChange[];
  /** Mandatory ones first, then by severity. */
  findings: Finding[];
  /** Why Pulumi could not finish, in its own words; empty when it could. */
  errors: string[];
  warnings: string[];
  outcome: "previewed" | "stopped by policy" | "failed";
}

export interface Guest {
  address: string;
  domain: string;
  /** `YYYY-MM-DD`, the guest's last day. */
  expires?: string;
}

export interface AddedGuest extends Guest {
  displayName?: string;
  /** Whether Microsoft mails the guest. */
  mailed: boolean;
}

export interface ChangedGuest extends Guest {
  fields: FieldChange[];
  /** Whether the guest has not accepted yet and so gets the mail again. */
  mailedAgain: boolean;
}

export interface RemovedGuest extends Guest {
  urn: string;
  /** Why, where that is known: the expiry date has passed, or the engine must replace the resource. */
  reason: "left the list" | "expired" | "replaced";
  /** What becomes of the guest in the tenant. */
  fate: "deleted" | "disabled" | "kept";
}

export interface FieldChange {
  /** As it is called in a stack config. */
  field: string;
  /** Presentable texts; `undefined` where there is no value. */
  before?: string;
  after?: string;
}

export interface ResourceChange {
  change: "added" | "changed" | "removed";
  /** What it is, in words where it is known: `group membership`. */
  kind: string;
  /** The resource's name in the program. */
  name: string;
}

export interface Finding {
  policy: string;
  mandatory: boolean;
  severity: string;
  /** The address of the guest, or the name of the resource, or `the stack`. */
  about: string;
  /** Whether this preview adds or changes what the finding is about. */
  touched: boolean;
  message: string;
}
