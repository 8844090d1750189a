import { html } from "hono/html";
import { addressesOf, comparable, type User } from "../../store/user.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { notice } from "./notice.ts";
import { type Markup, show } from "./page-layout.ts";
import { pageLinks, pageOf } from "./paging.ts";
import type { PageRequest, PageRoute } from "./route.ts";
import { date, lastInvitation, sponsorNames, stateBadge } from "./user-facts.ts";

const filters = {
  everybody: { text: "Everybody", fits: () => true },
  pending: { text: "Pending guests", fits: (user: User) => user.externalUserState === "PendingAcceptance" },
  accepted: { text: "Accepted guests", fits: (user: User) => user.externalUserState === "Accepted" },
  members: { text: "Members", fits: (user: User) => user.userType === "Member" },
} as const;
type FilterName = keyof typeof filters;

/** `/directory`: the users of the tenant, for its admin. */
export function directoryListRoutes(tenant: TenantContext): PageRoute[] {
  return [{ method: "GET", path: "/directory", handle: (c) => listPage(tenant, c) }];
}

function listPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const search = (c.req.query("q") ?? "").trim();
  const name = c.req.query("show") ?? "";
  const filter: FilterName = Object.hasOwn(filters, name) ? (name as FilterName) : "everybody";
  const found = [...tenant.users.list("live")]
    .map(({ user }) => user)
    .filter((user) => filters[filter].fits(user) && matches(user, search));
  const page = pageOf(found, c.req.query("page"));
  const body = html`
    <h1>Directory</h1>
    <p class="lead">The users of ${tenant.settings.organisation}. What you do here, Graph sees; what Graph does, you see here.</p>
    ${notice(c)}
    ${searchForm(search, filter)}
    <p class="count" role="status">${countOf(found.length, search, filter)}</p>
    ${found.length > 0 && table(tenant, page.items)}
    ${pageLinks(page, "/directory", { ...(search && { q: search }), ...(filter !== "everybody" && { show: filter }) })}`;
  return show(tenant, c, { title: "Directory", body, shape: "sheet", part: "directory" });
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

// The roles are written out because a table that the stylesheet lays out anew on a phone is no table to some browsers.
function table(tenant: TenantContext, users: readonly User[]): Markup {
  return html`<table class="people" role="table" aria-label="Users">
      <thead role="rowgroup"><tr role="row">${["Name", "Type", "State", "Invited", "Sponsor"].map((heading) => html`<th role="columnheader" scope="col">${heading}</th>`)}</tr></thead>
      <tbody role="rowgroup">${users.map((user) => row(tenant, user))}
      </tbody>
    </table>`;
}

function row(tenant: TenantContext, user: User): Markup {
  const invited = lastInvitation(tenant, user);
  const sponsors = sponsorNames(tenant, user);
  return html`
        <tr role="row">
          <th role="rowheader" scope="row"><a href="/directory/users/${user.id}"><bdi>${user.displayName}</bdi></a><bdi class="address">${user.mail ?? user.userPrincipalName}</bdi></th>
          <td role="cell" data-label="Type">${user.userType}</td>
          <td role="cell" data-label="State">${stateBadge(user)}</td>
          <td role="cell" data-label="Invited">${invited ? html`<span>${date(invited.at)} <span class="by">by <bdi>${invited.by}</bdi></span></span>` : html`<span class="none">–<span class="unseen"> not invited</span></span>`}</td>
          <td role="cell" data-label="Sponsor">${sponsors.length > 0 ? html`<bdi>${sponsors.join(", ")}</bdi>` : html`<span class="none">–<span class="unseen"> none</span></span>`}</td>
        </tr>`;
}
