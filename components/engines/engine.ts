import type * as pulumi from "@pulumi/pulumi";
import type { InvitationState } from "../../model/names.ts";
import type { GuestArgs } from "../guest.ts";
import type { InvitationArgs } from "../invitation.ts";

/** The resource types that can stand for a guest. */
export const engineNames = ["entra-guests", "azuread"] as const;
export type EngineName = (typeof engineNames)[number];

/** What the resources of all engines have, and what only some of them know. */
export type GuestInvitation = pulumi.CustomResource & {
  readonly userId: pulumi.Output<string>;
  readonly redeemUrl: pulumi.Output<string | undefined>;
  readonly state?: pulumi.Output<InvitationState>;
  readonly userPrincipalName?: pulumi.Output<string | undefined>;
  readonly invitedAt?: pulumi.Output<string | undefined>;
  readonly adopted?: pulumi.Output<boolean>;
};

/** Something that an engine cannot do for a guest. */
export interface EngineProblem {
  property: keyof GuestArgs;
  rule: string;
  remedy: string;
}

/** How guests become resources. */
export interface Engine {
  /** What this guest asks for that the engine cannot do. */
  problems(guest: GuestArgs): EngineProblem[];
  /** The inputs of the resource. */
  args(guest: GuestArgs): InvitationArgs;
  /** The options of the resource, the parent aside. */
  options(guest: GuestArgs): pulumi.CustomResourceOptions;
  create(name: string, args: InvitationArgs, opts: pulumi.CustomResourceOptions): GuestInvitation;
}
