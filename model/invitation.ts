/** The resource `entra-guests:index:Invitation`: what a list says of one guest under the names of `azuread.Invitation`. */
import type { User } from "@microsoft/microsoft-graph-types";
import { z } from "zod";
import { displayName, email, formerly, personProfile, redirectUrl, sharedProfile, terms } from "./guest.ts";
import { mailSettings, messageOf, messageParts, templateProblem, underMailRules } from "./message.ts";
import { type OnResource, onResource, resourceNames } from "./names.ts";
import { factsOf, guidPattern, namesWhere, properties, ruled, types } from "./property.ts";

/** The message under the resource's names. */
const message = messageOf("InvitationMessage", onResource(messageParts))
  .meta({ description: "What the mail says. Default: Microsoft's standard text in en-US." })
  .register(properties, { change: "invitation", shown: true, azuread: true });

/** The message of an invitation. */
export type Message = z.output<typeof message>;

const objectId = ruled(
  (value) => (guidPattern.test(value) ? undefined : "an object id (a GUID) is expected"),
  "write the id",
);

const grantedApp = z
  .strictObject({
    resourceObjectId: objectId.meta({ description: "The object id of the application's service principal." }),
    appRoleId: objectId.meta({ description: "The role's id; all zeros for default access." }),
  })
  .meta({ description: "An application, and the role in it." })
  .register(types, { name: "GrantedApp" });

const grants = z
  .strictObject({
    groups: z
      .array(objectId)
      .optional()
      .meta({ description: "Object ids of groups that the guest is made a member of." }),
    apps: z.array(grantedApp).optional().meta({ description: "Applications that are assigned to the guest." }),
  })
  .register(types, { name: "InvitationGrants" })
  .meta({
    description:
      "What other resources of the stack give this guest; GuestInvitations says so. It is taken away when this resource goes. A guest who is restored from the recycle bin comes back with it, and those resources could not make it again: exactly this is taken away first.",
  })
  .register(properties, { change: "nothing", setBy: "GuestInvitations" });

export type Grants = z.output<typeof grants>;

const mailTemplate = ruled(templateProblem, "correct the template")
  .meta({
    description:
      "The HTML text that the mail is made of. Needs mailFrom. Its places: {{redeemUrl}} (required), {{message}}, {{displayName}}, {{email}}, {{organisation}}, {{domain}}, {{redirectUrl}}; what they stand for is escaped. Default: the standard text.",
  })
  .register(properties, { change: "invitation", shown: true });

const inputs = z.strictObject({
  ...onResource({ email }),
  formerly,
  redirectUrl,
  message: message.optional(),
  ...mailSettings,
  mailTemplate: mailTemplate.optional(),
  ...onResource({ displayName }),
  ...personProfile,
  ...sharedProfile,
  ...terms,
  sendInvitation: terms.sendInvitation.unwrap().default(true),
  existing: terms.existing.unwrap().default("adopt"),
  onDelete: terms.onDelete.unwrap().default("delete"),
  existedBefore: z
    .boolean()
    .meta({
      description:
        "Whether the guest was in the tenant before the list that declares them; GuestInvitations says so, from what its GuestList wrote down before anything was sent. false: a guest found under this address came from an earlier run of this stack, which owns it. Default: a guest found there was there before.",
    })
    .register(properties, { change: "nothing", setBy: "GuestInvitations" })
    .optional(),
  grants: grants.optional(),
});

/** The inputs of the resource, each with its rule. */
export const invitationInputs = underMailRules(inputs, resourceNames.cc);

/** The same for a guest who was imported: nobody knows to which page the invitation led. */
export const importedInputs = underMailRules(inputs.extend({ redirectUrl: redirectUrl.optional() }), resourceNames.cc);

/** Inputs that `check` has passed. */
export type InvitationInputs = z.output<typeof invitationInputs>;

/** Whether the guest has accepted: Graph's `externalUserState`. */
export const invitationState = z
  .enum(["PendingAcceptance", "Accepted"])
  .meta({
    description: "PendingAcceptance until the guest has accepted, then Accepted. Graph: user.externalUserState.",
  })
  .register(types, {
    name: "InvitationState",
    values: { PendingAcceptance: "Invited, not accepted yet.", Accepted: "Accepted." },
  })
  .register(properties, { change: "nothing", setBy: "the provider" });

export type InvitationState = z.output<typeof invitationState>;

const told = { change: "nothing", setBy: "the provider" } as const;

/** The outputs of the resource, beside its inputs. */
export const invitationOutputs = z.object({
  userId: z
    .string()
    .meta({ description: "The guest's object id in the tenant, a GUID; also the resource's id. Graph: user.id." })
    .register(properties, told),
  userPrincipalName: z
    .string()
    .meta({
      description:
        "The guest's user principal name, such as ana_fabrikam.example#EXT#@contoso.onmicrosoft.com. Absent where the application may not read users.",
    })
    .register(properties, told)
    .optional(),
  state: invitationState,
  stateChangedAt: z
    .string()
    .meta({
      description:
        "When that state last changed, ISO 8601 date and time in UTC. Absent where the application may not read users. Graph: user.externalUserStateChangeDateTime.",
    })
    .register(properties, told)
    .optional(),
  invitedAt: z
    .string()
    .meta({
      description:
        "When the guest was last invited (an adopted one: joined the directory), ISO 8601 date and time in UTC.",
    })
    .register(properties, told)
    .optional(),
  mailedBy: z
    .string()
    .meta({ description: "The mailbox that mails the guest. Absent where Microsoft does, and where nobody does." })
    .register(properties, told)
    .optional(),
  mailedAt: z
    .string()
    .meta({
      description:
        "When that mailbox last mailed the guest, ISO 8601 date and time in UTC. Absent while the mail is still to be sent.",
    })
    .register(properties, told)
    .optional(),
  adopted: z
    .boolean()
    .meta({
      description:
        "Whether the guest was in the tenant before this resource; then destroying it leaves the guest in place.",
    })
    .register(properties, told),
  redeemUrl: z
    .string()
    .meta({
      description:
        "The link by which the guest accepts. A secret: whoever has it and the guest's mailbox can redeem the invitation. Absent for a guest who was adopted or restored, for Graph gives none, and for one who has accepted; and on a list of more than 500 for one who has been mailed. Graph: invitation.inviteRedeemUrl.",
    })
    .register(properties, told)
    .optional(),
});

/** The outputs that are secrets: the engine encrypts them in the state. */
export const secretOutputs: readonly (keyof typeof invitationOutputs.shape)[] = ["redeemUrl"];

const shape = invitationInputs.shape;

/** What holds where the inputs say nothing. */
export const usualInputs = {
  sendInvitation: shape.sendInvitation.parse(undefined),
  existing: shape.existing.parse(undefined),
  onDelete: shape.onDelete.parse(undefined),
};

/** Properties that live in the directory: they can be read back, and are changed by PATCH. */
export const directoryProperties = namesWhere(shape, ({ change }) => change === "directory") as DirectoryProperty[];

/** What was said when the guest was invited; Graph cannot tell it afterwards. */
export const invitationProperties = namesWhere(shape, ({ change }) => change === "invitation");

/** What steers later runs only. */
export const recordedProperties = namesWhere(shape, ({ change }) => change === "record");

/** A property of a guest's profile: text that Graph's user has under the same name. */
export type ProfileProperty = (keyof typeof personProfile | keyof typeof sharedProfile) & keyof User;

/** The names of the profile. */
export const profileProperties = Object.keys({ ...personProfile, ...sharedProfile }) as ProfileProperty[];

/** The names of the properties that live in the directory. */
export type DirectoryProperty =
  | keyof OnResource<{ displayName: unknown }>
  | ProfileProperty
  | "userType"
  | "accountEnabled";

/** The property of Graph's user behind a property of the directory. */
export function graphName(property: DirectoryProperty) {
  const { graph } = factsOf(shape[property]);
  if (graph === undefined) throw new Error(`${property} names no property of Graph's user`);
  return graph;
}
