import { html } from "hono/html";
import { inviteGuest } from "../../domain/invite-guest.ts";
import { isExpired } from "../../domain/redeem-invitation.ts";
import type { Invitation } from "../../store/invitation-store.ts";
import type { User } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { moveToRecycleBin } from "../graph/graph-user-routes.ts";
import { form } from "./form.ts";
import { afterwards, notice } from "./notice.ts";
import { PageError } from "./page-error.ts";
import { type Markup, show } from "./page-layout.ts";
import type { PageRequest, PageRoute } from "./route.ts";
import { applicationName, dateAndTime, sponsorNames, stateBadge } from "./user-facts.ts";

/** `/directory/users/{id}`: everything about one user, and what an admin does with a guest. */
export function guestRoutes(tenant: TenantContext): PageRoute[] {
  const path = "/directory/users/:id";
  return [
    { method: "GET", path, handle: (c) => userPage(tenant, c) },
    { method: "POST", path: `${path}/resend`, handle: (c) => resend(tenant, c) },
    { method: "POST", path: `${path}/delete`, handle: (c) => remove(tenant, c) },
  ];
}

function userPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const state = tenant.users.visible(c.req.param("id") ?? "");
  if (state === undefined || state.deletedDateTime !== null) throw noSuchUser();
  const { user } = state;
  const invitations = tenant.invitations.ofUser(user.id);
  const body = html`
    <p class="crumb"><a href="/directory">← Directory</a></p>
    <div class="heading">
      <div>
        <h1><bdi>${user.displayName}</bdi></h1>
        <p class="lead"><bdi class="address">${user.mail ?? user.userPrincipalName}</bdi></p>
      </div>
      ${user.externalUserState && stateBadge(user)}
    </div>
    ${notice(c)}
    ${facts(tenant, user)}
    ${isGuest(user) && actions(c, user, invitations)}
    ${invitations.length > 0 && invitationList(tenant, user, invitations)}
    ${isGuest(user) && applicationList(tenant, user)}`;
  return show(tenant, c, { title: user.displayName, body, shape: "sheet", part: "directory" });
}

function isGuest({ creationType }: User): boolean {
  return creationType === "Invitation";
}

function facts(tenant: TenantContext, user: User): Markup {
  const name = [user.givenName, user.surname].filter(Boolean).join(" ");
  const job = [user.jobTitle, user.department, user.companyName].filter(Boolean).join(", ");
  const entries: [string, Markup | string | null][] = [
    ["Type", user.userType],
    ["Account", user.accountEnabled ? "Enabled" : "Blocked"],
    ["State since", user.externalUserStateChangeDateTime && dateAndTime(user.externalUserStateChangeDateTime)],
    ["Created", dateAndTime(user.createdDateTime)],
    ["Sponsor", sponsorNames(tenant, user).join(", ")],
    ["Name", name],
    ["Work", job],
    ["Usage location", user.usageLocation],
    ["Principal name", html`<code>${user.userPrincipalName}</code>`],
    ["Object id", html`<code>${user.id}</code>`],
  ];
  return html`<dl class="facts">${entries.map(([term, value]) => value && html`<div><dt>${term}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>`;
}

function actions(c: PageRequest, user: User, [last]: readonly Invitation[]): Markup {
  const path = `/directory/users/${user.id}`;
  const canResend = last !== undefined && user.externalUserState === "PendingAcceptance" && user.accountEnabled;
  return html`<div class="actions">
      ${canResend && form(c, `${path}/resend`, {}, html`<button class="button">Send the invitation again</button>`)}
      ${form(c, `${path}/delete`, {}, html`<button class="button danger">Delete</button>`)}
    </div>`;
}

function invitationList(tenant: TenantContext, user: User, invitations: readonly Invitation[]): Markup {
  return html`<h2>Invitations</h2>
    <ol class="invitations" reversed>${invitations.map(
      (invitation) => html`
      <li>
        <p><strong>${dateAndTime(invitation.createdDateTime)}</strong> by <bdi>${applicationName(tenant, invitation.appId)}</bdi></p>
        <p class="hint">${linkState(tenant, user, invitation)} Leads to <bdi class="address">${invitation.redirectUrl}</bdi></p>
        ${invitation.message && html`<blockquote dir="auto">${invitation.message}</blockquote>`}
      </li>`,
    )}
    </ol>`;
}

function linkState(tenant: TenantContext, user: User, invitation: Invitation): string {
  if (tenant.invitations.isSuperseded(invitation)) return "Link dead: a reset has taken its place.";
  if (user.externalUserState === "Accepted") return "Link used.";
  return isExpired(tenant, invitation) ? "Link expired." : "Link good.";
}

function applicationList(tenant: TenantContext, user: User): Markup {
  const applications = tenant.applicationsOf(user.id);
  return html`<h2>Applications</h2>
    ${
      applications.length > 0
        ? html`<ul>${applications.map(({ displayName }) => html`<li><bdi>${displayName}</bdi></li>`)}</ul>`
        : html`<p class="hint">None is assigned to this guest or to a group of theirs.</p>`
    }`;
}

/** Sends the last invitation again, by the way that POST /invitations takes: a new link, one mail. */
function resend(tenant: TenantContext, c: PageRequest): Response {
  const user = liveGuest(tenant, c);
  const [last] = tenant.invitations.ofUser(user.id);
  if (last === undefined || user.externalUserState !== "PendingAcceptance") {
    throw new PageError(
      409,
      "There is nothing to send again",
      "This guest has accepted already, or was never invited by mail. Nothing was sent.",
      { links: [{ text: "Back to the guest", href: `/directory/users/${user.id}` }] },
    );
  }
  inviteGuest(
    tenant,
    {
      // By the address that the directory has now: by another one, a guest of its own might be made.
      emailAddress: user.mail ?? last.emailAddress,
      redirectUrl: last.redirectUrl,
      displayName: null,
      sendMessage: true,
      userType: user.userType,
      messageBody: last.message ?? null,
      messageLanguage: last.language ?? null,
      ccRecipients: last.cc ?? [],
      resetRedemption: false,
      sponsors: [],
    },
    { appId: last.appId, appName: applicationName(tenant, last.appId) },
    c.var.writeOptions,
  );
  return c.redirect(afterwards(`/directory/users/${user.id}`, "resent"), 303);
}

function remove(tenant: TenantContext, c: PageRequest): Response {
  tenant.database.write(() => moveToRecycleBin(tenant, liveGuest(tenant, c)), c.var.writeOptions);
  return c.redirect(afterwards("/directory", "deleted"), 303);
}

/** @throws PageError 404, or 403 for somebody whom no invitation has brought here */
function liveGuest(tenant: TenantContext, c: PageRequest): User {
  const state = tenant.users.current(c.req.param("id") ?? "");
  if (state === undefined || state.deletedDateTime !== null) throw noSuchUser();
  if (isGuest(state.user)) return state.user;
  throw new PageError(403, "This is no guest", "Members of the organisation are not changed here.", {
    links: [{ text: "To the directory", href: "/directory" }],
  });
}

function noSuchUser(): PageError {
  return new PageError(404, "There is no such user", "They may have been deleted since. Look in the recycle bin.", {
    links: [
      { text: "To the directory", href: "/directory" },
      { text: "To the recycle bin", href: "/directory/deleted" },
    ],
  });
}
