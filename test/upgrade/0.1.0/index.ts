/** What a program of 0.1.0 may say: a list from the stack's config, a guest on their own, and a provider of its own. */
import { GuestInvitations, Invitation, Provider, readGuestList } from "../../../components/index.ts";

const list = new GuestInvitations("guests", readGuestList());
const provider = new Provider("explicit", { replicationSeconds: 0 });

new Invitation(
  "gina",
  {
    userEmailAddress: "gina@adatum.example",
    userDisplayName: "Gina Torres",
    redirectUrl: "https://orders.contoso.example/start",
    message: { body: "Welcome, Gina.", additionalRecipients: ["mona@contoso.example"] },
    department: "Purchasing",
  },
  { provider },
);

export const guests = list.guests;
export const pending = list.pending;
