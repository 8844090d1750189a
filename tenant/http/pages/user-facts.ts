import { html } from "hono/html";
import type { User } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import type { Markup } from "./page-layout.ts";

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const minute = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

export function date(iso: string): Markup {
  return html`<time datetime="${iso}">${day.format(new Date(iso))}</time>`;
}

export function dateAndTime(iso: string): Markup {
  return html`<time datetime="${iso}">${minute.format(new Date(iso))} UTC</time>`;
}

/** Where a user stands, in a word and a sign: colour is never the only difference. */
export function stateBadge(user: User): Markup {
  if (!user.accountEnabled) return badge("blocked", "Blocked");
  if (user.externalUserState === "Accepted") return badge("accepted", "Accepted");
  if (user.externalUserState === "PendingAcceptance") return badge("pending", "Pending");
  return html`<span class="none">–<span class="unseen"> not a guest</span></span>`;
}

function badge(kind: "accepted" | "pending" | "blocked", text: string): Markup {
  return html`<span class="badge ${kind}">${text}</span>`;
}

/** When a guest was invited last, and by which application; `undefined` for a member. */
export function lastInvitation(tenant: TenantContext, user: User): { at: string; by: string } | undefined {
  const [last] = tenant.invitations.ofUser(user.id);
  if (last === undefined) return undefined;
  return { at: last.createdDateTime, by: applicationName(tenant, last.appId) };
}

export function applicationName(tenant: TenantContext, appId: string): string {
  return tenant.applications.find(appId)?.displayName ?? `application ${appId}`;
}

/** The names of a user's sponsors. */
export function sponsorNames(tenant: TenantContext, user: User): string[] {
  return user.sponsors.map((id) => tenant.users.visible(id)?.user.displayName ?? id);
}
