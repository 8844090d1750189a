import * as pulumi from "@pulumi/pulumi";
import { guestListToken, packageVersion } from "../model/names.ts";

/** How many guests one change may remove; going over either limit stops it in the preview. */
export interface RemovalLimit {
  /** A number of guests. @default 20 */
  guests?: number;
  /** A share of the list, in percent; one guest may always go. @default 50 */
  percent?: number;
}

/** What {@link GuestList} takes. */
export interface GuestListArgs {
  /** The addresses of the guests on the list. */
  addresses: string[];
  /** The addresses of those who left because their last day has passed: they count as no removals. */
  expired?: string[];
  removalLimit?: RemovalLimit;
  /** Lets a change remove more than the limit. @default false */
  allowRemoval?: boolean;
}

/**
 * A guest list as a whole. It exists in the state only: it stops a change that would remove many guests at once, and it
 * writes down who is in the tenant already, before anything is sent.
 */
export class GuestList extends pulumi.CustomResource {
  /** @internal */
  static readonly __pulumiType: string = guestListToken;

  /**
   * The addresses (in lower case) of those who were guests of the tenant before they came on the list. `undefined`
   * where the application may not read users.
   */
  declare readonly present: pulumi.Output<string[] | undefined>;

  /**
   * @param name the unique name of the resource
   * @param args the list
   * @param opts options of the resource
   */
  constructor(name: string, args: GuestListArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      guestListToken,
      name,
      { present: undefined, ...args },
      pulumi.mergeOptions({ version: packageVersion }, opts),
    );
  }

  /** Whether a guest was in the tenant before; `undefined` where nobody knows. */
  existedBefore(address: string): pulumi.Output<boolean | undefined> {
    return this.present.apply((present) => present?.includes(address));
  }
}
