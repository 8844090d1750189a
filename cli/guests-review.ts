/** The command `review`: guests who should be reminded or go, by the stack's own rules, proposed as a change of the list. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { canonicalAddress } from "../model/email-address.ts";
import { type ReviewRules, reviewRules, usualReviewNotice } from "../model/guest-list.ts";
import { namespace } from "../model/names.ts";
import { type Command, exitStatus, placeOptions, type StackPlace, Stop, stackPlace } from "./command-line.ts";
import { guestOf, isInvitation, staysInTenant } from "./comment/guest-changes.ts";
import { count } from "./comment/report-text.ts";
import { code, oneLine, prose } from "./comment/untrusted-text.ts";
import type { ListedGuest } from "./declared-list.ts";
import { checkoutOf, ownersIn } from "./git-checkout.ts";
import { standingAndList } from "./guests-report.ts";
import { StackLists } from "./list-files.ts";
import { say } from "./log-lines.ts";
import { branchOf, openProposal, type Proposal } from "./pull-requests.ts";
import { keepFile, type StackConfig, stateOf } from "./pulumi-run.ts";
import { type SignedIn, signIn } from "./signed-in.ts";
import type { AskedTenant, Standing, StandingGuest } from "./standing/guest-standing.ts";
import {
  daysAway,
  daysPending,
  daysSince,
  type SponsorFinding,
  sponsorFindings,
  sponsorsLeft,
} from "./standing/standing-figures.ts";
import { inColumns, markdownTable } from "./text-table.ts";

/** What is proposed for one guest. */
export interface ReviewedGuest {
  guest: StandingGuest;
  reasons: string[];
  /** One more mail, or a last day. */
  change: { resend: string } | { expires: string };
  /** The files in which it can be written; none where none has a place for it. */
  files: string[];
  /** Whether a last day takes them off the list only. */
  stays: boolean;
}

/** Proposes what the stack's rules ask for. It deletes nobody: a last day takes effect when somebody has merged it. */
export const reviewCommand: Command = {
  options: {
    ...placeOptions,
    patch: { value: "FILE", help: "Write the change as a patch for `git apply`, and open no pull request." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    const place = stackPlace(line);
    const signedIn = await signIn(place);
    try {
      const said = await review(place, signedIn, { patch: line.values.patch });
      say(
        said ?? `The stack has no ${namespace}:review, so nothing is reviewed; docs/guests-over-time.md has the rules.`,
      );
    } finally {
      await signedIn.close();
    }
    return exitStatus.fine;
  },
};

/**
 * Reviews the guests of a stack, and proposes the change: as a patch, or as a pull request where a pipeline runs this.
 *
 * @returns what was found and done; `undefined` where the stack has no rules
 * @throws Stop for people
 */
export async function review(
  place: StackPlace,
  signedIn: AskedTenant & Pick<SignedIn, "config">,
  how: HowToReview = {},
): Promise<string | undefined> {
  const rules = rulesOf(signedIn.config);
  if (rules === undefined) return undefined;
  const { standing, listed } = await standingAndList(place, signedIn);
  return reviewOf(place, standing, listed, rules, how);
}

interface HowToReview {
  /** The file of a patch, instead of a pull request. */
  patch?: string | undefined;
  /** The file of a proposal for `open-review`, instead of a pull request. */
  save?: string | undefined;
  /** Finds who stays in the tenant when they leave the list, by canonical address; asks the stack's state unless given. */
  staying?: () => ReadonlySet<string>;
}

/** The review of guests whose standing is known. */
async function reviewOf(
  place: StackPlace,
  standing: Standing,
  listed: readonly ListedGuest[],
  rules: ReviewRules,
  how: HowToReview,
): Promise<string> {
  const { staying = () => stayingGuests(place) } = how;
  const lists = new StackLists(place);
  const proposals = proposalsOf(standing, listed, rules);
  const stay = proposals.some(({ change }) => "expires" in change) ? staying() : new Set<string>();
  const found = written(proposals, lists, stay);
  const lines = [reviewText(standing, rules, found)];
  if (lists.changes().length > 0) lines.push("", await propose(place, standing, found, lists, how));
  return lines.join("\n");
}

/** What only the tenant can tell a daily run. */
export interface TenantCare {
  /** Guests on the list whose sponsors cannot be asked any more. */
  sponsors: SponsorFinding[];
  /** What the review found and did; absent where the stack has no rules. */
  review?: string;
  /** Why the tenant was not asked, or not to the end. */
  notAsked?: string;
}

/** Asks the tenant of a stack what a refresh does not tell, and reviews the guests where the stack has rules. */
export async function tenantCare(place: StackPlace, how: HowToReview): Promise<TenantCare> {
  let sponsors: SponsorFinding[] = [];
  try {
    const signedIn = await signIn(place);
    try {
      const { standing, listed } = await standingAndList(place, signedIn);
      sponsors = sponsorFindings(standing, listed);
      const rules = rulesOf(signedIn.config);
      return { sponsors, ...(rules !== undefined && { review: await reviewOf(place, standing, listed, rules, how) }) };
    } finally {
      await signedIn.close();
    }
  } catch (error) {
    // The daily run has done its own work by then.
    if (!(error instanceof Error)) throw error;
    return { sponsors, notAsked: error.message };
  }
}

/** The rules of a stack. @throws Stop where they are none; the preview says more about them */
function rulesOf(config: StackConfig): ReviewRules | undefined {
  const entry = config[`${namespace}:review`];
  if (entry === undefined) return undefined;
  const parsed = reviewRules.safeParse(entry.objectValue ?? JSON.parse(entry.value ?? "null"));
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map(
    ({ path, message }) => `${[`${namespace}:review`, ...path].join(".")}: ${message}`,
  );
  throw new Stop(reasons.join("\n"), exitStatus.failed);
}

/** Marks a reminder of a review in `resend`, with its day. */
const reminder = /^review-(\d{4}-\d{2}-\d{2})$/;

/**
 * What the rules ask for. Guests who have a last day are left alone: somebody has decided about them.
 *
 * @param list the guests of the stack's list; nobody else is reviewed
 */
export function proposalsOf(
  standing: Standing,
  list: readonly ListedGuest[],
  rules: ReviewRules,
): Pick<ReviewedGuest, "guest" | "reasons" | "change">[] {
  const today = standing.at.slice(0, 10);
  const ahead = (rules.notice ?? usualReviewNotice) * 24 * 60 * 60 * 1000;
  const expires = new Date(Date.parse(today) + ahead).toISOString().slice(0, 10);
  const marks = new Map(list.map(({ email, resend }) => [email, reminder.exec(resend ?? "")?.[1]]));
  return standing.guests.flatMap((guest): Pick<ReviewedGuest, "guest" | "reasons" | "change">[] => {
    if (guest.listedAs === undefined || guest.expires !== undefined) return [];
    const reasons = reasonsToGo(guest, standing, rules);
    const reminded = marks.get(guest.listedAs);
    const isPending = rules.pending !== undefined && guest.state === "pending";
    const days = daysPending(guest, standing);
    if (isPending && days >= (rules.pending ?? 0)) {
      const since = reminded === undefined ? undefined : daysSince(reminded, standing);
      if (since === undefined && reasons.length === 0) {
        return [{ guest, reasons: [`pending for ${days} days`], change: { resend: `review-${today}` } }];
      }
      if (since !== undefined && since >= (rules.pending ?? 0)) {
        reasons.unshift(`pending for ${days} days, reminded on ${reminded}`);
      }
    }
    return reasons.length === 0 ? [] : [{ guest, reasons, change: { expires } }];
  });
}

/** Why a guest should get a last day, apart from a pending invitation. */
function reasonsToGo(guest: StandingGuest, standing: Standing, rules: ReviewRules): string[] {
  const away = guest.state === "pending" ? undefined : daysAway(guest, standing);
  const isAway = rules.notSignedIn !== undefined && away !== undefined && away >= rules.notSignedIn;
  const { account, sponsors } = guest;
  const isOther = rules.accounts !== undefined && account !== undefined && !rules.accounts.includes(account);
  return [
    ...(isAway ? [`last signed in ${away} days ago`] : []),
    ...(rules.blocked && !guest.enabled ? ["blocked from signing in"] : []),
    ...(rules.noSponsor && sponsors.length === 0 ? ["no sponsor"] : []),
    ...(rules.noSponsor && sponsorsLeft(guest) ? ["every sponsor is blocked from signing in"] : []),
    ...(isOther ? [`redeemed with the account kind ${account}`] : []),
  ];
}

/** Writes the proposals into the lists, in memory. */
function written(
  proposals: ReturnType<typeof proposalsOf>,
  lists: StackLists,
  staying: ReadonlySet<string>,
): ReviewedGuest[] {
  const who = ({ guest }: { guest: StandingGuest }) => canonicalAddress(guest.listedAs ?? guest.address);
  const files = lists.set(new Map(proposals.map((proposal) => [who(proposal), proposal.change])));
  return proposals.map((proposal) => {
    const stays = "expires" in proposal.change && staying.has(who(proposal));
    return { ...proposal, files: files.get(who(proposal)) ?? [], stays };
  });
}

/** Who stays in the tenant when they leave the list, as the stack's state says; nobody where it cannot be read. */
function stayingGuests(place: StackPlace): Set<string> {
  try {
    const invitations = stateOf(place).filter((resource) => isInvitation(resource) && staysInTenant(resource));
    return new Set(invitations.map((old) => guestOf({ op: "same", urn: old.urn, type: old.type, old }).address));
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return new Set();
  }
}

function whatFor({ change, files, stays }: ReviewedGuest): string {
  const day = "expires" in change ? `last day ${change.expires}` : "one more mail";
  const what = stays ? `${day}, then off the list only` : day;
  return files.length > 0 ? what : `${what} (the list file has no column for it: write it by hand)`;
}

/** The review for a terminal. */
function reviewText(standing: Standing, rules: ReviewRules, found: readonly ReviewedGuest[]): string {
  const isUnknown = rules.notSignedIn !== undefined && standing.signInsUnknown !== undefined;
  return [
    `Review of stack ${standing.stack}: ${found.length === 0 ? "nothing to propose" : `proposals for ${count(found.length, "guest")}`}`,
    ...(isUnknown ? [`Nobody is proposed for not signing in. ${oneLine(standing.signInsUnknown ?? "", 400)}`] : []),
    ...inColumns(
      found.map((one) => [oneLine(one.guest.address), whatFor(one), oneLine(one.reasons.join(", "), 200)]),
    ).map((text) => `  ${text}`),
    ...stayingSentence(found),
  ].join("\n");
}

/** How those can be let go who would stay in the tenant. */
function stayingSentence(found: readonly ReviewedGuest[]): string[] {
  const number = found.filter(({ stays }) => stays).length;
  if (number === 0) return [];
  return [
    `${count(number, "guest")} would leave the list and stay in the tenant: the stack has adopted them, or the list says ` +
      "`onDelete: keep`. To let them go from the tenant, write `existing: own` for them or for their list, and no such `onDelete`.",
  ];
}

/** Hands the change over to somebody who decides. */
async function propose(
  { project }: StackPlace,
  standing: Standing,
  found: readonly ReviewedGuest[],
  lists: StackLists,
  { patch, save }: HowToReview,
): Promise<string> {
  if (patch !== undefined) {
    keepFile(path.resolve(patch), patchOf(lists, project));
    return `The change is in ${patch}: git apply ${patch}`;
  }
  const { stack } = standing;
  const proposal = (): Proposal => {
    const checkout = checkoutOf(project);
    const owners = ownersIn(checkout.root);
    const inRepository = (file: string) => path.relative(checkout.root, file).split(path.sep).join("/");
    return {
      branch: branchOf(stack, standing.at),
      base: checkout.commit,
      title: `Review the guests of ${stack}`,
      body: reviewMarkdown(standing, found, (file) => ({
        name: inRepository(file),
        owners: owners(inRepository(file)),
      })),
      files: lists.changes().map(({ file, after }) => ({ path: inRepository(file), text: after })),
    };
  };
  if (save === undefined) return openProposal(stack, proposal);
  keepFile(path.resolve(save), JSON.stringify(proposal()));
  return `The proposal is in ${save}: guests open-review --stack ${stack} ${save} makes a pull request of it.`;
}

/** The text of the pull request. */
export function reviewMarkdown(
  standing: Standing,
  found: readonly ReviewedGuest[],
  about: (file: string) => { name: string; owners: string[] },
): string {
  const files = [...new Set(found.flatMap((one) => one.files))];
  const sections = files.map((file) => {
    const { name, owners } = about(file);
    const rows = found
      .filter((one) => one.files.includes(file))
      .map((one) => [
        code(one.guest.address),
        prose(one.reasons.join(", ")),
        whatFor(one),
        one.guest.sponsors.map((sponsor) => code(sponsor.name)).join(", ") || "none",
      ]);
    const answers = owners.length === 0 ? "" : `\n\nOwners: ${owners.map((owner) => code(owner)).join(", ")}`;
    return `**${code(name)}**${answers}\n\n${markdownTable(["Guest", "Why", "Proposed", "Sponsors"], rows)}`;
  });
  const byHand = found.filter((one) => one.files.length === 0).map((one) => code(one.guest.address));
  return `${[
    `The rules of \`${namespace}:review\` of stack ${code(standing.stack)} ask for this as of ${standing.at.slice(0, 10)}.`,
    "Nobody is deleted by this proposal. A guest whose last day has passed leaves the list with the next daily run. " +
      "To keep somebody, give them a later last day here; then they are not proposed again.",
    ...stayingSentence(found),
    ...sections,
    ...(byHand.length > 0 ? [`No list file has a column for these, so write them by hand: ${byHand.join(", ")}`] : []),
  ].join("\n\n")}\n`;
}

/** The change as `git apply` takes it, from the top of the checkout; of the project where there is no checkout. */
function patchOf(lists: StackLists, project: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "guests-review-"));
  try {
    const root = checkoutOf(project, { orElse: project }).root;
    for (const { file, before, after } of lists.changes()) {
      for (const [side, text] of [
        ["a", before],
        ["b", after],
      ] as const) {
        const copy = path.join(folder, side, path.relative(root, file));
        mkdirSync(path.dirname(copy), { recursive: true });
        writeFileSync(copy, text);
      }
    }
    const args = ["diff", "--no-index", "--no-prefix", "--no-color", "--no-ext-diff", "a", "b"];
    return spawnSync("git", args, { cwd: folder, encoding: "utf8", maxBuffer: Infinity }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
