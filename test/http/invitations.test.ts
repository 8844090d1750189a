import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InvitationMail } from "../../tenant/index.ts";
import { invitation, startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
const handedOver: InvitationMail[] = [];
beforeAll(async () => {
  tenant = await startTestTenant({ onInvitation: (mail) => void handedOver.push(mail) });
});
afterAll(() => tenant.remove());

const post = (body: unknown) => tenant.graph("POST", "/invitations", body);
const details =
  "$select=id,displayName,mail,otherMails,proxyAddresses,userPrincipalName,userType,creationType,externalUserState,accountEnabled";

describe("an invitation", () => {
  it("makes a guest who has yet to accept", async () => {
    const { status, body } = await post(invitation("ana@fabrikam.example", { invitedUserDisplayName: "Ana" }));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      invitedUserEmailAddress: "ana@fabrikam.example",
      invitedUserDisplayName: "Ana",
      invitedUserType: "Guest",
      inviteRedirectUrl: "https://myapps.microsoft.com",
      sendInvitationMessage: false,
      status: "PendingAcceptance",
    });
    expect(new URL(body.inviteRedeemUrl).origin).toBe(tenant.url);
    expect(new URL(body.inviteRedeemUrl).searchParams.get("ticket")).toHaveLength(43);

    const guest = await tenant.graph("GET", `/users/${body.invitedUser.id}?${details}`);
    expect(guest.body).toMatchObject({
      displayName: "Ana",
      mail: "ana@fabrikam.example",
      otherMails: ["ana@fabrikam.example"],
      proxyAddresses: ["SMTP:ana@fabrikam.example"],
      userPrincipalName: "ana_fabrikam.example#EXT#@contoso.onmicrosoft.com",
      userType: "Guest",
      creationType: "Invitation",
      externalUserState: "PendingAcceptance",
      accountEnabled: true,
    });
  });

  it("sends one mail where one is asked for, and none where not", async () => {
    await post(invitation("quiet@fabrikam.example"));
    const { body } = await post(
      invitation("loud@fabrikam.example", {
        sendInvitationMessage: true,
        invitedUserMessageInfo: {
          customizedMessageBody: "Welcome.",
          ccRecipients: [{ emailAddress: { address: "mira@contoso.example" } }],
        },
      }),
    );
    const mails = tenant.mails().filter(({ to }) => /quiet|loud/.test(to));
    expect(mails).toMatchObject([{ to: "loud@fabrikam.example", cc: ["mira@contoso.example"], kind: "invitation" }]);
    expect(handedOver.at(-1)).toMatchObject({
      to: "loud@fabrikam.example",
      organisation: "Contoso",
      inviter: "Contoso guest list",
      // An application's personal message is left out of Microsoft's mail.
      message: null,
      redeemUrl: body.inviteRedeemUrl,
      redirectUrl: "https://myapps.microsoft.com",
    });
  });

  it("of a guest who is there already answers with the same guest, and mails again only if asked", async () => {
    const id = await tenant.invite("bo@fabrikam.example", { sendInvitationMessage: true });
    const again = await post(invitation("BO@fabrikam.example", { invitedUserDisplayName: "Somebody else" }));
    expect(again.status).toBe(201);
    expect(again.body.invitedUser.id).toBe(id);
    expect(await post(invitation("bo@fabrikam.example", { sendInvitationMessage: true }))).toMatchObject({
      status: 201,
    });
    expect(tenant.mails().filter(({ to }) => to === "bo@fabrikam.example")).toHaveLength(2);
    expect((await tenant.graph("GET", `/users/${id}`)).body.displayName).toBe("bo");
  });

  it("sent many times at once makes one guest", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(invitation("one@fabrikam.example"))));
    expect(new Set(answers.map(({ body }) => body.invitedUser.id)).size).toBe(1);
    expect(tenant.guests().filter(({ mail }) => mail === "one@fabrikam.example")).toHaveLength(1);
  });

  it("of a guest who has accepted is completed at once", async () => {
    await tenant.invite("done@fabrikam.example");
    tenant.accept("done@fabrikam.example");
    expect((await post(invitation("done@fabrikam.example"))).body.status).toBe("Completed");
  });

  it("of a member is refused and names them", async () => {
    const { status, body } = await post(invitation("mira@contoso.example"));
    expect(status).toBe(400);
    const mira = tenant.users().find(({ mail }) => mail === "mira@contoso.example");
    expect(body.error.message).toContain(`already exists in the directory as object ID: ${mira?.id}`);
  });

  it("of a guest whose account is disabled is refused", async () => {
    const id = await tenant.invite("blocked@fabrikam.example");
    await tenant.graph("PATCH", `/users/${id}`, { accountEnabled: false });
    const { status, body } = await post(invitation("blocked@fabrikam.example"));
    expect(status).toBe(400);
    expect(body.error.message).toContain("blocked from signing in");
  });

  it("of a deleted guest makes a new one, and the old one stays in the recycle bin", async () => {
    const old = await tenant.invite("back@fabrikam.example");
    await tenant.graph("DELETE", `/users/${old}`);
    const id = await tenant.invite("back@fabrikam.example");
    expect(id).not.toBe(old);
    const restored = await tenant.graph("POST", `/directory/deletedItems/${old}/restore`);
    expect(restored.status).toBe(400);
    expect(restored.body.error.message).toContain("userPrincipalName already exists");
  });

  it("gives two addresses two principal names, even where they would be written alike", async () => {
    await tenant.invite("a_b@c.example");
    await tenant.invite("a@b_c.example");
    const names = tenant.guests().map(({ userPrincipalName }) => userPrincipalName);
    expect(new Set(names).size).toBe(names.length);
  });

  it("records the sponsors", async () => {
    const [mira] = tenant.users();
    const id = await tenant.invite("sponsored@fabrikam.example", { invitedUserSponsors: [{ id: mira?.id }] });
    const { body } = await tenant.graph("GET", `/users/${id}?$expand=sponsors`);
    expect(body.sponsors).toMatchObject([{ "@odata.type": "#microsoft.graph.user", id: mira?.id }]);
  });

  it("with a sponsor who is not there makes no guest", async () => {
    const sponsor = "00000000-0000-4000-8000-000000000000";
    const { status } = await post(invitation("orphan@fabrikam.example", { invitedUserSponsors: [{ id: sponsor }] }));
    expect(status).toBe(404);
    expect(tenant.guests().some(({ mail }) => mail === "orphan@fabrikam.example")).toBe(false);
  });
});

describe("a redemption that is reset", () => {
  it("keeps the guest's object id, asks them to accept again and takes a new address that the directory knows", async () => {
    const id = await tenant.invite("old@fabrikam.example");
    tenant.accept("old@fabrikam.example");
    const unknown = await post(invitation("new@fabrikam.example", { resetRedemption: true, invitedUser: { id } }));
    expect(unknown.status).toBe(400);
    expect(unknown.body.error.message).toContain("doesn't match any emails on the user object");
    await tenant.graph("PATCH", `/users/${id}`, { mail: "new@fabrikam.example", otherMails: ["new@fabrikam.example"] });
    const { status, body } = await post(
      invitation("new@fabrikam.example", { resetRedemption: true, invitedUser: { id } }),
    );
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: "PendingAcceptance", invitedUser: { id } });
    const guest = await tenant.graph("GET", `/users/${id}?$select=mail,proxyAddresses,externalUserState`);
    expect(guest.body).toMatchObject({
      mail: "new@fabrikam.example",
      proxyAddresses: ["SMTP:new@fabrikam.example"],
      externalUserState: "PendingAcceptance",
    });
  });

  it("is refused to a guest who is disabled, and an address that somebody else has is refused before", async () => {
    const id = await tenant.invite("barred@fabrikam.example");
    await tenant.invite("taken@fabrikam.example");
    expect((await tenant.graph("PATCH", `/users/${id}`, { mail: "taken@fabrikam.example" })).status).toBe(400);
    await tenant.graph("PATCH", `/users/${id}`, { accountEnabled: false });
    const reset = { resetRedemption: true, invitedUser: { id } };
    expect((await post(invitation("barred@fabrikam.example", reset))).status).toBe(400);
  });

  it("needs the guest to be named", async () => {
    expect((await post(invitation("x@fabrikam.example", { resetRedemption: true }))).status).toBe(400);
  });
});

describe("a bad invitation", () => {
  it.each(["invitedUserEmailAddress", "inviteRedirectUrl"])("without %s is refused by name", async (property) => {
    const { status, body } = await post({ ...invitation("x@fabrikam.example"), [property]: undefined });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: "BadRequest", message: expect.stringContaining(property) });
  });

  it.each([...'~!#$%^&*()+=[]{}\\/|;:"<>?,'])("with %s in the address is refused", async (character) => {
    expect((await post(invitation(`a${character}b@fabrikam.example`))).status).toBe(400);
  });

  it.each([".a@b.example", "a-@b.example", "a@@b.example", "a", "@b.example", "a@", "a@b"])(
    "to %s is refused",
    async (address) => {
      expect((await post(invitation(address))).status).toBe(400);
    },
  );

  it("to an address with underscores at its ends is none", async () => {
    expect((await post(invitation("_a_@fabrikam.example"))).status).toBe(201);
  });

  it.each([
    [
      "two copies",
      {
        invitedUserMessageInfo: {
          ccRecipients: ["a", "b"].map((name) => ({ emailAddress: { address: `${name}@contoso.example` } })),
        },
      },
    ],
    ["an unknown property", { invitedUserMail: "a@b.example" }],
    ["a type of user that is none", { invitedUserType: "Partner" }],
    ["a redirect URL that is none", { inviteRedirectUrl: "myapps" }],
    ["a text where a truth value belongs", { sendInvitationMessage: "yes" }],
  ])("with %s is refused", async (_, more) => {
    const { status, body } = await post(invitation("x@fabrikam.example", more));
    expect(status).toBe(400);
    expect(body.error.code).toBe("BadRequest");
  });

  it("that is no JSON is refused", async () => {
    expect((await post("{")).body.error.message).toContain("JSON");
  });

  it("leaves no guest and no mail behind", () => {
    expect(tenant.guests().some(({ mail }) => mail === "x@fabrikam.example")).toBe(false);
  });

  it.each(["GET", "DELETE", "PATCH"])(
    "%s is not allowed: an invitation is made and never seen again",
    async (method) => {
      expect((await tenant.graph(method, "/invitations", method === "PATCH" ? {} : undefined)).status).toBe(405);
    },
  );
});

describe("the collaboration rules", () => {
  it("invite from the allowed domains only, not from their subdomains", async () => {
    const strict = await startTestTenant({ collaboration: { allowedDomains: ["Fabrikam.example"] } });
    expect((await strict.graph("POST", "/invitations", invitation("a@fabrikam.example"))).status).toBe(201);
    const refused = await strict.graph("POST", "/invitations", invitation("a@mail.fabrikam.example"));
    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toContain("mail.fabrikam.example");
    await strict.remove();
  });

  it("invite nobody from a denied domain", async () => {
    const strict = await startTestTenant({ collaboration: { deniedDomains: ["fabrikam.example"] } });
    expect((await strict.graph("POST", "/invitations", invitation("a@Fabrikam.example"))).status).toBe(400);
    expect((await strict.graph("POST", "/invitations", invitation("a@northwind.example"))).status).toBe(201);
    await strict.remove();
  });
});
