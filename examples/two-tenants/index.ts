import { GuestInvitations, Provider, type ProviderArgs } from "@guests-as-code/entra-guests";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();

/** Signs in to a tenant with what the stack config says of it: its settings, and its secret apart where it has one. */
function tenant(name: string): Provider {
  const settings = config.requireObject<ProviderArgs>(name);
  return new Provider(name, { ...settings, clientSecret: config.getSecret(`${name}ClientSecret`) });
}

const redirectUrl = "https://myapps.microsoft.com";
const auditor = { email: "ana@fabrikam.example", displayName: "Ana Trujillo" };

const contoso = new GuestInvitations(
  "contoso",
  { redirectUrl, guests: [auditor, { email: "bo@northwind.example" }] },
  { provider: tenant("contosoTenant") },
);
const adatum = new GuestInvitations("adatum", { redirectUrl, guests: [auditor] }, { provider: tenant("adatumTenant") });

export const anaAtContoso = contoso.guests[auditor.email]?.userId;
export const anaAtAdatum = adatum.guests[auditor.email]?.userId;
