/** Calendar days, `YYYY-MM-DD` in UTC: the `expires` of a guest. Two such texts compare as the days do. */

/** The rule, for error messages. */
export const calendarDayRule = "a day is a real date written as YYYY-MM-DD";

/**
 * What may follow the day: Pulumi's CLI hands an unquoted YAML date over as `2027-03-31 00:00:00 +0000 UTC` (and
 * rewrites the file that way); other YAML readers make it `2027-03-31T00:00:00Z`.
 */
const midnightInUtc = /^(?:T00:00:00(?:\.0+)?(?:Z|\+00:00)| 00:00:00 \+0000 UTC)?$/;

/**
 * Reads a day.
 *
 * @param text the day as written, or as a YAML reader turned it into midnight in UTC
 * @returns `YYYY-MM-DD`, or `undefined` when it is no day of the calendar (such as 2027-02-30)
 */
export function calendarDay(text: string): string | undefined {
  const day = text.slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !midnightInUtc.test(text.slice(10))) return undefined;
  const date = new Date(`${day}T00:00:00Z`);
  // JavaScript takes 30 February for 2 March; a day that comes back as another one was none.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) ? day : undefined;
}

/**
 * The day that somebody wrote in another form than YYYY-MM-DD, where it can be one day only: `31.3.2027`, `2027/03/31`.
 *
 * @returns `YYYY-MM-DD`, or `undefined`
 */
export function meantDay(written: string): string | undefined {
  const text = written.trim();
  const yearFirst = /^(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:$|[T ])/.exec(text);
  if (yearFirst !== null) return dayOf(yearFirst[1], yearFirst[2], yearFirst[3]);
  const dayFirst = /^(\d{1,2})(?:\.\s?|[-/])(\d{1,2})(?:\.\s?|[-/])(\d{4})$/.exec(text);
  // With slashes, 4/3/2027 is a day in March in one country and one in April in another.
  const isClear = text.includes(".") || Number(dayFirst?.[1]) > 12;
  return dayFirst !== null && isClear ? dayOf(dayFirst[3], dayFirst[2], dayFirst[1]) : undefined;
}

function dayOf(year = "", month = "", day = ""): string | undefined {
  return calendarDay(`${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`);
}

/** Today in UTC. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/**
 * Splits guests into those who stay on a day and those whose `expires` lies before it.
 *
 * @param guests the guests, `expires` in any form that {@link calendarDay} reads
 * @param day the day to judge by, `YYYY-MM-DD`
 */
export function byExpiry<Guest extends { expires?: string }>(guests: readonly Guest[], day: string) {
  const hasExpired = ({ expires }: Guest) => expires !== undefined && (calendarDay(expires) ?? expires) < day;
  return { current: guests.filter((guest) => !hasExpired(guest)), expired: guests.filter(hasExpired) };
}
