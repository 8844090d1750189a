import type * as pulumi from "@pulumi/pulumi";
import type { GuestArgs, InvitationArgs, InvitationState } from "../generated/sdk.ts";

/** A guest's resource, whichever backend made it: what all have, and what only some of them know. */
export type GuestInvitation = pulumi.CustomResource & {
  readonly userId: pulumi.Output<string>;
  readonly redeemUrl: pulumi.Output<string | undefined>;
  readonly state?: pulumi.Output<InvitationState>;
  readonly userPrincipalName?: pulumi.Output<string | undefined>;
  readonly invitedAt?: pulumi.Output<string | undefined>;
  readonly mailedBy?: pulumi.Output<string | undefined>;
  readonly mailedAt?: pulumi.Output<string | undefined>;
  readonly adopted?: pulumi.Output<boolean>;
};

/** Something that a backend cannot do for a guest. */
export interface BackendProblem {
  property: keyof GuestArgs;
  rule: string;
  remedy: string;
}

/** How guests become resources: what a list's `engine` chooses. */
export interface Backend {
  /** What this guest asks for that the backend cannot do. */
  problems(guest: GuestArgs): BackendProblem[];
  /** The inputs of the resource. */
  args(guest: GuestArgs): InvitationArgs;
  /** The options of the resource, the parent aside. */
  options(guest: GuestArgs): pulumi.CustomResourceOptions;
  create(name: string, args: InvitationArgs, opts: pulumi.CustomResourceOptions): GuestInvitation;
  /** Whether it has a `GuestList`, which guards removals and remembers who was there before. */
  keepsRecord: boolean;
}
