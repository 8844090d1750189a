/** The part of the schema of guest lists that says what a guest may reach. */
import { z } from "zod";

const name = (description: string) =>
  z
    .string()
    .superRefine((value, context) => {
      if (value.trim() !== "") return;
      const params = { remedy: "write a name or an id, or take the line out" };
      context.addIssue({ code: "custom", message: "it is empty", params });
    })
    .meta({ description, minLength: 1 });

const app = name("An enterprise application, by display name or application (client) id.");

/** An application instead of a redirect URL. */
export const appLinkSchema = z.strictObject({ app });

/** What may be given to all guests, to one, or by a profile. */
export const access = {
  groups: z
    .array(name("A group, by display name or object id."))
    .optional()
    .meta({ description: "Groups that the guest becomes a member of.", examples: [["Partners"]] }),
  apps: z
    .array(
      z.union([
        app,
        z.strictObject({
          app,
          role: name("The application's role, by value or display name. Default: default access.").optional(),
        }),
      ]),
    )
    .optional()
    .meta({
      description: "Enterprise applications that are assigned to the guest.",
      examples: [["Partner Portal", { app: "Contoso Orders", role: "Orders.Read" }]],
    }),
  azure: z
    .array(
      z.strictObject({
        role: name("A built-in Azure role by name, or any role by id."),
        scope: name(
          "A resource id; without a slash at its beginning it lies in the subscription that Pulumi works in.",
        ),
      }),
    )
    .optional()
    .meta({
      description: "Azure roles that the guest gets.",
      examples: [[{ role: "Reader", scope: "resourceGroups/partner-data" }]],
    }),
};

export const profiles = z
  .array(name("The name of an access profile."))
  .optional()
  .meta({
    description: "Bundles of access, by the names that guests:accessProfiles gives them.",
    examples: [["auditor"]],
  });

export const inheritAccess = z.boolean().optional().meta({
  description: "Whether the groups, apps, azure roles and profiles of the defaults hold here too. Default: true.",
});

export const accessProfiles = z
  .record(z.string(), z.strictObject(access).meta({ id: "access", description: "What a guest may reach." }))
  .optional()
  .meta({ description: "Bundles of access by name; a guest has them by profiles: [name]." });

/** What a stack config says about access for all guests, and the profiles. */
export const accessSettings = z.object({ ...access, profiles, accessProfiles });

/** What one guest says about access. */
export const ownAccess = z.object({ ...access, profiles });
