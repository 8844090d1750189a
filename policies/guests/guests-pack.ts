import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";
import { refuseUnknownSettings } from "./policy-settings.ts";

refuseUnknownSettings(policies);

/** Registers the pack with the engine that started this process. */
new PolicyPack("guests", {
  displayName: "Guests as code",
  description: "What a Microsoft Entra guest may be, whichever package invites them",
  provider: "Azure",
  tags: ["entra", "b2b", "guests"],
  policies,
});
