/**
 * A new address for a guest who stays the same user: object id, groups, applications and roles are kept, and the guest
 * accepts once more.
 *
 * Source: Microsoft's page "Reset redemption status for a guest user".
 */
import { canonicalAddress } from "../../model/email-address.ts";
import { formerAddresses } from "../../model/guest.ts";
import type { GuestListInputs } from "../../model/guest-list.ts";
import type { InvitationInputs } from "../../model/invitation.ts";
import type { Deadline } from "../deadline.ts";
import { OutcomeUnknown } from "../microsoft/graph-client.ts";
import { cannot, isNotFound, isUnknownAddress } from "../microsoft/graph-errors.ts";
import {
  findUser,
  type GraphUser,
  patchUser,
  type SentInvitation,
  sendInvitation,
  untilNextLook,
  usersWithAddress,
} from "../microsoft/graph-users.ts";
import type { SignInKind } from "../microsoft/sign-in-credential.ts";
import type { Severity } from "../pulumi/resource-provider.ts";
import { timeToTell, untilSettled, whileLagging } from "./guest-look-up.ts";
import { type Facts, invitationOf, liveFacts, sameAddress } from "./guest-state.ts";
import { hasOwnMail, type MailContext, mailGuest } from "./mail-guest.ts";

/** A guest on the way to a new address. */
export interface Move {
  inputs: InvitationInputs;
  /** The address that the state has. */
  former: string;
  /** What the state knows of the guest. */
  known: Facts;
  /** The same, brought up to date by a read. */
  facts: Facts;
  /** The guest as read; `undefined` where the application may not read users. */
  user: GraphUser | undefined;
  urn: string;
  /** True where the list has heard of the new address in this run: none before it has sent anything. */
  isFirst: boolean;
}

/**
 * Gives a guest a new address, and has them accept again. The directory learns the address first, because Graph invites
 * nobody to an address that it does not know; what the application may not do is refused there, before anything is sent.
 *
 * A run that was cut short may have come to any step of this, so each one looks first: Microsoft's mail goes out once,
 * as far as the directory tells, and that of a mailbox of the tenant's own exactly once.
 *
 * @returns what is known of the guest now
 */
export async function giveNewAddress(context: MailContext, move: Move, deadline: Deadline): Promise<Facts> {
  const { engine } = context;
  const { inputs, former, facts, urn, isFirst } = move;
  const address = inputs.userEmailAddress;
  const inWords = (error: unknown): never => {
    throw cannot("give a new address to", `${former} (now ${address})`, error);
  };
  const user = await changeAddress(context, move, deadline).catch(inWords);
  const link = () => reset(context, move, deadline).catch(inWords);
  const said = `${address} is the new address of ${former} (object id ${facts.userId}), whose access stays`;
  const moved: Facts = { ...facts, redeemUrl: undefined, mailedBy: undefined, mailedAt: undefined };

  if (hasOwnMail(inputs)) {
    const order = { inputs, facts, urn, mayBeMailed: !isFirst, link };
    const mailed = await mailGuest(context, order, deadline).catch((error) => {
      throw cannot("mail", address, error);
    });
    engine.log("info", `${said}: they accept once more.`, urn);
    return { ...moved, ...mailed };
  }
  const invited = inputs.sendInvitation ? await resetBefore(context, move, user, deadline).catch(inWords) : undefined;
  if (invited !== undefined) {
    engine.log("info", `${said}: a run that did not finish has invited them, and they are not mailed again.`, urn);
    return { ...moved, ...liveFacts(invited) };
  }
  const sent = await link();
  engine.log("info", `${said}: they accept once more.`, urn);
  return { ...moved, ...sent };
}

/** Writes the address, unless a run that was cut short has done so. @returns the guest as read before */
async function changeAddress(context: MailContext, move: Move, deadline: Deadline): Promise<GraphUser> {
  const { graph } = context;
  const { inputs, former, facts } = move;
  const address = inputs.userEmailAddress;
  // Without the permission to read users, this tells which one is missing.
  const user = move.user ?? (await findUser(graph, facts.userId, deadline));
  if (user === undefined) throw new Error("the directory does not show the guest");
  if (!(inputs.accountEnabled ?? user.accountEnabled ?? true)) {
    throw new Error(
      "the guest is disabled, and Graph invites nobody who is. Say accountEnabled: true for the run that changes the address",
    );
  }
  const others = (await usersWithAddress(graph, address, deadline)).filter(({ id }) => id !== user.id);
  if (others.length > 0) {
    const holders = others.map(({ userPrincipalName, id }) => `${userPrincipalName} (object id ${id})`).join(", ");
    throw new Error(`the new address belongs to ${holders} already. Remove that user first, or correct the address`);
  }
  const gone = new Set([former, ...formerAddresses(inputs.formerly)].map(canonicalAddress));
  const kept = (user.otherMails ?? []).filter((mail) => !gone.has(canonicalAddress(mail)) && !isSame(mail, address));
  const isWritten = isSame(user.mail, address) && (user.otherMails ?? []).length === kept.length + 1;
  if (!isWritten) {
    // The former address goes: whoever still reads it must not be able to sign in.
    const changes = { mail: address, otherMails: [address, ...kept] };
    await whileLagging(context, deadline, () => patchUser(graph, user.id, changes, deadline));
  }
  return user;
}

function isSame(one: string | null | undefined, other: string): boolean {
  return typeof one === "string" && sameAddress(one, other);
}

/**
 * Whether a run that was cut short has invited the guest to the new address already: they have it, they have to accept,
 * and that has changed since the state was written. A guest who has accepted since is invited again, for nobody can tell
 * whether they did so by the former address.
 */
function isReset(user: GraphUser, { inputs, known }: Move): boolean {
  const { state, stateChangedAt } = liveFacts(user);
  if (!isSame(user.mail, inputs.userEmailAddress) || state !== "PendingAcceptance") return false;
  return [stateChangedAt, known.stateChangedAt].every((time) => time !== undefined) && !isAsOf(stateChangedAt, known);
}

/**
 * The guest, where a run that was cut short has invited them to the new address. What it did moments ago may not show
 * yet, so reads are believed once everything does that was written before this run; that wait is once a run.
 */
async function resetBefore(
  context: MailContext,
  move: Move,
  user: GraphUser,
  deadline: Deadline,
): Promise<GraphUser | undefined> {
  if (move.isFirst) return undefined;
  if (isReset(user, move)) return user;
  // Without a list nobody knows whether there was such a run, and nobody waits for it.
  const patience = move.inputs.existedBefore === undefined ? 0 : untilSettled(context, deadline);
  return patience > 0 ? awaitReset(context, move, move.known, patience, deadline) : undefined;
}

function isAsOf(time: string | undefined, { stateChangedAt }: Facts): boolean {
  return Date.parse(time ?? "") === Date.parse(stateChangedAt ?? "");
}

/**
 * Resets the redemption: the same user, a new link, and a mail of Microsoft's where it sends one. Where the answer is
 * lost, the directory tells whether it has happened.
 */
async function reset(
  context: MailContext,
  move: Move,
  deadline: Deadline,
): Promise<Partial<Facts> & { redeemUrl: string }> {
  const { graph } = context;
  const { inputs, facts } = move;
  const invitation = { ...invitationOf(inputs), invitedUser: { id: facts.userId }, resetRedemption: true };
  const isMailed = invitation.sendInvitationMessage;
  const send = (body: typeof invitation) =>
    whileLagging(
      context,
      deadline,
      () => sendInvitation(graph, body, !body.sendInvitationMessage, deadline),
      (error) => isNotFound(error) || isUnknownAddress(error),
    );
  let sent: SentInvitation | undefined;
  while (sent === undefined) {
    sent = await send(invitation).catch(async (error) => {
      if (!isMailed || !(error instanceof OutcomeUnknown)) throw error;
      const shown = await awaitReset(context, move, facts, timeToTell(context), deadline);
      // The mail is on its way, and only the link is missing: another one leads to the same guest.
      return shown === undefined ? undefined : send({ ...invitation, sendInvitationMessage: false });
    });
  }
  if (sent.userId !== facts.userId) {
    throw new Error(
      `Microsoft Graph invited another user (object id ${sent.userId}) than the one of this stack (object id ${facts.userId})`,
    );
  }
  // A guest who had accepted shows it; of one who had not, only the time may tell, and it need not change.
  const patience = facts.state === "Accepted" ? timeToTell(context) : 0;
  const user = await awaitReset(context, move, facts, patience, deadline);
  return {
    state: "PendingAcceptance",
    stateChangedAt: user && liveFacts(user).stateChangedAt,
    redeemUrl: sent.redeemUrl,
    invitedAt: (sent.invitedAt ?? new Date(deadline.clock.now())).toISOString(),
  };
}

/**
 * Looks at the guest until reads show that they have to accept anew.
 *
 * @param known what was known before that
 * @param patience how long to look, in milliseconds; once in any case
 * @returns `undefined` where they do not show it by then
 */
async function awaitReset(
  context: MailContext,
  move: Move,
  known: Facts,
  patience: number,
  deadline: Deadline,
): Promise<GraphUser | undefined> {
  const until = deadline.clock.now() + patience;
  for (let look = 1; ; look++) {
    const left = Math.min(until, deadline.at) - deadline.clock.now();
    const user = await findUser(context.graph, move.facts.userId, deadline);
    if (user !== undefined && isReset(user, { ...move, known })) return user;
    if (left <= 0) return undefined;
    await deadline.clock.wait(Math.min(left, untilNextLook(look, deadline)), deadline.signal);
  }
}

/**
 * The guests of a list who have got another address since.
 *
 * @param before the list as of the last run
 * @param now the list as declared
 * @returns for each address of today the one that the guest had on the list, both as addresses are compared
 */
export function movedGuests(before: GuestListInputs, now: GuestListInputs): Map<string, string> {
  const listed = new Set(before.addresses.map(canonicalAddress));
  const present = new Set(now.addresses.map(canonicalAddress));
  const moved = new Map<string, string>();
  for (const [former, today] of Object.entries(now.formerly).map((pair) => pair.map(canonicalAddress))) {
    if (former === undefined || today === undefined) continue;
    // A guest who was on the list under both is two, and one of them leaves.
    const isMove = listed.has(former) && !present.has(former) && present.has(today) && !listed.has(today);
    if (isMove && !moved.has(today)) moved.set(today, former);
  }
  return moved;
}

/** More names than this make a line that nobody reads. */
const mostNamed = 10;

/** Tells, in previews too, who gets a new address, and what an application may not do. */
export function moveNotices(
  moved: ReadonlyMap<string, string>,
  signIn: SignInKind,
): { severity: Severity; message: string }[] {
  if (moved.size === 0) return [];
  const named = [...moved].slice(0, mostNamed).map(([today, former]) => `${former} → ${today}`);
  const more = moved.size > mostNamed ? ` and ${moved.size - mostNamed} more` : "";
  const who = moved.size === 1 ? "1 guest, who accepts" : `${moved.size} guests, who accept`;
  const message = `New address for ${who} once more; all access stays: ${named.join(", ")}${more}.`;
  const notices: ReturnType<typeof moveNotices> = [{ severity: "info", message }];
  if (signIn !== "person") {
    const when = signIn === "application" ? "" : " if an application signs in";
    const refused =
      `Microsoft refuses a new address${when} for guests who hold a directory role: ` +
      "sign in as a person (az login) for them, or take the role away while the address changes.";
    notices.push({ severity: "warning", message: refused });
  }
  return notices;
}
