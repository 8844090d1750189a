import type { Policy, PolicyConfigSchema, ResourceValidationPolicy } from "@pulumi/policy";
import { invitationOf, type SeenInvitation } from "./invitation.ts";
import { configOf } from "./policy-config.ts";

/** A policy about one invitation: `@pulumi/policy`'s metadata, and the rule. */
export interface InvitationRule<Config extends object> extends Policy {
  configSchema: PolicyConfigSchema;
  /**
   * Judges one invitation.
   *
   * @returns what is wrong and what to do, one sentence or two for each; `undefined` entries stand for nothing wrong
   */
  judge(invitation: SeenInvitation, config: Config): (string | undefined)[];
}

/** Makes the policy that the engine runs for each resource; resources that are no invitations pass. */
export function invitationPolicy<Config extends object>(rule: InvitationRule<Config>): ResourceValidationPolicy {
  const { judge, ...policy } = rule;
  return {
    ...policy,
    validateResource(args, reportViolation) {
      const invitation = invitationOf(args);
      if (invitation === undefined) return;
      for (const problem of judge(invitation, configOf<Config>(args, policy.configSchema))) {
        if (problem !== undefined) reportViolation(`${invitation.label}: ${problem}`);
      }
    },
  };
}
