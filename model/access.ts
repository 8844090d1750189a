/** What a guest may reach: groups, enterprise applications and Azure roles, in the words of a list. */
import { z } from "zod";
import { isBlank, nameProblem, properties, ruled, takeItOut, types } from "./property.ts";

const name = (description: string) =>
  ruled(
    (value) => (isBlank(value) ? "it is empty" : nameProblem(value)),
    (value) => (isBlank(value) ? "write a name or an id, or take the line out" : takeItOut),
  ).meta({ description, minLength: 1 });

const isAccess = { change: "access", plain: true, azuread: true } as const;

const app = name("An enterprise application, by display name or application (client) id.");

/** An application instead of a redirect URL. */
export const appLink = z
  .strictObject({ app })
  .meta({ description: "An enterprise application's own sign-in page." })
  .register(types, { name: "AppLink", plain: true });

const appWithRole = z
  .strictObject({
    app,
    role: name("The application's role, by value or display name. Default: default access.").optional(),
  })
  .meta({ description: "An enterprise application, and the role in it." })
  .register(types, { name: "AppWithRole", plain: true });

const azureAccess = z
  .strictObject({
    role: name(
      "A built-in Azure role by name, or any role by id: the GUID alone, or the whole resource id that ends in it.",
    ),
    scope: name(
      "A resource id; without a slash at its beginning it lies in the subscription that Pulumi works in " +
        "(azure-native:subscriptionId, or ARM_SUBSCRIPTION_ID).",
    ),
  })
  .meta({ description: "An Azure role at a scope." })
  .register(types, { name: "AzureAccess", plain: true });

/** What may be given to all guests, to one, or by a profile. */
export const access = {
  groups: z
    .array(name("A group, by display name or object id."))
    .meta({
      description: "Groups that the guest becomes a member of, each by display name or object id.",
      examples: [["Partners"]],
    })
    .register(properties, isAccess)
    .optional(),
  apps: z
    .array(z.union([app, appWithRole]).register(types, { name: "AppAccess" }))
    .meta({
      description:
        "Enterprise applications that are assigned to the guest, each by display name or application (client) id, alone or with a role.",
      examples: [["Partner Portal", { app: "Contoso Orders", role: "Orders.Read" }]],
    })
    .register(properties, isAccess)
    .optional(),
  azure: z
    .array(azureAccess)
    .meta({
      description: "Azure roles that the guest gets.",
      examples: [[{ role: "Reader", scope: "resourceGroups/partner-data" }]],
    })
    .register(properties, isAccess)
    .optional(),
};

export const profiles = z
  .array(name("The name of an access profile."))
  .meta({
    description: "Bundles of access, by the names that accessProfiles gives them.",
    examples: [["auditor"]],
  })
  .register(properties, isAccess)
  .optional();

export const inheritAccess = z
  .boolean()
  .meta({
    description: "Whether the guest also gets the defaults' groups, apps, Azure roles and profiles. Default: true.",
  })
  .register(properties, isAccess)
  .optional();

/** Bundles of access by name. */
export const accessProfiles = z
  .record(
    z.string(),
    z.strictObject(access).meta({ id: "access", description: "What a guest may reach." }).register(types, {
      name: "Access",
      plain: true,
    }),
  )
  .meta({ description: "Bundles of access by name; a guest has them by profiles: [name]." })
  .optional();

/** What a stack config says about access for all guests, and the profiles. */
export const accessSettings = z.object({ ...access, profiles, accessProfiles });

/** What one guest says about access. */
export const ownAccess = z.object({ ...access, profiles });
