import type { RemovedGuest } from "../comment/guest-changes.ts";
import type { GuestReport } from "../comment/guest-report.ts";

/** What the daily run found and did. */
export interface DailyReport {
  stack: string;
  /** Addresses of guests whom somebody deleted in the tenant since the last run. */
  gone: string[];
  /** Addresses of guests who accepted since the last run. */
  accepted: string[];
  /** Guests whose day has passed; removed by this run. */
  expired: RemovedGuest[];
  /** What an `up` would do now, the expired guests aside: how the tenant differs from the list. */
  difference: GuestReport;
  /** Why the run could not do its work; empty when it could. */
  errors: string[];
}

/** Whether somebody has to decide something: bring the list to the tenant, or the tenant to the list. */
export function hasDrift({ difference }: DailyReport): boolean {
  const { added, changed, removed, access, other } = difference;
  return [added, changed, removed, access, other].some((changes) => changes.length > 0);
}
