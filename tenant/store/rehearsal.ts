import * as z from "zod";

/**
 * What the tenant does where the real service may do either: what a rehearsal chooses, at the start or while the tenant
 * runs (`PATCH /_tenant/rehearsal`). The defaults are what the real service does in a tenant as Microsoft makes it.
 */
export const rehearsal = z.strictObject({
  /** How many messages a mailbox may send in a minute; `null` for any number. Exchange Online: 30. */
  messagesPerMinute: z.int().min(1).nullable().default(null),
  /** How long a request to a mailbox takes, in milliseconds: what makes requests to it overlap. */
  mailboxMilliseconds: z.int().min(0).max(60_000).default(10),
});
export type Rehearsal = z.output<typeof rehearsal>;
