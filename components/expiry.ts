import * as pulumi from "@pulumi/pulumi";
import { byExpiry, calendarDay } from "../model/calendar-day.ts";
import type { GuestArgs } from "./generated/sdk.ts";

/** More names than this make a log line that nobody reads. */
const mostNamed = 20;

/**
 * Says, in previews too, who has left the list because their last day has passed, and whose last day is near: while
 * there is time to renew it.
 *
 * @param current the guests who are on the list
 * @param expired those who left it
 * @param notice how many days ahead to say so; 0 says nothing ahead
 * @param day today, `YYYY-MM-DD` in UTC
 * @param component the list that they are on
 */
export function announceExpiry(
  current: readonly GuestArgs[],
  expired: readonly GuestArgs[],
  notice: number,
  day: string,
  component: pulumi.Resource,
): void {
  if (expired.length > 0) {
    const subject = expired.length === 1 ? "1 guest has" : `${expired.length} guests have`;
    void pulumi.log.warn(`${subject} passed the expiry date and left the list: ${named(expired)}`, component);
  }
  const leaving = notice === 0 ? [] : byExpiry(current, dayAfter(day, notice + 1)).expired;
  if (leaving.length > 0) {
    const subject = leaving.length === 1 ? "1 guest leaves" : `${leaving.length} guests leave`;
    const message = `${subject} the list within ${notice} days: ${named(soonestFirst(leaving))}. Move expires to keep them.`;
    void pulumi.log.warn(message, component);
  }
}

function named(guests: readonly GuestArgs[]): string {
  const names = guests
    .slice(0, mostNamed)
    .map(({ email, expires = "" }) => `${email} (${calendarDay(expires) ?? expires})`);
  const more = guests.length > mostNamed ? [`and ${guests.length - mostNamed} more`] : [];
  return [...names, ...more].join(", ");
}

function soonestFirst(guests: readonly GuestArgs[]): GuestArgs[] {
  return guests.toSorted((one, other) => (one.expires ?? "").localeCompare(other.expires ?? ""));
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}
