// Generated from policies/guests/ by `npm run generate`: change the policies, not this file.

/** A policy where a stack says nothing about it. */
export interface PolicyDefaults {
  level: string;
  /** By name: what each setting is, and its value where nothing is said. */
  settings: Readonly<Record<string, { about: string; unset: unknown }>>;
}

/** The pack's policies, by name. */
export const policyDefaults: Readonly<Record<string, PolicyDefaults>> = {
  "allowed-domains": {
    level: "mandatory",
    settings: {
      allowed: { about: "The domains from which guests may come", unset: [] },
      allowedLists: { about: "More allowed domains", unset: [] },
      denied: { about: "Domains from which no guest may come, even where `allowed` holds them", unset: [] },
      deniedLists: { about: "More denied domains", unset: [] },
      internal: { about: "The organisation's own domains", unset: [] },
      allowConsumerDomains: {
        about: "Whether an entry with `*` lets in domains where anybody gets an address (gmail.com, mailinator.com)",
        unset: false,
      },
    },
  },
  "redirect-url": {
    level: "mandatory",
    settings: {
      hosts: {
        about: "The hosts to which guests may be sent",
        unset: ["myapps.microsoft.com", "myapplications.microsoft.com"],
      },
      allowLoopback: { about: "Whether links to this machine (localhost, 127.0.0.1, ::1) pass", unset: false },
      schemes: { about: "Words with which a parameter of a link may begin, before a colon", unset: ["urn"] },
    },
  },
  "invitation-message": {
    level: "advisory",
    settings: {
      required: { about: "Whether each mail carries a personal message", unset: true },
      maxLength: { about: "The longest message, in characters", unset: 1000 },
      hosts: {
        about: "The hosts to which links in the message may lead",
        unset: ["myapps.microsoft.com", "myapplications.microsoft.com"],
      },
      allowLoopback: { about: "Whether links to this machine (localhost, 127.0.0.1, ::1) pass", unset: false },
      schemes: { about: "Words with which a parameter of a link may begin, before a colon", unset: ["urn"] },
    },
  },
  "guest-user-type": {
    level: "mandatory",
    settings: {
      internal: {
        about: "The organisation's own domains, subsidiaries included, whose people may be members",
        unset: [],
      },
    },
  },
  "sponsor-required": {
    level: "advisory",
    settings: {
      internal: { about: "The organisation's own domains, where sponsors are", unset: [] },
      groups: { about: "Object ids of groups", unset: [] },
    },
  },
  "expiry-required": {
    level: "advisory",
    settings: {
      maxDays: {
        about: "How many days ahead the expiry may lie, counted from the day of the preview (UTC)",
        unset: 365,
      },
    },
  },
  "cc-internal-only": {
    level: "mandatory",
    settings: { internal: { about: "The organisation's own domains", unset: [] } },
  },
  "no-privileged-access": {
    level: "mandatory",
    settings: {
      azureRoles: {
        about: "Azure roles that no guest gets, at any scope",
        unset: [
          "Owner",
          "Contributor",
          "User Access Administrator",
          "Role Based Access Control Administrator",
          "Reservations Administrator",
        ],
      },
      widestScope: { about: "The widest scope at which a guest may get any Azure role", unset: "resourceGroup" },
      directoryRoles: {
        about: "Entra roles that no guest gets",
        unset: [
          "Global Administrator",
          "Privileged Role Administrator",
          "Privileged Authentication Administrator",
          "User Administrator",
          "Application Administrator",
          "Cloud Application Administrator",
          "Application Developer",
          "Hybrid Identity Administrator",
          "Exchange Administrator",
          "SharePoint Administrator",
          "Security Administrator",
          "Security Operator",
          "Security Reader",
          "Conditional Access Administrator",
          "Authentication Administrator",
          "Authentication Extensibility Administrator",
          "Helpdesk Administrator",
          "Password Administrator",
          "Intune Administrator",
          "Cloud Device Administrator",
          "Directory Writers",
          "Domain Name Administrator",
          "External Identity Provider Administrator",
          "B2C IEF Keyset Administrator",
          "Lifecycle Workflows Administrator",
          "Attribute Provisioning Administrator",
          "Attribute Provisioning Reader",
          "Agent ID Administrator",
          "Global Reader",
          "Partner Tier1 Support",
          "Partner Tier2 Support",
        ],
      },
      roleAssignableGroups: {
        about: "Object ids of role-assignable groups that the stack does not declare itself and so cannot show as such",
        unset: [],
      },
      principals: { about: "Whose access is judged", unset: "guests" },
    },
  },
  "through-the-component": { level: "advisory", settings: {} },
  "guest-limits": {
    level: "advisory",
    settings: {
      perStack: { about: "How many guests one stack may hold", unset: 500 },
      perDomain: { about: "How many guests of one stack may come from the same domain", unset: 100 },
    },
  },
};
