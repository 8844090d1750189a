import { html } from "hono/html";
import { purgeUser, restoreUser } from "../../domain/user-lifecycle.ts";
import { comparable } from "../../store/described-types.ts";
import type { User } from "../../store/object-types.ts";
import { addressesOf, recycleBinDays } from "../../store/user-store.ts";
import { form, type Markup, show } from "./page-layout.ts";
import { PageError, type PageRequest, type PageRoute, type Site } from "./page-request.ts";
import { afterwards, date, lastInvitation, notice, sponsorNames, stateBadge } from "./user-page.ts";

const filters = {
  everybody: { text: "Everybody", fits: () => true },
  pending: { text: "Pending guests", fits: (user: User) => user.externalUserState === "PendingAcceptance" },
  accepted: { text: "Accepted guests", fits: (user: User) => user.externalUserState === "Accepted" },
  members: { text: "Members", fits: (user: User) => user.userType === "Member" },
} as const;
type FilterName = keyof typeof filters;

const binPath = "/directory/deleted";

/** `/directory`, the users of the tenant for its admin, and `/directory/deleted`, the recycle bin. */
export function directoryRoutes(site: Site): PageRoute[] {
  return [
    { method: "GET", path: "/directory", handle: (c) => listPage(site, c) },
    { method: "GET", path: binPath, handle: (c) => binPage(site, c) },
    { method: "POST", path: `${binPath}/:id/restore`, handle: (c) => restore(site, c) },
    { method: "GET", path: `${binPath}/:id/purge`, handle: (c) => confirmPage(site, c) },
    { method: "POST", path: `${binPath}/:id/purge`, handle: (c) => purge(site, c) },
  ];
}

function listPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const search = (c.req.query("q") ?? "").trim();
  const name = c.req.query("show") ?? "";
  const filter: FilterName = Object.hasOwn(filters, name) ? (name as FilterName) : "everybody";
  const found = [...site.store.users.list("live")]
    .map(({ object }) => object)
    .filter((user) => filters[filter].fits(user) && matches(user, search));
  const page = pageOf(found, c.req.query("page"));
  const body = html`
    <h1>Directory</h1>
    <p class="lead">${site.store.settings.organisation}’s users. Changes made here and through Graph are the same data.</p>
    ${notice(c)}
    ${searchForm(search, filter)}
    <p class="count" role="status">${countOf(found.length, search, filter)}</p>
    ${found.length > 0 && userTable(site, page.items)}
    ${pageLinks(page, "/directory", { ...(search && { q: search }), ...(filter !== "everybody" && { show: filter }) })}`;
  return show(site, c, { title: "Directory", body, shape: "sheet", part: "directory" });
}

/** A user is found by a part of their name, or of any address or principal name of theirs. */
function matches(user: User, search: string): boolean {
  const wanted = comparable(search);
  return [comparable(user.displayName), ...addressesOf(user)].some((text) => text.includes(wanted));
}

function searchForm(search: string, filter: FilterName): Markup {
  return html`<form class="search" method="get" action="/directory" role="search">
      <div class="grow"><label for="q">Name or address</label><input id="q" name="q" type="search" value="${search}" maxlength="254"></div>
      <div><label for="show">Show</label><select id="show" name="show">${Object.entries(filters).map(
        ([name, { text }]) => html`<option value="${name}"${name === filter && html` selected`}>${text}</option>`,
      )}</select></div>
      <button class="button quiet">Search</button>
    </form>`;
}

function countOf(count: number, search: string, filter: FilterName): Markup {
  const what = count === 1 ? "1 user" : `${count} users`;
  if (search === "" && filter === "everybody") return html`${what}`;
  const asked = search === "" ? "" : html` for “<bdi>${search}</bdi>”`;
  return html`${what}${asked}${filter !== "everybody" && `, ${filters[filter].text.toLowerCase()}`}. <a href="/directory">Show everybody</a>`;
}

// The roles are written out: on a phone the stylesheet lays the table out anew, and then some browsers see no table.
function userTable(site: Site, users: readonly User[]): Markup {
  return html`<table class="people" role="table" aria-label="Users">
      <thead role="rowgroup"><tr role="row">${["Name", "Type", "State", "Invited", "Sponsor"].map((heading) => html`<th role="columnheader" scope="col">${heading}</th>`)}</tr></thead>
      <tbody role="rowgroup">${users.map((user) => userRow(site, user))}
      </tbody>
    </table>`;
}

function userRow(site: Site, user: User): Markup {
  const invited = lastInvitation(site, user);
  const sponsors = sponsorNames(site, user);
  return html`
        <tr role="row">
          <th role="rowheader" scope="row"><a href="/directory/users/${user.id}"><bdi>${user.displayName}</bdi></a><bdi class="address">${user.mail ?? user.userPrincipalName}</bdi></th>
          <td role="cell" data-label="Type">${user.userType}</td>
          <td role="cell" data-label="State">${stateBadge(user)}</td>
          <td role="cell" data-label="Invited">${invited ? html`<span>${date(invited.at)} <span class="by">by <bdi>${invited.by}</bdi></span></span>` : html`<span class="none">–<span class="unseen"> not invited</span></span>`}</td>
          <td role="cell" data-label="Sponsor">${sponsors.length > 0 ? html`<bdi>${sponsors.join(", ")}</bdi>` : html`<span class="none">–<span class="unseen"> none</span></span>`}</td>
        </tr>`;
}

const dayMs = 24 * 60 * 60 * 1000;

function binPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const page = pageOf(
    [...site.store.users.list("deleted")].map(({ object }) => object),
    c.req.query("page"),
  );
  const body = html`
    <h1>Recycle bin</h1>
    <p class="lead">Deleted users can be restored for ${recycleBinDays} days, with their object id and all that belongs to them.</p>
    ${notice(c)}
    ${
      page.items.length > 0
        ? binTable(c, page.items)
        : html`<div class="empty"><p><strong>The recycle bin is empty</strong></p><p>Whoever is deleted, here or through Graph, appears here.</p></div>`
    }
    ${pageLinks(page, binPath)}`;
  return show(site, c, { title: "Recycle bin", body, shape: "sheet", part: "recycle-bin" });
}

function binTable(c: PageRequest, users: readonly User[]): Markup {
  return html`<table class="people bin" role="table" aria-label="Deleted users">
      <thead role="rowgroup"><tr role="row">${["Name", "Deleted", "Gone for good", "What to do"].map((heading) => html`<th role="columnheader" scope="col">${heading}</th>`)}</tr></thead>
      <tbody role="rowgroup">${users.map((user) => binRow(c, user))}
      </tbody>
    </table>`;
}

function binRow(c: PageRequest, user: User): Markup {
  const deleted = user.deletedDateTime ?? "";
  const goneAt = new Date(Date.parse(deleted) + recycleBinDays * dayMs).toISOString();
  const path = `${binPath}/${user.id}`;
  return html`
        <tr role="row">
          <th role="rowheader" scope="row"><bdi>${user.displayName}</bdi><bdi class="address">${user.mail ?? user.userPrincipalName}</bdi></th>
          <td role="cell" data-label="Deleted">${date(deleted)}</td>
          <td role="cell" data-label="Gone for good">${date(goneAt)}</td>
          <td role="cell"><div class="actions">
            ${form(c, `${path}/restore`, {}, html`<button class="button quiet small">Restore<span class="unseen"> ${user.displayName}</span></button>`)}
            <a class="button quiet small" href="${path}/purge">Delete for good<span class="unseen">: ${user.displayName}</span></a>
          </div></td>
        </tr>`;
}

function confirmPage(site: Site, c: PageRequest): Response | Promise<Response> {
  const { id, displayName, mail, userPrincipalName } = deletedUser(site, c);
  const body = html`
    <h1>Delete <bdi>${displayName}</bdi> for good?</h1>
    <p class="lead"><bdi class="address">${mail ?? userPrincipalName}</bdi> cannot be restored afterwards: not their object id, not their memberships, not their access.</p>
    ${form(
      c,
      `${binPath}/${id}/purge`,
      {},
      html`<p class="actions"><button class="button danger">Delete for good</button> <a class="button quiet" href="${binPath}">Keep</a></p>`,
    )}`;
  return show(site, c, { title: "Delete for good?", body, shape: "card" });
}

function restore(site: Site, c: PageRequest): Response {
  const { id } = deletedUser(site, c);
  restoreUser(site.store, id, c.var.writeOptions);
  return c.redirect(afterwards(`/directory/users/${id}`, "restored"), 303);
}

function purge(site: Site, c: PageRequest): Response {
  purgeUser(site.store, deletedUser(site, c).id, c.var.writeOptions);
  return c.redirect(afterwards(binPath, "purged"), 303);
}

/** @throws PageError 404 */
function deletedUser({ store }: Site, c: PageRequest): User {
  const user = store.users.current(c.req.param("id") ?? "", "deleted");
  if (user === undefined) throw notInBin();
  return user;
}

function notInBin(): PageError {
  return new PageError(404, "Not in the recycle bin", "The user has been restored or deleted for good since.", {
    links: [{ text: "To the recycle bin", href: binPath }],
  });
}

const pageSize = 25;

/** One page of a list. */
interface ListPage<T> {
  items: T[];
  /** Counts from 1. */
  number: number;
  pages: number;
}

/** @param asked the number as the address has it; anything else than a page that exists becomes the nearest one */
function pageOf<T>(all: readonly T[], asked: string | undefined): ListPage<T> {
  const pages = Math.max(1, Math.ceil(all.length / pageSize));
  const number = Math.min(pages, Math.max(1, Math.trunc(Number(asked)) || 1));
  return { items: all.slice((number - 1) * pageSize, number * pageSize), number, pages };
}

/** Links to the pages before and after; nothing where one page is all. */
function pageLinks<T>(
  { number, pages }: ListPage<T>,
  path: string,
  query: Record<string, string> = {},
): Markup | undefined {
  if (pages === 1) return undefined;
  const link = (page: number, text: string) =>
    page >= 1 && page <= pages
      ? html`<a class="button quiet" href="${path}?${new URLSearchParams({ ...query, page: String(page) })}">${text}</a>`
      : html`<span></span>`;
  return html`<nav class="pages" aria-label="Pages">${link(number - 1, "← Previous")}<span>Page ${number} of ${pages}</span>${link(number + 1, "Next →")}</nav>`;
}
