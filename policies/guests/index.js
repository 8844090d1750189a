// JavaScript, because Pulumi's runner of policy packs hands a TypeScript entry to a compiler of its own, whatever
// PulumiPolicy.yaml says; what this file imports, Node reads as it is.
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";

new PolicyPack("guests", {
  displayName: "Guests as code",
  description: "What a Microsoft Entra guest may be, whichever package invites them",
  provider: "Azure",
  tags: ["entra", "b2b", "guests"],
  policies,
});
