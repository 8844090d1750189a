import { networkInterfaces } from "node:os";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wordingFor } from "../../tenant/mail/compose-mail.ts";
import { isOpen, mailsTo, receivedMails } from "./mail-inbox.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await startTestTenant({
    mail: { smtpPort: 0, inboxPort: 0 },
    // Microsoft leaves an application's message out; here each has to arrive as it is.
    rehearsal: { applicationsMessageArrives: true },
  });
});
afterAll(() => tenant.remove());

const mailed = { sendInvitationMessage: true };

async function inviteAndRead(address: string, message: Record<string, unknown> = {}) {
  await tenant.invite(address, { ...mailed, invitedUserMessageInfo: message });
  const [mail] = await mailsTo(tenant, address);
  if (mail === undefined) throw new Error("No mail.");
  return mail;
}

describe("the mail of an invitation", () => {
  it("names the organisation, who invites, and carries the link on a button and as plain text", async () => {
    const answer = await tenant.graph("POST", "/invitations", {
      invitedUserEmailAddress: "ana@fabrikam.example",
      inviteRedirectUrl: "https://portal.example",
      sendInvitationMessage: true,
    });
    const [mail] = await mailsTo(tenant, "ana@fabrikam.example");
    const link = answer.body.inviteRedeemUrl as string;

    expect(mail?.subject).toBe("Contoso invites you as a guest");
    expect(mail?.from).toEqual([expect.objectContaining({ name: "Contoso", address: "invites@microsoft.example" })]);
    expect(mail?.text).toContain("Contoso guest list has invited you, on behalf of Contoso");
    expect(mail?.text).toContain(`\n${link}\n`);
    expect(mail?.text).toContain("What accepting means");
    expect(mail?.html).toMatch(/<a href="[^"]+"[^>]*>Accept invitation<\/a>/);
    expect(mail?.html.match(/href="[^"]+"/g)).toEqual(Array(2).fill(`href="${link.replaceAll("&", "&amp;")}"`));
  });

  it("goes to the cc recipient, too", async () => {
    const mail = await inviteAndRead("bo@northwind.example", {
      ccRecipients: [{ emailAddress: { name: "Kim, <kim@evil.example>", address: "kim@contoso.example" } }],
    });
    expect(mail.cc?.map(({ address }) => address)).toEqual(["kim@contoso.example"]);
    expect(mail.envelope.to.map(({ address }) => address).sort()).toEqual([
      "bo@northwind.example",
      "kim@contoso.example",
    ]);
  });

  it.each([
    ["da-DK", "da", "Contoso inviterer dig som gæst", "Acceptér invitationen"],
    ["de", "de", "Contoso lädt Sie als Gast ein", "Einladung annehmen"],
    ["FR-ca", "fr", "Contoso vous invite", "Accepter l’invitation"],
    ["es_MX", "es", "Contoso le invita", "Aceptar la invitación"],
    ["ja-JP", "en", "Contoso invites you as a guest", "Accept invitation"],
  ])("is written for %s in the language '%s'", async (messageLanguage, language, subject, button) => {
    const mail = await inviteAndRead(`reader-${messageLanguage.replace("_", "-")}@fabrikam.example`.toLowerCase(), {
      messageLanguage,
    });
    expect(mail.subject).toBe(subject);
    expect(mail.headers["content-language"]).toBe(language);
    expect(mail.html).toContain(`<html lang="${language}">`);
    expect(mail.html).toContain(`>${button}</a>`);
    expect(mail.text).toContain(`${button}:`);
  });

  it.each([
    [
      "html",
      "<script>alert(1)</script><img src=x onerror=\"x()\"></blockquote><a href='https://evil.example'>click</a> &amp; &#x3C;",
    ],
    ["quotes", `"double" 'single' \`back\` «guillemets» \\ $& $1 \${x} {organisation}`],
    ["emoji", "Welcome 🎉 👩🏽‍🚀 🇩🇰!"],
    ["right-to-left", "مرحبا بكم في بوابة الشركاء\nברוכים הבאים\nand back again"],
    [
      "headers",
      "Hello\r\nBcc: everyone@evil.example\r\nSubject: other\r\n\r\n.\r\nMAIL FROM:<x@evil.example>\r\nQUIT\r\n--boundary",
    ],
    ["dots", ".\n..\n.hidden\n\nlast"],
    ["spaces", "  two  spaces,\ttab,\n\n\nthree lines  on"],
    ["long", `${"0123456789 ".repeat(909)}!`],
    ["unbroken", "x".repeat(10_000)],
  ])("carries a message with %s as the text it is", async (name, customizedMessageBody) => {
    const address = `message-${name}@fabrikam.example`;
    const before = (await receivedMails(tenant)).length;
    const mail = await inviteAndRead(address, { customizedMessageBody });
    const expected = customizedMessageBody.replaceAll("\r\n", "\n");

    expect(mail.text).toContain(`A message from Contoso:\n\n${expected}\n\nOrganisation: Contoso`);
    const quoted = /<blockquote dir="auto"[^>]*>(.*)<\/blockquote>/s.exec(mail.html)?.[1];
    expect(unescaped(quoted ?? "")).toBe(expected);
    expect(quoted).not.toMatch(/[<>]/);
    expect(mail.subject).toBe("Contoso invites you as a guest");
    expect(mail.envelope.to.map((recipient) => recipient.address)).toEqual([address]);
    expect(await receivedMails(tenant)).toHaveLength(before + 1);
  });

  it("lets no display name of a guest into a header", async () => {
    await tenant.invite("named@fabrikam.example", {
      ...mailed,
      invitedUserDisplayName: "Eve\r\nBcc: everyone@evil.example",
    });
    const [mail] = await mailsTo(tenant, "named@fabrikam.example");
    expect(Object.keys(mail?.headers ?? {})).not.toContain("bcc");
    expect(mail?.envelope.to).toHaveLength(1);
  });
});

describe("who gets a mail", () => {
  it("nobody whose invitation asks for none", async () => {
    await tenant.invite("silent@fabrikam.example", { sendInvitationMessage: false });
    // Mails leave in the order of the invitations: when this one is there, the other would be.
    await inviteAndRead("after-silent@fabrikam.example");
    expect((await receivedMails(tenant)).filter(({ to }) => to[0]?.address === "silent@fabrikam.example")).toEqual([]);
  });

  it("a guest who is invited again, exactly once more", async () => {
    await inviteAndRead("twice@fabrikam.example");
    await tenant.invite("twice@fabrikam.example", mailed);
    await inviteAndRead("after-twice@fabrikam.example");
    expect(await mailsTo(tenant, "twice@fabrikam.example", 2)).toHaveLength(2);
  });

  it("nobody when the invitation is undone", async () => {
    tenant.faults.set([{ match: { path: "/v1.0/invitations" }, action: { forget: true }, count: 1 }]);
    await tenant.invite("forgotten@fabrikam.example", mailed);
    await inviteAndRead("after-forgotten@fabrikam.example");
    expect((await receivedMails(tenant)).filter(({ to }) => to[0]?.address === "forgotten@fabrikam.example")).toEqual(
      [],
    );
  });
});

describe("[inbox] a mail", () => {
  it.each(["en", "da", "de", "fr", "es"])("warns in '%s' before it says anything else", async (messageLanguage) => {
    const mail = await inviteAndRead(`warned-${messageLanguage}@fabrikam.example`, { messageLanguage });
    const { unexpected } = wordingFor(messageLanguage);
    const warning = unexpected.replaceAll("{organisation}", "Contoso");
    expect(mail.text.startsWith(warning)).toBe(true);
    const [, body = ""] = /<body[^>]*>(.*)<\/body>/s.exec(mail.html) ?? [];
    expect(
      body
        .replace(/<[^>]*>/g, "")
        .trim()
        .startsWith(warning),
    ).toBe(true);
    expect(mail.html).toContain("@media (prefers-color-scheme: dark)");
  });

  it("is found by address and subject, and shown with its headers, as text and as it came", async () => {
    const mail = await inviteAndRead("shown@fabrikam.example", {
      customizedMessageBody: "<b>see</b> https://contoso.example/x",
    });
    const page = async (path: string) => (await fetch(`${tenant.links.inbox}${path}`)).text();
    const found = await page("/?q=SHOWN@fabrikam");
    expect(found).toContain("1 mail");
    expect(found).toContain(`href="/mails/${mail.id}?q=SHOWN%40fabrikam"`);
    expect(await page(`/mails/${mail.id}`)).toContain(`src="/mails/${mail.id}/html"`);
    const text = await page(`/mails/${mail.id}?view=text`);
    expect(text).toContain("&lt;b&gt;see&lt;/b&gt;");
    expect(text).toContain('<a href="https://contoso.example/x" target="_blank" rel="noopener noreferrer">');
    expect(await page(`/mails/${mail.id}?view=source`)).toContain("Content-Language: en");
    expect((await fetch(`${tenant.links.inbox}/mails/nothing`)).status).toBe(404);
  });

  it("runs no script of its own, loads nothing, and opens links in a new tab", async () => {
    const evil =
      '<script>alert(1)</script><img src="https://evil.example/p.png" onerror="x()"><a href="https://a.example">a</a>';
    const message = {
      subject: '"><script>alert(2)</script>',
      body: { contentType: "HTML", content: evil },
      toRecipients: [{ emailAddress: { address: "evil@fabrikam.example" } }],
    };
    await tenant.graph("POST", "/users/invitations@contoso.example/sendMail", { message });
    const [mail] = await mailsTo(tenant, "evil@fabrikam.example");
    const shown = await (await fetch(`${tenant.links.inbox}/mails/${mail?.id}`)).text();
    expect(shown).not.toMatch(/<script>|alert\(2\)<\/script>/);
    expect(shown).toContain('sandbox="allow-same-origin allow-scripts allow-popups allow-popups-to-escape-sandbox"');
    const frame = await fetch(`${tenant.links.inbox}/mails/${mail?.id}/html`);
    const policy = frame.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).not.toMatch(/script-src|img-src[^;]*http/);
    expect(await frame.text()).toContain('<base target="_blank">');
  });
});

describe("the inbox", () => {
  it("is open on the loopback interface only", async () => {
    const port = Number(new URL(tenant.links.inbox ?? "").port);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");
    expect(await isOpen("127.0.0.1", port)).toBe(true);
    for (const { address } of others) expect(await isOpen(address, port), address).toBe(false);
  });

  it("is read by no other site, and under no other name", async () => {
    const url = `${tenant.links.inbox}/api/email`;
    const asking = (headers: Record<string, string>) => request(url, { headers }).then(({ statusCode }) => statusCode);
    expect(await asking({})).toBe(200);
    expect(await asking({ origin: tenant.links.inbox ?? "" })).toBe(200);
    expect(await asking({ origin: "https://evil.example" })).toBe(403);
    expect(await asking({ origin: "null" })).toBe(403);
    expect(await asking({ host: `inbox.evil.example:${new URL(url).port}` })).toBe(403);
  });
});

function unescaped(markup: string): string {
  return markup
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
