// The door for Pulumi. It is JavaScript because Pulumi's runner compiles a TypeScript entry itself, whatever
// PulumiPolicy.yaml says. Node runs the TypeScript files that this one imports.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";
import { refuseUnknownSettings } from "./policy-settings.ts";

refuseUnknownSettings(policies);

new PolicyPack("guests", {
  displayName: "Guests as code",
  description: "What a Microsoft Entra guest may be, whichever package invites them",
  provider: "Azure",
  tags: ["entra", "b2b", "guests"],
  policies,
});
