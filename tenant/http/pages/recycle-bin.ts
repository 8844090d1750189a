import { html } from "hono/html";
import type { UserState } from "../../store/user.ts";
import { recycleBinDays } from "../../store/user-store.ts";
import type { TenantContext } from "../../tenant-context.ts";
import { purgeUser, restoreUser } from "../graph/graph-directory-routes.ts";
import { form } from "./form.ts";
import { afterwards, notice } from "./notice.ts";
import { PageError } from "./page-error.ts";
import { type Markup, show } from "./page-layout.ts";
import { pageLinks, pageOf } from "./paging.ts";
import type { PageRequest, PageRoute } from "./route.ts";
import { date } from "./user-facts.ts";

const binPath = "/directory/deleted";
const dayMs = 24 * 60 * 60 * 1000;

/** `/directory/deleted`: the recycle bin. */
export function recycleBinRoutes(tenant: TenantContext): PageRoute[] {
  return [
    { method: "GET", path: binPath, handle: (c) => binPage(tenant, c) },
    { method: "POST", path: `${binPath}/:id/restore`, handle: (c) => restore(tenant, c) },
    { method: "GET", path: `${binPath}/:id/purge`, handle: (c) => confirmPage(tenant, c) },
    { method: "POST", path: `${binPath}/:id/purge`, handle: (c) => purge(tenant, c) },
  ];
}

function binPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const page = pageOf([...tenant.users.list("deleted")], c.req.query("page"));
  const body = html`
    <h1>Recycle bin</h1>
    <p class="lead">Deleted users can be restored for ${recycleBinDays} days, with their object id and all that belongs to them.</p>
    ${notice(c)}
    ${
      page.items.length > 0
        ? table(c, page.items)
        : html`<div class="empty"><p><strong>The recycle bin is empty</strong></p><p>Whoever is deleted, here or through Graph, appears here.</p></div>`
    }
    ${pageLinks(page, binPath)}`;
  return show(tenant, c, { title: "Recycle bin", body, shape: "sheet", part: "recycle-bin" });
}

function table(c: PageRequest, users: readonly UserState[]): Markup {
  return html`<table class="people bin" role="table" aria-label="Deleted users">
      <thead role="rowgroup"><tr role="row">${["Name", "Deleted", "Gone for good", "What to do"].map((heading) => html`<th role="columnheader" scope="col">${heading}</th>`)}</tr></thead>
      <tbody role="rowgroup">${users.map((state) => row(c, state))}
      </tbody>
    </table>`;
}

function row(c: PageRequest, { user, deletedDateTime }: UserState): Markup {
  const deleted = deletedDateTime ?? "";
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

function confirmPage(tenant: TenantContext, c: PageRequest): Response | Promise<Response> {
  const id = c.req.param("id") ?? "";
  const state = tenant.users.current(id);
  if (state === undefined || state.deletedDateTime === null) throw notInBin();
  const { displayName, mail, userPrincipalName } = state.user;
  const body = html`
    <h1>Delete <bdi>${displayName}</bdi> for good?</h1>
    <p class="lead"><bdi class="address">${mail ?? userPrincipalName}</bdi> cannot be restored afterwards: not their object id, not their memberships, not their access.</p>
    ${form(
      c,
      `${binPath}/${id}/purge`,
      {},
      html`<p class="actions"><button class="button danger">Delete for good</button> <a class="button quiet" href="${binPath}">Keep</a></p>`,
    )}`;
  return show(tenant, c, { title: "Delete for good?", body, shape: "card" });
}

function restore(tenant: TenantContext, c: PageRequest): Response {
  const id = deletedId(tenant, c);
  restoreUser(tenant, id, c.var.writeOptions);
  return c.redirect(afterwards(`/directory/users/${id}`, "restored"), 303);
}

function purge(tenant: TenantContext, c: PageRequest): Response {
  purgeUser(tenant, deletedId(tenant, c), c.var.writeOptions);
  return c.redirect(afterwards(binPath, "purged"), 303);
}

/** @throws PageError 404 */
function deletedId(tenant: TenantContext, c: PageRequest): string {
  const id = c.req.param("id") ?? "";
  const state = tenant.users.current(id);
  if (state === undefined || state.deletedDateTime === null) throw notInBin();
  return id;
}

function notInBin(): PageError {
  return new PageError(404, "Not in the recycle bin", "The user has been restored or deleted for good since.", {
    links: [{ text: "To the recycle bin", href: binPath }],
  });
}
