import type { EngineEvent, PolicyFinding, Step } from "./events.ts";
import { guestOf, isInvitation, nameOf } from "./guests.ts";
import type { Finding } from "./report.ts";
import { withoutSecrets } from "./secrets.ts";

const severities = ["critical", "high", "medium", "low"];

/** The policy findings of a preview, each once: mandatory ones first, then by severity, guest and policy. */
export function findingsOf(events: readonly EngineEvent[], steps: readonly Step[]): Finding[] {
  const stepsByUrn = new Map(steps.map((step) => [step.urn, step]));
  const findings = events
    .flatMap(({ policyEvent }) => policyEvent ?? [])
    .map((finding) => findingOf(finding, stepsByUrn.get(finding.resourceUrn ?? "")));
  const once = new Map(findings.map((finding) => [key(finding), finding]));
  return [...once].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, finding]) => finding);
}

function findingOf(finding: PolicyFinding, step: Step | undefined): Finding {
  const about = aboutOf(finding.resourceUrn, step);
  return {
    policy: finding.policyName,
    mandatory: finding.enforcementLevel === "mandatory",
    severity: finding.severity || "unrated",
    about,
    touched: step === undefined || step.op !== "same" || step.type === "pulumi:pulumi:Stack",
    message: withoutSecrets(messageOf(finding.message, about)),
  };
}

function aboutOf(urn: string | undefined, step: Step | undefined): string {
  if (step !== undefined && isInvitation(step)) return guestOf(step).address;
  return urn === undefined || urn === "" || urn.includes("::pulumi:pulumi:Stack::") ? "the stack" : nameOf(urn);
}

/** Without the policy's description, which the engine puts before, and without the guest, who is named beside. */
function messageOf(message: string, about: string): string {
  const [description = "", ...lines] = message.trim().split("\n");
  const said = lines.length > 0 ? lines.join(" ") : description;
  const prefix = `${about}: `;
  return said.toLowerCase().startsWith(prefix) ? said.slice(prefix.length) : said;
}

function key({ mandatory, severity, about, policy, message }: Finding): string {
  const rank = severities.indexOf(severity);
  return [mandatory ? 0 : 1, rank < 0 ? severities.length : rank, policy, about, message].join("\n");
}
