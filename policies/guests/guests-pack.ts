import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";

/** Registers the pack with the engine that started this process. */
new PolicyPack("guests", {
  displayName: "Guests as code",
  description: "What a Microsoft Entra guest may be, whichever package invites them",
  provider: "Azure",
  tags: ["entra", "b2b", "guests"],
  policies,
});
