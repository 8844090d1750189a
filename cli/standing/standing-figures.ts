/** What a report counts: how many guests, since when, from whom, and who answers for them. */
import { noSignIn, type Standing, type StandingGuest } from "./guest-standing.ts";

const day = 24 * 60 * 60 * 1000;

/** How many days before the report something was; whole days. */
export function daysSince(time: string, { at }: Pick<Standing, "at">): number {
  return Math.max(0, Math.floor((Date.parse(at) - Date.parse(time)) / day));
}

/** For how many days a pending guest has had an invitation; whole days. */
export function daysPending({ waiting, invited }: StandingGuest, standing: Pick<Standing, "at">): number {
  return daysSince(waiting ?? invited, standing);
}

/** One row of a count. */
export interface Row {
  label: string;
  count: number;
}

/** How many guests there were at the end of a month, of those who are here today. */
export interface MonthRow {
  /** `YYYY-MM`. */
  month: string;
  accepted: number;
  pending: number;
}

export interface PartnerRow {
  domain: string;
  accepted: number;
  pending: number;
  withoutSponsor: number;
}

/** A guest whom somebody should look at, and why. */
export interface LookAt {
  guest: StandingGuest;
  reasons: string[];
}

/** The figures of a report, in the order in which it shows them. */
export interface Figures {
  total: number;
  accepted: number;
  pending: number;
  blocked: number;
  withoutSponsor: number;
  sponsorLeft: number;
  notListed: number;
  /** Whose last day is within 30 days. */
  leavingSoon: number;
  /** Who accepted and signed in last more than 90 days ago; `undefined` where it is not known. */
  away: number | undefined;
  overTime: MonthRow[];
  partners: PartnerRow[];
  pendingAges: Row[];
  /** Those with a last day. */
  leaving: Row[];
  /** How many have no last day. */
  stays: number;
  /** Empty where it is not known. */
  signIns: Row[];
  sponsors: Row[];
  lookAt: LookAt[];
}

/** From how many days on somebody should look at it. */
const limits = { pending: 30, away: 90, leaving: 30 } as const;
const monthsShown = 24;
const monthsAhead = 6;
const partnersShown = 12;

/** Counts what a report shows. */
export function figuresOf(standing: Standing): Figures {
  const { guests, signInsUnknown } = standing;
  const number = (test: (guest: StandingGuest) => boolean) => guests.filter(test).length;
  const isAway = (guest: StandingGuest) => guest.state !== "pending" && (daysAway(guest, standing) ?? 0) > limits.away;
  return {
    total: guests.length,
    accepted: number(({ state }) => state !== "pending"),
    pending: number(({ state }) => state === "pending"),
    blocked: number(({ enabled }) => !enabled),
    withoutSponsor: number(({ sponsors }) => sponsors.length === 0),
    sponsorLeft: number(sponsorsLeft),
    notListed: number(({ listed }) => !listed),
    leavingSoon: number((guest) => daysLeft(guest, standing) <= limits.leaving),
    away: signInsUnknown === undefined ? number(isAway) : undefined,
    overTime: overTime(standing),
    partners: partnersOf(guests),
    pendingAges: pendingAges(standing),
    leaving: leavingOf(standing),
    stays: number(({ expires }) => expires === undefined),
    signIns: signInsUnknown === undefined ? signInsOf(standing) : [],
    sponsors: [
      { label: "can be asked", count: number(({ sponsors }) => sponsors.some(({ active }) => active)) },
      { label: "blocked from signing in", count: number(sponsorsLeft) },
      { label: "none", count: number(({ sponsors }) => sponsors.length === 0) },
    ],
    lookAt: guests.flatMap((guest) => {
      const reasons = reasonsOf(guest, standing);
      return reasons.length === 0 ? [] : [{ guest, reasons }];
    }),
  };
}

/** A guest whose sponsor cannot be asked any more. */
export interface SponsorFinding {
  address: string;
  finding: string;
}

/**
 * The guests of a list whose sponsors are blocked, or are not their sponsors any more: who leaves the organisation is
 * taken off every guest by Entra itself. Guests whose last day has passed need nobody any more.
 *
 * @param list with the sponsors that it declares, by object id or user principal name
 */
export function sponsorFindings(
  { guests, at }: Standing,
  list: readonly { email: string; sponsors?: readonly string[] | undefined }[],
): SponsorFinding[] {
  const declared = new Map(list.map(({ email, sponsors = [] }) => [email, sponsors]));
  return guests.flatMap(({ address, listedAs = "", expires, sponsors }) => {
    if (expires !== undefined && expires < at.slice(0, 10)) return [];
    const names = new Set(sponsors.flatMap(({ id, userPrincipalName = id }) => [id, userPrincipalName.toLowerCase()]));
    const gone = (declared.get(listedAs) ?? []).filter((name) => !names.has(name.toLowerCase()));
    const blocked = listedAs === "" ? [] : sponsors.filter(({ active }) => !active);
    return [
      ...gone.map((name) => ({ address, finding: `the sponsor ${name} has left, or was taken off` })),
      ...blocked.map(({ name }) => ({ address, finding: `the sponsor ${name} is blocked from signing in` })),
    ];
  });
}

/** Whether everybody who answered for the guest has left. */
export function sponsorsLeft({ sponsors }: StandingGuest): boolean {
  return sponsors.length > 0 && sponsors.every(({ active }) => !active);
}

/** For how many days the guest has not signed in; `undefined` where it is not known, or nothing is recorded. */
export function daysAway({ lastSignIn }: StandingGuest, standing: Pick<Standing, "at">): number | undefined {
  return lastSignIn === noSignIn.none || lastSignIn === noSignIn.unknown ? undefined : daysSince(lastSignIn, standing);
}

/** Days until the guest's last day; infinite for those who have none, and for those who are past it. */
function daysLeft({ expires }: StandingGuest, { at }: Standing): number {
  if (expires === undefined || expires < at.slice(0, 10)) return Number.POSITIVE_INFINITY;
  return Math.round((Date.parse(expires) - Date.parse(at.slice(0, 10))) / day);
}

function reasonsOf(guest: StandingGuest, standing: Standing): string[] {
  const pending = guest.state === "pending" ? daysPending(guest, standing) : 0;
  const away = guest.state === "pending" ? undefined : daysAway(guest, standing);
  const left = daysLeft(guest, standing);
  return [
    ...(pending > limits.pending ? [`pending for ${pending} days`] : []),
    ...(away !== undefined && away > limits.away ? [`last signed in ${away} days ago`] : []),
    ...(guest.sponsors.length === 0 ? ["no sponsor"] : []),
    ...(sponsorsLeft(guest) ? ["sponsor blocked"] : []),
    ...(guest.enabled ? [] : ["blocked from signing in"]),
    ...(left <= limits.leaving ? [`leaves on ${guest.expires}`] : []),
  ];
}

/** The last months, the present one last, `YYYY-MM`. */
function months(at: string, number: number, first: number): string[] {
  const [year = 0, month = 1] = at.split("-").map(Number);
  return Array.from({ length: number }, (_, index) => {
    return new Date(Date.UTC(year, month - 1 + first + index, 1)).toISOString().slice(0, 7);
  });
}

function overTime({ at, guests }: Standing): MonthRow[] {
  const invited = guests.map((guest) => guest.invited.slice(0, 7)).sort();
  // Nobody accepts before they are invited, whatever a directory has been told of the time.
  const accepted = guests
    .filter(({ state }) => state !== "pending")
    .map(({ accepted = "", invited }) => (accepted > invited ? accepted : invited).slice(0, 7))
    .sort();
  const until = (sorted: string[], month: string) => sorted.filter((one) => one <= month).length;
  return months(at, monthsShown, 1 - monthsShown).map((month) => {
    const done = until(accepted, month);
    return { month, accepted: done, pending: until(invited, month) - done };
  });
}

function partnersOf(guests: readonly StandingGuest[]): PartnerRow[] {
  const rows = [...Map.groupBy(guests, ({ domain }) => domain)].map(([domain, members]): PartnerRow => {
    const pending = members.filter(({ state }) => state === "pending").length;
    const withoutSponsor = members.filter(({ sponsors }) => sponsors.length === 0).length;
    return { domain, accepted: members.length - pending, pending, withoutSponsor };
  });
  const size = ({ accepted, pending }: PartnerRow) => accepted + pending;
  rows.sort((one, other) => size(other) - size(one) || (one.domain < other.domain ? -1 : 1));
  const [shown, others] = [rows.slice(0, partnersShown), rows.slice(partnersShown)];
  if (others.length === 0) return shown;
  const sum = (key: "accepted" | "pending" | "withoutSponsor") => others.reduce((total, row) => total + row[key], 0);
  const domain = `${others.length} other ${others.length === 1 ? "domain" : "domains"}`;
  return [
    ...shown,
    { domain, accepted: sum("accepted"), pending: sum("pending"), withoutSponsor: sum("withoutSponsor") },
  ];
}

/** Ages in days, each up to and with the number. */
function banded(ages: readonly number[], bands: readonly (readonly [label: string, upTo: number])[]): Row[] {
  let from = -1;
  return bands.map(([label, upTo]) => {
    const count = ages.filter((age) => age > from && age <= upTo).length;
    from = upTo;
    return { label, count };
  });
}

const forever = Number.POSITIVE_INFINITY;

function pendingAges(standing: Standing): Row[] {
  const pending = standing.guests.filter(({ state }) => state === "pending");
  return banded(
    pending.map((guest) => daysPending(guest, standing)),
    [
      ["up to 7 days", 7],
      ["8 to 30 days", 30],
      ["31 to 90 days", 90],
      ["91 to 180 days", 180],
      ["longer than 180 days", forever],
    ],
  );
}

function signInsOf(standing: Standing): Row[] {
  const accepted = standing.guests.filter(({ state }) => state !== "pending");
  const known = accepted.flatMap((guest) => daysAway(guest, standing) ?? []);
  const rows = banded(known, [
    ["within 30 days", 30],
    ["31 to 90 days ago", 90],
    ["91 to 180 days ago", 180],
    ["181 to 365 days ago", 365],
    ["longer than a year ago", forever],
  ]);
  return [...rows, { label: "none recorded", count: accepted.length - known.length }];
}

function leavingOf({ at, guests }: Standing): Row[] {
  const today = at.slice(0, 10);
  const dated = guests.flatMap(({ expires }) => expires ?? []);
  const ahead = months(at, monthsAhead, 0);
  const later = ahead.at(-1) ?? "";
  const rows: Row[] = [
    { label: "last day has passed", count: dated.filter((day) => day < today).length },
    ...ahead.map((month) => ({
      label: month,
      count: dated.filter((day) => day >= today && day.slice(0, 7) === month).length,
    })),
    { label: "later", count: dated.filter((day) => day.slice(0, 7) > later).length },
  ];
  return rows.filter(({ label, count }) => count > 0 || label === today.slice(0, 7));
}
