import { GuestInvitations } from "@guests-as-code/entra-guests";
import * as azuread from "@pulumi/azuread";

const partners = new GuestInvitations("partners", {
  redirectUrl: "https://myapps.microsoft.com",
  message: { body: "Welcome to the Contoso partner portal." },
  guests: [
    { email: "ana@fabrikam.example", displayName: "Ana Trujillo", expires: "2037-03-31" },
    { email: "bo@northwind.example", message: { language: "da" } },
    { email: "cleo@adatum.example", companyName: "Adatum" },
  ],
});

// Any other resource takes what is known of a guest. The list gives access by itself, too: `groups: ["Partners"]`.
const group = azuread.getGroupsOutput({ displayNames: ["Partners"] });
for (const [address, { userId }] of Object.entries(partners.guests)) {
  new azuread.GroupMember(`partner-${address}`, {
    groupObjectId: group.objectIds.apply(([id = ""]) => id),
    memberObjectId: userId,
  });
}

export const ana = partners.guests["ana@fabrikam.example"]?.userId;
export const pending = partners.pending;
