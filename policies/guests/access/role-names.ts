import { isGuid } from "../policy-inputs.ts";

/** Built-in roles by name, with the ids under which resources name them. */
export type Roles = Readonly<Record<string, string>>;

/**
 * Azure's built-in roles of the category "Privileged".
 *
 * Source: "Azure built-in roles for Privileged", as of July 2026.
 */
export const privilegedAzureRoles: Roles = {
  Owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  Contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
  "Reservations Administrator": "a8889054-8d42-49c9-bc1c-52486c10e7cd",
};

/**
 * Entra's built-in roles that Microsoft labels privileged, and the two more that CISA SCuBA calls highly privileged
 * (Exchange and SharePoint Administrator). The ids are template ids, the same in every tenant.
 *
 * Source: "Microsoft Entra built-in roles", as of January 2026.
 */
export const privilegedDirectoryRoles: Roles = {
  "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
  "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
  "Privileged Authentication Administrator": "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
  "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
  "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
  "Application Developer": "cf1c38e5-3621-4004-a7cb-879624dced7c",
  "Hybrid Identity Administrator": "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
  "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
  "SharePoint Administrator": "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
  "Security Administrator": "194ae4cb-b126-40b2-bd5b-6091b380977d",
  "Security Operator": "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
  "Security Reader": "5d6b6bb7-de71-4623-b4af-96380a352509",
  "Conditional Access Administrator": "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
  "Authentication Administrator": "c4e39bd9-1100-46d3-8c65-fb160da0071f",
  "Authentication Extensibility Administrator": "25a516ed-2fa0-40ea-a2d0-12923a21473a",
  "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
  "Password Administrator": "966707d0-3269-4727-9be2-8c3a10f19b9d",
  "Intune Administrator": "3a2c62db-5318-420d-8d74-23affee5d9d5",
  "Cloud Device Administrator": "7698a772-787b-4ac8-901f-60d6b08affd2",
  "Directory Writers": "9360feb5-f418-4baa-8175-e2a00bac4301",
  "Domain Name Administrator": "8329153b-31d0-4727-b945-745eb3bc5f31",
  "External Identity Provider Administrator": "be2f45a1-457d-42af-a067-6ec1fa63bc45",
  "B2C IEF Keyset Administrator": "aaf43236-0c0d-4d5f-883a-6955382ac081",
  "Lifecycle Workflows Administrator": "59d46f88-662b-457b-bceb-5c3809e5908f",
  "Attribute Provisioning Administrator": "ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe",
  "Attribute Provisioning Reader": "422218e4-db15-4ef9-bbe0-8afb41546d79",
  "Agent ID Administrator": "db506228-d27e-4b7d-95e5-295956d6615f",
  "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
  "Partner Tier1 Support": "4ba39ca4-527c-499a-b93d-d9b492c50246",
  "Partner Tier2 Support": "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8",
};

/**
 * Finds the entry of a list of roles that an id falls under.
 *
 * @param id a role's id, alone or at the end of a resource id
 * @param listed names of built-in roles, or ids
 * @param known the built-in roles whose names may be in the list
 * @returns the role's name where it has one here, else its id; `undefined` where it is not listed
 */
export function listedRole(id: string, listed: readonly string[], known: Roles): string | undefined {
  const wanted = id.slice(id.lastIndexOf("/") + 1).toLowerCase();
  const entry = listed.find((role) => (known[role] ?? role).toLowerCase() === wanted);
  return entry && (Object.keys(known).find((name) => known[name] === wanted) ?? entry);
}

/** The entries of a list of roles that are neither a known name nor an id, and so would match nothing in silence. */
export function unknownRoles(listed: readonly string[], known: Roles): string[] {
  return listed.filter((role) => !(role in known) && !isGuid(role));
}
