/** So many units in any span of so many seconds. */
export interface GraphLimit {
  units: number;
  seconds: number;
}

/**
 * The limits that Microsoft publishes for what the provider does.
 *
 * Source: Microsoft's pages "Microsoft Graph service-specific throttling limits" (invitation manager; identity and
 * access) and "Exchange Online limits" (message rate).
 */
export const graphLimits = {
  /** Of a tenant, all applications together. */
  invitations: { units: 150, seconds: 5 },
  /** Of an application in a tenant. */
  writes: { units: 3_000, seconds: 150 },
  /** Resource units of an application in the smallest tenants: larger ones have 5,000 and 8,000. */
  resources: { units: 3_500, seconds: 10 },
  /** Of a mailbox. */
  mails: { units: 30, seconds: 60 },
} as const satisfies Record<string, GraphLimit>;

/** How many units a second a limit lets through in the long run. */
export function perSecond({ units, seconds }: GraphLimit): number {
  return units / seconds;
}
