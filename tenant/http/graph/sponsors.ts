import type { TenantContext } from "../../tenant-context.ts";
import { badRequest, notFound } from "./errors.ts";
import { toReadUsers, toWriteSponsors } from "./graph-permissions.ts";
import { contextOf, type GraphRequest, type GraphRoute, readBody } from "./graph-request.ts";
import { currentUser, visibleUser } from "./graph-user-routes.ts";
import { representSponsors } from "./user-representation.ts";

/** A user has at most so many sponsors (Graph, "Assign sponsors"). */
const mostSponsors = 5;

/** `/users/{id}/sponsors` (Graph, "List sponsors", "Assign sponsors", "Remove sponsors"). */
export function sponsorRoutes(tenant: TenantContext): GraphRoute[] {
  const path = "/users/:id/sponsors";
  return [
    { method: "GET", path, permissions: toReadUsers, handle: (c) => listSponsors(tenant, c) },
    { method: "POST", path: `${path}/$ref`, permissions: toWriteSponsors, handle: (c) => addSponsor(tenant, c) },
    {
      method: "DELETE",
      path: `${path}/:sponsor/$ref`,
      permissions: toWriteSponsors,
      handle: (c) => removeSponsor(tenant, c),
    },
  ];
}

function listSponsors(tenant: TenantContext, c: GraphRequest): Response {
  const { user } = visibleUser(tenant, c);
  return c.json({
    "@odata.context": contextOf(tenant, c, "directoryObjects"),
    value: representSponsors(tenant, user),
  });
}

async function addSponsor(tenant: TenantContext, c: GraphRequest): Promise<Response> {
  const sponsor = referencedId((await readBody(c))["@odata.id"]);
  tenant.database.write(() => {
    const { user } = currentUser(tenant, c);
    if (user.sponsors.includes(sponsor)) {
      throw badRequest(
        "One or more added object references already exist for the following modified properties: 'sponsors'.",
      );
    }
    const sponsors = [...user.sponsors, sponsor];
    assertSponsors(tenant, sponsors);
    tenant.users.save({ user: { ...user, sponsors }, deletedDateTime: null });
  }, c.var.writeOptions);
  return c.body(null, 204);
}

function removeSponsor(tenant: TenantContext, c: GraphRequest): Response {
  const sponsor = (c.req.param("sponsor") ?? "").toLowerCase();
  tenant.database.write(() => {
    const { user } = currentUser(tenant, c);
    if (!user.sponsors.includes(sponsor)) throw notFound(sponsor);
    const sponsors = user.sponsors.filter((id) => id !== sponsor);
    tenant.users.save({ user: { ...user, sponsors }, deletedDateTime: null });
  }, c.var.writeOptions);
  return c.body(null, 204);
}

/** Every sponsor is a live user of the tenant, and there are not too many. @throws GraphError 400 or 404 */
export function assertSponsors(tenant: TenantContext, ids: readonly string[]): void {
  if (ids.length > mostSponsors) throw badRequest(`A user has at most ${mostSponsors} sponsors.`);
  for (const id of ids) {
    const sponsor = tenant.users.current(id);
    if (sponsor === undefined || sponsor.deletedDateTime !== null) throw notFound(id);
  }
}

/** The object id at the end of a reference such as `https://graph.microsoft.com/v1.0/users/{id}`. @throws GraphError 400 */
export function referencedId(reference: unknown): string {
  const id =
    typeof reference === "string"
      ? /\/(?:users|directoryobjects)[/(]'?([\da-f-]{36})'?\)?$/i.exec(reference)?.[1]
      : undefined;
  if (id === undefined) throw badRequest("Invalid URL in @odata.id: a reference to a user is expected.", "BadRequest");
  return id.toLowerCase();
}
