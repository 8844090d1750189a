import { html } from "hono/html";
import { accessOf, applicationsOf } from "../../domain/app-access.ts";
import { inviteAgain } from "../../domain/invite-guest.ts";
import { isExpired, makeLinksOld } from "../../domain/redeem-invitation.ts";
import { deleteUser } from "../../domain/user-lifecycle.ts";
import type { Property } from "../../store/described-types.ts";
import type { Invitation } from "../../store/invitation-store.ts";
import { type User, userType } from "../../store/object-types.ts";
import { isInvited, recycleBinDays } from "../../store/user-store.ts";
import { form, type Markup, show } from "./page-layout.ts";
import { PageError, type PageRequest, type PageRoute, type Site } from "./page-request.ts";

/** `/directory/users/{id}`: everything about one user, and what an admin does with a guest. */
export function userPageRoutes(site: Site): PageRoute[] {
  const path = "/directory/users/:id";
  return [
    { method: "GET", path, handle: (c) => userPage(site, c) },
    { method: "POST", path: `${path}/resend`, handle: (c) => resend(site, c) },
    { method: "POST", path: `${path}/age-links`, handle: (c) => ageLinks(site, c) },
    { method: "GET", path: `${path}/confirm-delete`, handle: (c) => confirmPage(site, c) },
    { method: "POST", path: `${path}/delete`, handle: (c) => remove(site, c) },
  ];
}

function userPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const user = site.store.users.visible(c.req.param("id") ?? "");
  if (user === undefined) throw noSuchUser();
  const invitations = site.store.invitations.ofUser(user.id);
  const body = html`
    <p class="crumb"><a href="/directory">← Directory</a></p>
    <div class="heading">
      <div>
        <h1><bdi>${user.displayName}</bdi></h1>
        <p class="lead"><bdi class="address">${user.mail ?? user.userPrincipalName}</bdi></p>
      </div>
      ${user.externalUserState && html`<p class="badges">${stateBadge(user)}${hasExpiredLink(site, user) && html` ${badge("blocked", "Link expired")}`}</p>`}
    </div>
    ${notice(c)}
    ${facts(site, user)}
    ${isInvited(user) && actions(site, c, user, invitations)}
    ${invitations.length > 0 && invitationList(site, user, invitations)}
    ${isInvited(user) && accessLists(site, user)}`;
  return show(site, c, { title: user.displayName, body, shape: "sheet", part: "directory" });
}

function facts(site: Site, user: User): Markup {
  const entries: [term: string, value: Markup | string | null][] = [
    ["Type", user.userType],
    ["Account", user.accountEnabled ? "Enabled" : "Blocked"],
    ["State since", user.externalUserStateChangeDateTime && dateAndTime(user.externalUserStateChangeDateTime)],
    ["Created", dateAndTime(user.createdDateTime)],
    ["Sponsor", sponsorNames(site, user).join(", ")],
    ...profileOf(user),
    ["Principal name", html`<code>${user.userPrincipalName}</code>`],
    ["Object id", html`<code>${user.id}</code>`],
  ];
  return html`<dl class="facts">${entries.map(([term, value]) => value && html`<div><dt>${term}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>`;
}

/** The rows that the description of a user names, each with the values of its properties. */
function profileOf(user: User): [term: string, value: string][] {
  const rows = new Map<string, string[]>();
  const described: [name: string, property: Property][] = Object.entries(userType.properties);
  for (const [name, { shownAs }] of described) {
    const value = user[name as keyof User];
    if (shownAs !== undefined && value) rows.set(shownAs, [...(rows.get(shownAs) ?? []), String(value)]);
  }
  return [...rows].map(([term, values]) => [term, values.join(term === "Name" ? " " : ", ")]);
}

function actions(site: Site, c: PageRequest, user: User, [last]: readonly Invitation[]): Markup {
  const path = `/directory/users/${user.id}`;
  const isPending = last !== undefined && user.externalUserState === "PendingAcceptance" && user.accountEnabled;
  const canAge = isPending && !isExpired(site.store, last);
  return html`<div class="actions">
      ${isPending && form(c, `${path}/resend`, {}, html`<button class="button">Send the invitation again</button>`)}
      ${canAge && form(c, `${path}/age-links`, {}, html`<button class="button quiet">Let the link expire</button>`)}
      <a class="button danger quiet" href="${path}/confirm-delete">Delete…</a>
    </div>`;
}

function confirmPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const { id, displayName, mail, userPrincipalName } = liveGuest(site, c);
  const path = `/directory/users/${id}`;
  const body = html`
    <h1>Delete <bdi>${displayName}</bdi>?</h1>
    <p class="lead"><bdi class="address">${mail ?? userPrincipalName}</bdi> loses access at once, and their invitation links stop working.</p>
    <p>The guest goes to the recycle bin. For ${recycleBinDays} days you can restore them, with their groups, applications and roles.</p>
    ${form(
      c,
      `${path}/delete`,
      {},
      html`<p class="actions"><button class="button danger">Delete ${displayName}</button> <a class="button quiet" href="${path}">Keep</a></p>`,
    )}`;
  return show(site, c, { title: `Delete ${displayName}?`, body, shape: "card" });
}

function invitationList(site: Site, user: User, invitations: readonly Invitation[]): Markup {
  return html`<h2>Invitations</h2>
    <ol class="invitations" reversed>${invitations.map(
      (invitation) => html`
      <li>
        <p><strong>${dateAndTime(invitation.createdDateTime)}</strong> by <bdi>${inviterOf(site, invitation)}</bdi></p>
        <p class="hint">${linkState(site, user, invitation)} Leads to <bdi class="address">${invitation.redirectUrl}</bdi></p>
        ${invitation.message && html`<blockquote dir="auto">${invitation.message}</blockquote>`}
        ${invitation.message && isLeftOut(site, invitation) && html`<p class="hint">Left out of Microsoft’s mail, because an application invited.</p>`}
      </li>`,
    )}
    </ol>`;
}

/** The person who invited, or the application that did so by itself. */
function inviterOf({ store }: Pick<Site, "store">, { inviterId = "", appId }: Invitation): string {
  return store.users.current(inviterId)?.displayName ?? store.registrations.nameOf(appId);
}

function isLeftOut({ store: { rehearsal } }: Site, { inviterId }: Invitation): boolean {
  return inviterId === undefined && !rehearsal.applicationsMessageArrives;
}

function linkState(site: Site, user: User, invitation: Invitation): string {
  if (site.store.invitations.isSuperseded(invitation)) return "Dead link: a reset replaced it.";
  if (user.externalUserState === "Accepted") return "Link used.";
  return isExpired(site.store, invitation) ? "Link expired." : "Link good.";
}

/** What the guest may reach. */
function accessLists(site: Site, user: User): Markup {
  const { groups, azure } = accessOf(site.store, user.userPrincipalName);
  const subscription = `/subscriptions/${site.store.settings.subscriptionId}`;
  const lists: [heading: string, entries: string[], none: string][] = [
    ["Groups", groups, "The guest is in no group."],
    [
      "Applications",
      applicationsOf(site.store, user.id).map(({ displayName }) => displayName),
      "None is assigned to this guest or to a group of theirs.",
    ],
    [
      "Azure roles",
      azure.map((role) => role.replace(subscription, "").replace(/ at $/, " at the subscription")),
      "The guest has no role in Azure.",
    ],
  ];
  return html`${lists.map(
    ([heading, entries, none]) => html`<h2>${heading}</h2>
    ${entries.length > 0 ? html`<ul class="access">${entries.map((entry) => html`<li><bdi>${entry}</bdi></li>`)}</ul>` : html`<p class="hint">${none}</p>`}`,
  )}`;
}

function resend(site: Site, c: PageRequest): Response {
  const guest = liveGuest(site, c);
  const path = `/directory/users/${guest.id}`;
  if (inviteAgain(site.inviting, guest, c.var.writeOptions)) return c.redirect(afterwards(path, "resent"), 303);
  throw new PageError(
    409,
    "There is nothing to send again",
    "This guest has accepted already, or was never invited by mail. Nothing was sent.",
    { links: [{ text: "Back to the guest", href: path }] },
  );
}

function ageLinks(site: Site, c: PageRequest): Response {
  const guest = liveGuest(site, c);
  site.store.database.write(() => makeLinksOld(site.store, guest));
  return c.redirect(afterwards(`/directory/users/${guest.id}`, "aged"), 303);
}

function remove(site: Site, c: PageRequest): Response {
  const { id } = liveGuest(site, c);
  deleteUser(site.store, id, c.var.writeOptions);
  c.var.browser.remember({ ...c.var.browser.session, deletedId: id });
  return c.redirect(afterwards("/directory", "deleted"), 303);
}

/** @throws PageError 404, or 403 for a member of the organisation */
function liveGuest({ store }: Site, c: PageRequest): User {
  const user = store.users.current(c.req.param("id") ?? "");
  if (user === undefined) throw noSuchUser();
  if (isInvited(user)) return user;
  throw new PageError(403, "Not a guest", "You can’t change members of the organisation here.", {
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

/** What a button has done, told on the page that follows. Fixed texts: the address of a page can say nothing else. */
const noticeTexts = {
  deleted: "The user is in the recycle bin, and can be restored for 30 days.",
  aged: "The guest’s links have expired. Open one to see what a guest sees who is late.",
  resent: "One invitation mail was sent again.",
  restored: "The user is back, as they were.",
  purged: "The user is gone for good.",
} as const;

/** The address of a page that says what was done. */
export function afterwards(path: string, done: keyof typeof noticeTexts): string {
  return `${path}?done=${done}`;
}

export function notice(c: PageRequest): Markup | undefined {
  const done = c.req.query("done") ?? "";
  return Object.hasOwn(noticeTexts, done)
    ? html`<p class="notice" role="status">${noticeTexts[done as keyof typeof noticeTexts]}</p>`
    : undefined;
}

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

function dateAndTime(iso: string): Markup {
  return html`<time datetime="${iso}">${minute.format(new Date(iso))} UTC</time>`;
}

/** Where a user stands, in a word and a sign: colour is never the only difference. */
export function stateBadge(user: User): Markup {
  if (!user.accountEnabled) return badge("blocked", "Blocked");
  if (user.externalUserState === "Accepted") return badge("accepted", "Accepted");
  if (user.externalUserState === "PendingAcceptance") return badge("pending", "Pending");
  return html`<span class="none">–<span class="unseen"> not a guest</span></span>`;
}

/** The same in a word, to sort by. */
export function stateOf({ accountEnabled, externalUserState }: User): string {
  return accountEnabled ? (externalUserState ?? "~") : "Blocked";
}

/** Whether a guest who has yet to accept has no link that is good. */
export function hasExpiredLink({ store }: Pick<Site, "store">, user: User): boolean {
  if (user.externalUserState !== "PendingAcceptance") return false;
  const [last] = store.invitations.ofUser(user.id);
  return last !== undefined && isExpired(store, last);
}

const dayMs = 24 * 60 * 60 * 1000;
const days = new Intl.NumberFormat("en", { style: "unit", unit: "day", unitDisplay: "long" });

/** How long ago the last invitation was; marked where a guest has let it lie for long. */
export function ageBadge({ store }: Pick<Site, "store">, user: User, invitedAt: string): Markup {
  const age = Math.floor((store.now().getTime() - Date.parse(invitedAt)) / dayMs);
  const text = age < 1 ? "Today" : days.format(age);
  return user.externalUserState === "PendingAcceptance" && age >= 30 ? badge("old", text) : html`<span>${text}</span>`;
}

export function badge(kind: "accepted" | "pending" | "blocked" | "old", text: string): Markup {
  return html`<span class="badge ${kind}">${text}</span>`;
}

/** When a guest was invited last, and by which application; `undefined` for a member. */
export function lastInvitation({ store }: Site, user: User): { at: string; by: string } | undefined {
  const [last] = store.invitations.ofUser(user.id);
  if (last === undefined) return undefined;
  return { at: last.createdDateTime, by: inviterOf({ store }, last) };
}

/** The names of a user's sponsors. */
export function sponsorNames({ store: { users } }: Site, user: User): string[] {
  return user.sponsors.map((id) => (users.visible(id) ?? users.visible(id, "deleted"))?.displayName ?? id);
}
