import { describe, expect, it } from "vitest";
import { cannot, errorOf, GraphError, isNotFound } from "./graph-errors.ts";

function answered(body: unknown) {
  return errorOf({ status: 404, headers: { "request-id": "1" }, body });
}

describe("[Low] Graph's own 404", () => {
  it.each([
    ["with innerError null", { error: { code: "Request_ResourceNotFound", message: "no", innerError: null } }],
    ["without an inner error", { error: { code: "Request_ResourceNotFound", message: "no" } }],
    ["without a message", { error: { code: "Request_ResourceNotFound", message: null } }],
    ["as odata.error", { "odata.error": { code: "Request_ResourceNotFound", message: { lang: "en", value: "no" } } }],
  ])("is known %s", (_, body) => {
    expect(isNotFound(answered(body))).toBe(true);
    expect(answered(body).message).toContain("Request_ResourceNotFound");
  });

  it.each([
    ["a page", undefined],
    ["no code", { error: { message: "no" } }],
    ["an empty code", { error: { code: "" } }],
  ])("is not taken from %s", (_, body) => {
    expect(isNotFound(answered(body))).toBe(false);
  });
});

describe("the next step after a refusal", () => {
  const refused = (status: number, code: string, message: string) =>
    errorOf({ status, headers: { "request-id": "1" }, body: { error: { code, message } } });

  it.each([
    [
      "[A6] an invitation without its permission, which is 401",
      refused(
        401,
        "Unauthorized",
        "Insufficient privileges to perform requested operation by the application on MSGraphInviteAPI",
      ),
      /User\.Invite\.All to send invitations/,
    ],
    [
      "[A6] a token that is refused",
      refused(401, "InvalidAuthenticationToken", "expired"),
      /check the tenant, the cloud/,
    ],
    [
      "[A6] invitations that the tenant restricts, which is 403",
      refused(403, "Forbidden", "Guest invitations not allowed for your company. Contact your company administrator"),
      /restricts who may invite.*User\.Invite\.All itself/,
    ],
    ["[A9] a group's address", refused(400, "BadRequest", "Group email address is not supported."), /a group's/],
    [
      "[A9] an address of this directory",
      refused(400, "BadRequest", "The invited user's domain is a verified domain of this directory."),
      /need no invitation/,
    ],
    [
      "[A9] cross-tenant access",
      refused(400, "BadRequest", "blocked by cross-tenant access settings"),
      /block the guest's organisation/,
    ],
    [
      "[A10] a 500 that does not pass",
      refused(500, "InternalServerError", "Unable to find target address"),
      /correct the address/,
    ],
  ])("names the cause of %s", (_, error, words) => {
    expect(error).toBeInstanceOf(GraphError);
    expect(cannot("invite", "ana@fabrikam.example", error).message).toMatch(words);
  });

  it("[A11] says for guests who hold roles that no permission of Graph is enough", () => {
    const error = refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    expect(cannot("delete", "ana@fabrikam.example", error).message).toMatch(
      /administrator role.*role-assignable group/,
    );
    expect(cannot("invite", "ana@fabrikam.example", error).message).not.toContain("administrator role");
  });
});
