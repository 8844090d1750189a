import { html } from "hono/html";
import { purgeUser, restoreUser } from "../../domain/user-lifecycle.ts";
import { comparable } from "../../store/described-types.ts";
import type { User } from "../../store/object-types.ts";
import { addressesOf, isInvited, recycleBinDays } from "../../store/user-store.ts";
import { form, type Markup, show } from "./page-layout.ts";
import { PageError, type PageRequest, type PageRoute, type Site } from "./page-request.ts";
import {
  afterwards,
  ageBadge,
  badge,
  date,
  hasExpiredLink,
  lastInvitation,
  notice,
  sponsorNames,
  stateBadge,
  stateOf,
} from "./user-page.ts";

type Fits = (site: Site, user: User) => boolean;
const filters = {
  everybody: { text: "Everybody", fits: () => true },
  guests: { text: "Guests", fits: (_, user) => isInvited(user) },
  pending: { text: "Pending guests", fits: (_, user) => user.externalUserState === "PendingAcceptance" },
  expired: { text: "Expired links", fits: (site, user) => hasExpiredLink(site, user) },
  accepted: { text: "Accepted guests", fits: (_, user) => user.externalUserState === "Accepted" },
  members: { text: "Members", fits: (_, user) => user.userType === "Member" },
} as const satisfies Record<string, { text: string; fits: Fits }>;
type FilterName = keyof typeof filters;

/** A user with what their row shows and the list is sorted by. */
interface Row {
  user: User;
  invited: { at: string; by: string } | undefined;
  sponsors: string[];
}

const byName = (one: Row, other: Row) => one.user.displayName.localeCompare(other.user.displayName, "en");
/** The newest first; who was never invited comes last, as on the other way round. */
const byInvitation = (one: Row, other: Row) => (other.invited?.at ?? "").localeCompare(one.invited?.at ?? "");
const sorts = {
  guests: {
    text: "Guests first, newest invitation first",
    compare: (one, other) =>
      Number(isInvited(other.user)) - Number(isInvited(one.user)) || byInvitation(one, other) || byName(one, other),
  },
  name: { text: "Name", compare: byName },
  state: {
    text: "State",
    compare: (one, other) => stateOf(one.user).localeCompare(stateOf(other.user)) || byName(one, other),
  },
  newest: { text: "Newest invitation", compare: byInvitation },
  oldest: {
    text: "Oldest invitation",
    compare: (one, other) => (one.invited?.at ?? "~").localeCompare(other.invited?.at ?? "~"),
  },
  sponsor: {
    text: "Sponsor",
    compare: (one, other) =>
      (one.sponsors[0] ?? "~").localeCompare(other.sponsors[0] ?? "~", "en") || byName(one, other),
  },
} as const satisfies Record<string, { text: string; compare: (one: Row, other: Row) => number }>;
type SortName = keyof typeof sorts;

/** What is asked of the list, as its address has it. */
interface Asked {
  search: string;
  filter: FilterName;
  sort: SortName;
}

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
  const asked: Asked = {
    search: (c.req.query("q") ?? "").trim(),
    filter: named(filters, c.req.query("show"), "everybody"),
    sort: named(sorts, c.req.query("sort"), "guests"),
  };
  const found = [...site.store.users.list("live")]
    .map(({ object }) => object)
    .filter((user) => filters[asked.filter].fits(site, user) && matches(user, asked.search))
    .map((user) => ({ user, invited: lastInvitation(site, user), sponsors: sponsorNames(site, user) }))
    .sort(sorts[asked.sort].compare);
  const page = pageOf(found, c.req.query("page"));
  const body = html`
    <h1>Directory</h1>
    <p class="lead">${site.store.settings.organisation}’s guests and members. Changes made here and through Graph are the same data.</p>
    ${deletedNotice(site, c) ?? notice(c)}
    ${searchForm(asked)}
    <p class="count" role="status">${countOf(found.length, asked)}</p>
    ${found.length > 0 && userTable(site, asked, page.items)}
    ${pageLinks(page, "/directory", queryOf(asked))}`;
  return show(site, c, { title: "Directory", body, shape: "sheet", part: "directory" });
}

function named<T extends object>(choices: T, name = "", usual: keyof T & string): keyof T & string {
  return Object.hasOwn(choices, name) ? (name as keyof T & string) : usual;
}

/** Only what is not usual, so that addresses stay short. */
function queryOf({ search, filter, sort }: Asked): Record<string, string> {
  return {
    ...(search && { q: search }),
    ...(filter !== "everybody" && { show: filter }),
    ...(sort !== "guests" && { sort }),
  };
}

/** Who was deleted just now in this browser, by name, with a button that undoes it. */
function deletedNotice({ store }: Site, c: PageRequest): Markup | undefined {
  const { deletedId } = c.var.browser.session;
  const user = deletedId === undefined ? undefined : store.users.current(deletedId, "deleted");
  if (c.req.query("done") !== "deleted" || user === undefined) return undefined;
  return html`<div class="notice" role="status"><p><strong><bdi>${user.displayName}</bdi></strong> is in the recycle bin, and can be restored for ${recycleBinDays} days.</p>
      ${form(c, `${binPath}/${user.id}/restore`, {}, html`<button class="button quiet small">Undo<span class="unseen">: restore ${user.displayName}</span></button>`)}</div>`;
}

/** A user is found by a part of their name, or of any address or principal name of theirs. */
function matches(user: User, search: string): boolean {
  const wanted = comparable(search);
  return [comparable(user.displayName), ...addressesOf(user)].some((text) => text.includes(wanted));
}

function searchForm({ search, filter, sort }: Asked): Markup {
  const choice = (name: string, label: string, choices: Record<string, { text: string }>, chosen: string) =>
    html`<div><label for="${name}">${label}</label><select id="${name}" name="${name}">${Object.entries(choices).map(
      ([value, { text }]) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
    )}</select></div>`;
  return html`<form class="search" method="get" action="/directory" role="search">
      <div class="grow"><label for="q">Name or address</label><input id="q" name="q" type="search" value="${search}" maxlength="254"></div>
      ${choice("show", "Show", filters, filter)}
      ${choice("sort", "Sort by", sorts, sort)}
      <button class="button quiet">Search</button>
    </form>`;
}

function countOf(count: number, { search, filter }: Asked): Markup {
  const what = count === 1 ? "1 user" : `${count} users`;
  if (search === "" && filter === "everybody") return html`${what}`;
  const asked = search === "" ? "" : html` for “<bdi>${search}</bdi>”`;
  return html`${what}${asked}${filter !== "everybody" && `, ${filters[filter].text.toLowerCase()}`}. <a href="/directory">Show everybody</a>`;
}

/** A heading that sorts by its column; a second press turns the order of the invitations round. */
function heading(text: string, asked: Asked): Markup {
  const sorted: Partial<Record<string, [sort: SortName, order: "ascending" | "descending"]>> = {
    Name: ["name", "ascending"],
    State: ["state", "ascending"],
    Invited: asked.sort === "newest" ? ["oldest", "ascending"] : ["newest", "descending"],
    Sponsor: ["sponsor", "ascending"],
  };
  const choice = sorted[text];
  if (choice === undefined) return html`<th role="columnheader" scope="col">${text}</th>`;
  const current =
    text === "Invited"
      ? { newest: "descending", oldest: "ascending" }[asked.sort as string]
      : asked.sort === choice[0] && choice[1];
  const address = `/directory?${new URLSearchParams(queryOf({ ...asked, sort: choice[0] }))}`;
  return html`<th role="columnheader" scope="col"${current && html` aria-sort="${current}"`}><a href="${address}">${text}${current && html`<span aria-hidden="true"> ${current === "ascending" ? "↑" : "↓"}</span>`}</a></th>`;
}

// The roles are written out: on a phone the stylesheet lays the table out anew, and then some browsers see no table.
function userTable(site: Site, asked: Asked, rows: readonly Row[]): Markup {
  return html`<table class="people" role="table" aria-label="Users">
      <thead role="rowgroup"><tr role="row">${["Name", "Type", "State", "Invited", "Sponsor", "Age"].map((text) => heading(text, asked))}</tr></thead>
      <tbody role="rowgroup">${rows.map((row) => userRow(site, row))}
      </tbody>
    </table>`;
}

function userRow(site: Site, { user, invited, sponsors }: Row): Markup {
  return html`
        <tr role="row">
          <th role="rowheader" scope="row"><a href="/directory/users/${user.id}"><bdi>${user.displayName}</bdi></a><bdi class="address">${user.mail ?? user.userPrincipalName}</bdi></th>
          <td role="cell" data-label="Type">${user.userType}</td>
          <td role="cell" data-label="State"><span>${stateBadge(user)}${hasExpiredLink(site, user) && html` ${badge("blocked", "Link expired")}`}</span></td>
          <td role="cell" data-label="Invited">${invited ? html`<span>${date(invited.at)} <span class="by">by <bdi>${invited.by}</bdi></span></span>` : html`<span class="none">–<span class="unseen"> not invited</span></span>`}</td>
          <td role="cell" data-label="Sponsor">${sponsors.length > 0 ? html`<bdi>${sponsors.join(", ")}</bdi>` : html`<span class="none">–<span class="unseen"> none</span></span>`}</td>
          <td role="cell" data-label="Age">${invited ? ageBadge(site, user, invited.at) : html`<span class="none">–<span class="unseen"> not invited</span></span>`}</td>
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
            <a class="button danger quiet small" href="${path}/purge">Delete for good<span class="unseen">: ${user.displayName}</span></a>
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

/** Which pages a list of so many links to: the first, the last, and those around the one that is shown. */
function linked(number: number, pages: number): number[] {
  const isNear = (page: number) => page === 1 || page === pages || Math.abs(page - number) <= 1;
  return Array.from({ length: pages }, (_, index) => index + 1).filter((page) => pages <= 6 || isNear(page));
}

/** Links to the pages of a list, and a field for the number of any; nothing where one page is all. */
function pageLinks<T>(
  { number, pages }: ListPage<T>,
  path: string,
  query: Record<string, string> = {},
): Markup | undefined {
  if (pages === 1) return undefined;
  const to = (page: number) => `${path}?${new URLSearchParams({ ...query, page: String(page) })}`;
  const shown = linked(number, pages);
  const step = (page: number, text: string, sign: string) =>
    page >= 1 &&
    page <= pages &&
    html`<a class="step" href="${to(page)}"><span aria-hidden="true">${sign}</span><span class="unseen">${text}</span></a>`;
  const numbers = shown.map(
    (page, index) =>
      html`${index > 0 && page > (shown[index - 1] ?? 0) + 1 && html`<span class="step" aria-hidden="true">…</span>`}${
        page === number
          ? html`<span class="step" aria-current="page"><span class="unseen">Page </span>${page}</span>`
          : html`<a class="step" href="${to(page)}"><span class="unseen">Page </span>${page}</a>`
      }`,
  );
  const jump = html`<form method="get" action="${path}">${Object.entries(query).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <label for="page">Page</label><input id="page" name="page" type="number" min="1" max="${pages}" value="${number}" inputmode="numeric"><button class="button quiet small">Go</button></form>`;
  return html`<nav class="jump" aria-label="Pages"><span class="unseen">Page ${number} of ${pages}</span>${step(number - 1, "Previous page", "←")}${numbers}${step(number + 1, "Next page", "→")}${pages > 6 && jump}</nav>`;
}
