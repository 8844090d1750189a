import type { Step } from "./events.ts";
import type { FieldChange } from "./report.ts";
import { textOf, valueAt } from "./values.ts";

/** Properties whose name in a stack config is another one. */
const configNames: Record<string, string> = {
  userEmailAddress: "email",
  userDisplayName: "displayName",
  "message.additionalRecipients": "message.cc",
};

/** Outputs that change with the inputs and say nothing to a reviewer, or must not be said. */
const notShown = /^(redeemUrl|userId|invitedAt|userPrincipalName|adopted|existedBefore|state)\b/;

/** What an update changes, sorted by field. */
export function fieldChanges(step: Step): FieldChange[] {
  const paths = Object.keys(step.detailedDiff ?? {});
  const changed = (paths.length > 0 ? paths : (step.diffs ?? [])).filter((path) => !notShown.test(path));
  return changed
    .map((path) => {
      const before = textOf(valueAt(step.old?.inputs, path));
      const after = textOf(valueAt(step.new?.inputs, path));
      return {
        field: configNames[path] ?? path,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      };
    })
    .sort((one, other) => (one.field < other.field ? -1 : 1));
}
