/** What the policy pack knows of the model: the pack stands alone and imports nothing of this repository. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { invitationInputs } from "../../model/invitation.ts";
import { messageParts } from "../../model/message.ts";
import { guestInvitationsToken, invitationToken, onResource } from "../../model/names.ts";
import { generatedNote } from "./package-spec.ts";

/** The text of `policies/guests/invitation-properties.ts`. */
export function policyProperties(): string {
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(", ");
  return `// ${generatedNote}

/** The type token of the resource that stands for one guest. */
export const invitationToken = ${JSON.stringify(invitationToken)};

/** The type token of the component that lists guests. */
export const guestInvitationsToken = ${JSON.stringify(guestInvitationsToken)};

/** The inputs of an invitation. */
export const invitationProperties = [${list(Object.keys(invitationInputs.shape))}] as const;
export type InvitationProperty = (typeof invitationProperties)[number];

/** The parts of an invitation's message. */
export type MessageProperty = ${Object.keys(onResource(messageParts))
    .map((name) => JSON.stringify(name))
    .join(" | ")};
`;
}

/** The text of `policies/guests/azure-scope.ts`: the model's file, word for word. */
export function policyAzureScope(): string {
  const file = path.join(import.meta.dirname, "..", "..", "model", "azure-scope.ts");
  return `// ${generatedNote}\n${readFileSync(file, "utf8").replaceAll("\r\n", "\n")}`;
}
