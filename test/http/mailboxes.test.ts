import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mailsTo } from "./mail-inbox.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTestTenant({ mail: { smtpPort: 0, inboxPort: 0 } });
});
afterAll(() => tenant.remove());

const mailbox = "/users/invitations@contoso.example";
const keyId = "String {6f1b2f0c-2d0e-4d0b-9d2a-0b7d8f1d1c11} Name EntraGuestsKey";
const immutable = { prefer: 'IdType="ImmutableId"' };
const to = (address: string) => [{ emailAddress: { address } }];
const draft = (address: string, more: Record<string, unknown> = {}) => ({
  subject: "Welcome",
  body: {
    contentType: "HTML",
    content: '<p>Dear Ana,</p><p><a href="https://contoso.example/r?a=1&amp;b=2">Accept</a></p>',
  },
  toRecipients: to(address),
  ...more,
});
const keyed = (value: string) => ({ singleValueExtendedProperties: [{ id: keyId, value }] });
const byKey = (value: string, id = keyId) =>
  `${mailbox}/messages?$filter=${encodeURIComponent(`singleValueExtendedProperties/any(ep: ep/id eq '${id}' and ep/value eq '${value}')`)}`;

describe("[mail] a draft with a key", () => {
  it("is found by the key, sent once, and found again in Sent Items under the same immutable id", async () => {
    const body = draft("ana@fabrikam.example", { ...keyed("ana/1"), ccRecipients: to("bo@fabrikam.example") });
    const made = await tenant.graph("POST", `${mailbox}/messages`, body, immutable);
    expect(made.status).toBe(201);
    expect(made.headers.get("preference-applied")).toBe('IdType="ImmutableId"');
    expect(made.body).toMatchObject({ isDraft: true, subject: "Welcome", body: { contentType: "html" } });
    expect(made.body.singleValueExtendedProperties).toBeUndefined();
    const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${keyId}')`);
    const found = await tenant.graph(
      "GET",
      `${byKey("ANA/1")}&$expand=${expand}&$select=id,isDraft&$top=2`,
      undefined,
      immutable,
    );
    expect(found.body.value).toEqual([
      { id: made.body.id, isDraft: true, singleValueExtendedProperties: [{ id: keyId, value: "ana/1" }] },
    ]);

    expect((await tenant.graph("POST", `${mailbox}/messages/${made.body.id}/send`)).status).toBe(202);
    const [mail] = await mailsTo(tenant, "ana@fabrikam.example");
    expect(mail?.from).toEqual([{ address: "invitations@contoso.example", name: "Contoso invitations" }]);
    expect(mail?.html).toContain("<p>Dear Ana,</p>");
    expect(mail?.text).toContain("Dear Ana,\n\nAccept <https://contoso.example/r?a=1&b=2>");
    expect(mail?.cc?.map(({ address }) => address)).toEqual(["bo@fabrikam.example"]);

    const sent = await tenant.graph("GET", byKey("ana/1"), undefined, immutable);
    expect(sent.body.value).toMatchObject([{ id: made.body.id, isDraft: false }]);
    const folder = await tenant.graph("GET", `${mailbox}/mailFolders/SentItems`);
    expect(folder.body).toMatchObject({ displayName: "Sent Items", totalItemCount: 1 });
    expect(sent.body.value[0].parentFolderId).toBe(folder.body.id);
    expect((await tenant.graph("GET", `${mailbox}/mailFolders/sentitems/messages`)).body.value).toHaveLength(1);
    expect((await tenant.graph("GET", `${mailbox}/mailFolders/drafts/messages`)).body.value).toEqual([]);
    expect((await tenant.graph("POST", `${mailbox}/messages/${made.body.id}/send`)).body.error.code).toBe(
      "ErrorInvalidOperation",
    );
  });

  it("is found by its exact name and by no other value", async () => {
    await tenant.graph("POST", `${mailbox}/messages`, draft("x@fabrikam.example", keyed("exact")));
    expect((await tenant.graph("GET", byKey("exac"))).body.value).toEqual([]);
    expect(
      (await tenant.graph("GET", byKey("exact", keyId.replace("EntraGuestsKey", "entraguestskey")))).body.value,
    ).toEqual([]);
    expect((await tenant.graph("GET", byKey("exact"))).body.value).toHaveLength(1);
  });

  it("has another id after a move where nobody asks for the immutable one", async () => {
    const { body } = await tenant.graph("POST", `${mailbox}/messages`, draft("move@fabrikam.example", keyed("move")));
    await tenant.graph("POST", `${mailbox}/messages/${body.id}/send`);
    const gone = await tenant.graph("GET", `${mailbox}/messages/${body.id}`);
    expect([gone.status, gone.body.error.code]).toEqual([404, "ErrorItemNotFound"]);
  });

  it("is changed, and moved to Deleted Items by DELETE, where the key still finds it", async () => {
    const { body } = await tenant.graph(
      "POST",
      `${mailbox}/messages`,
      draft("gone@fabrikam.example", keyed("gone")),
      immutable,
    );
    const path = `${mailbox}/messages/${body.id}`;
    const changed = await tenant.graph("PATCH", path, { subject: "Other" }, immutable);
    expect(changed.body).toMatchObject({ id: body.id, subject: "Other" });
    expect((await tenant.graph("DELETE", path)).status).toBe(204);
    const { body: found } = await tenant.graph("GET", byKey("gone"));
    const bin = await tenant.graph("GET", `${mailbox}/mailFolders/deleteditems`);
    expect(found.value).toMatchObject([{ isDraft: true, parentFolderId: bin.body.id }]);
    await tenant.graph("DELETE", path);
    expect((await tenant.graph("GET", byKey("gone"))).body.value).toEqual([]);
  });

  it("outlives a restart of the tenant, sent or not", async () => {
    const first = await startTestTenant();
    const { body } = await first.graph(
      "POST",
      `${mailbox}/messages`,
      draft("r@fabrikam.example", keyed("restart")),
      immutable,
    );
    await first.close();
    const second = await startTestTenant({ dataDir: first.dataDir });
    expect((await second.graph("GET", byKey("restart"), undefined, immutable)).body.value[0].id).toBe(body.id);
    await second.remove();
  });
});

describe("[mail] sendMail", () => {
  it("sends text without a trace of HTML, and keeps a copy unless it is told not to", async () => {
    const message = draft("text@fabrikam.example", {
      body: { contentType: "Text", content: "<b>plain</b>" },
      ...keyed("text"),
    });
    expect((await tenant.graph("POST", `${mailbox}/sendMail`, { message })).status).toBe(202);
    const silent = { message: { ...message, ...keyed("silent") }, saveToSentItems: false };
    expect((await tenant.graph("POST", `${mailbox}/sendMail`, silent)).status).toBe(202);
    const [mail] = await mailsTo(tenant, "text@fabrikam.example", 2);
    expect(mail?.text.trim()).toBe("<b>plain</b>");
    expect((await tenant.graph("GET", byKey("text"))).body.value).toHaveLength(1);
    expect((await tenant.graph("GET", byKey("silent"))).body.value).toEqual([]);
  });

  it("puts no line of a subject into another header", async () => {
    const message = draft("header@fabrikam.example", { subject: "Hi\r\nBcc: everyone@evil.example" });
    await tenant.graph("POST", `${mailbox}/sendMail`, { message });
    const [mail] = await mailsTo(tenant, "header@fabrikam.example");
    expect(mail?.envelope.to).toHaveLength(1);
    expect(Object.keys(mail?.headers ?? {})).not.toContain("bcc");
  });

  it.each([
    ["nobody to send to", { toRecipients: [] }, 400, "ErrorInvalidRecipients"],
    ["an address that is none", { toRecipients: to("nobody") }, 400, "ErrorInvalidRecipients"],
    ["another sender", { from: to("mira@contoso.example")[0] }, 403, "ErrorSendAsDenied"],
    ["an attachment, which the tenant does not have", { attachments: [] }, 400, "Request_BadRequest"],
    [
      "an unknown property inside the body",
      { body: { contentType: "text", content: "", nonsense: 1 } },
      400,
      "Request_BadRequest",
    ],
  ])("with %s is refused", async (_, more, status, code) => {
    const answer = await tenant.graph("POST", `${mailbox}/sendMail`, { message: draft("y@fabrikam.example", more) });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });
});

describe("[mail] a mailbox", () => {
  it.each(["id", "userPrincipalName"])("is named by the %s of its user", async (name) => {
    const user = tenant.users().find(({ mail }) => mail === "invitations@contoso.example");
    expect(user).toMatchObject({ accountEnabled: false, userType: "Member" });
    const { status } = await tenant.graph("GET", `/users/${user?.[name as "id"]}/messages`);
    expect(status).toBe(200);
  });

  it("that is not there is told as Exchange tells it", async () => {
    const without = await tenant.graph("POST", "/users/jonas@contoso.example/messages", draft("z@fabrikam.example"));
    expect([without.status, without.body.error.code]).toEqual([404, "MailboxNotEnabledForRESTAPI"]);
    const nobody = await tenant.graph("GET", "/users/nobody@contoso.example/messages");
    expect([nobody.status, nobody.body.error.code]).toEqual([404, "ErrorInvalidUser"]);
    expect((await tenant.graph("GET", "/users/mira@contoso.example/messages")).status).toBe(200);
  });

  it.each([
    ["Mail.Send", [403, 403, 202]],
    ["Mail.ReadWrite", [200, 201, 403]],
    ["Mail.Read", [200, 403, 403]],
  ] as const)("opens to an application with %s alone as far as that goes", async (permission, statuses) => {
    const graph = tenant.graphAs(permission);
    const answers = [
      await graph("GET", `${mailbox}/messages`),
      await graph("POST", `${mailbox}/messages`, draft("p@fabrikam.example")),
      await graph("POST", `${mailbox}/sendMail`, { message: draft("p@fabrikam.example") }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    const denied = answers.find(({ status }) => status === 403);
    expect(denied?.body.error.code).toBe("ErrorAccessDenied");
  });

  it("takes four requests at a time from one application", async () => {
    tenant.rehearse({ mailboxMilliseconds: 300 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => tenant.graph("GET", `${mailbox}/messages?$top=1`)),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(2);
    expect(refused[0]?.body.error).toMatchObject({
      code: "ApplicationThrottled",
      message: "Application is over its MailboxConcurrency limit.",
    });
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
    tenant.rehearse({ mailboxMilliseconds: 0 });
  });

  it("sends so many messages a minute where a rehearsal wants it", async () => {
    tenant.rehearse({ messagesPerMinute: 3 });
    const sender = (address: string) =>
      tenant.graph("POST", "/users/mira@contoso.example/sendMail", { message: draft(address) });
    const statuses = [];
    for (const n of [1, 2, 3, 4]) statuses.push((await sender(`rate${n}@fabrikam.example`)).status);
    expect(statuses).toEqual([202, 202, 202, 429]);
    tenant.rehearse({ messagesPerMinute: null });
    expect((await sender("rate4@fabrikam.example")).status).toBe(202);
  });

  it("is listed as the sender among the tenant's mails", () => {
    expect(tenant.mails().find(({ to }) => to === "ana@fabrikam.example")).toMatchObject({
      kind: "message",
      from: "invitations@contoso.example",
    });
  });
});
