import { afterEach, describe, expect, it } from "vitest";
import { withoutSecretMarks } from "../../../provider/pulumi/resource-provider.ts";
import type { FaultRule } from "../../../tenant/index.ts";
import { mailsTo } from "../mail-inbox.ts";
import {
  openProvider,
  type ProviderAtTenant,
  type ProviderOptions,
  type RecordedGuest,
  type Run,
} from "./provider-at-tenant.ts";

const mailFrom = "invitations@contoso.example";
const ana = "ana@fabrikam.example";
const body = "Welcome, and bring a pen.\nThe <b>gate</b> opens at nine.";

let provider: ProviderAtTenant;
afterEach(() => provider.close());

async function open(options: ProviderOptions = {}): Promise<ProviderAtTenant> {
  provider = await openProvider({ mail: { smtpPort: 0, inboxPort: 0 }, ...options });
  return provider;
}

function linkOf({ outputs }: RecordedGuest): string {
  return String((withoutSecretMarks(outputs) as { redeemUrl: string }).redeemUrl);
}

const toUse = ["User.Invite.All", "User.ReadWrite.All", "Organization.Read.All"] as const;

describe("[A1] a guest whom an application invites", () => {
  it("gets Microsoft's mail without the message where no mailFrom is set, and the message where it is", async () => {
    const { tenant, run } = await open();
    const plain = await run().invite("bo@fabrikam.example", { message: { body } });
    const { outputs } = await run().invite(ana, { mailFrom, message: { body } });

    const [microsofts] = await mailsTo(tenant, "bo@fabrikam.example");
    expect(microsofts?.from[0]?.address).not.toBe(mailFrom);
    expect(microsofts?.text).not.toContain("bring a pen");
    const [mail] = await mailsTo(tenant, ana);
    expect(mail?.from).toEqual([{ address: mailFrom, name: "Contoso invitations" }]);
    expect(mail?.subject).toBe("Contoso invites you as a guest");
    expect(mail?.html).toContain("Welcome, and bring a pen.<br>\nThe &lt;b&gt;gate&lt;/b&gt; opens at nine.");
    expect(mail?.text).toContain("The <b>gate</b> opens at nine.");
    expect(mail?.text).toContain("If you did not expect this");
    expect(mail?.text).toContain("contoso.example");
    expect(plain.outputs).not.toHaveProperty("mailedBy");
    expect(outputs).toMatchObject({ mailedBy: mailFrom, mailedAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(provider.mails()).toEqual({ [ana]: 1, "bo@fabrikam.example": 1 });
  });

  it("gets body and language together, a subject, several copies and the link of the invitation", async () => {
    const { tenant, run } = await open();
    const guest = await run().invite(ana, {
      mailFrom,
      mailSubject: "Velkommen",
      message: { body, language: "da-DK", additionalRecipients: ["mona@contoso.example", "mira@contoso.example"] },
    });
    const [mail] = await mailsTo(tenant, ana);
    expect(mail?.subject).toBe("Velkommen");
    expect(mail?.html).toContain("Acceptér invitationen");
    expect(mail?.html).toContain("bring a pen");
    expect(mail?.cc?.map(({ address }) => address)).toEqual(["mona@contoso.example", "mira@contoso.example"]);
    expect(mail?.html).toContain(linkOf(guest).replaceAll("&", "&amp;"));
  });

  it.each([
    ["de", "Einladung annehmen"],
    ["fr", "Accepter l’invitation"],
    ["es-MX", "Aceptar la invitación"],
    ["en-GB", "Accept invitation"],
    ["xx", "Accept invitation"],
  ])("reads the standard text in %s", async (language, button) => {
    const { tenant, run } = await open();
    await run().invite(ana, { mailFrom, message: { language } });
    const [mail] = await mailsTo(tenant, ana);
    expect(mail?.html).toContain(`>${button}</a>`);
  });

  it("gets the list's template, filled with text only", async () => {
    const { tenant, run } = await open();
    const mailTemplate =
      "<p>{{displayName}} of {{ email }}</p><p>{{message}}</p><a href='{{redeemUrl}}'>{{organisation}} {{domain}}</a>";
    await run().invite(ana, {
      mailFrom,
      mailTemplate,
      userDisplayName: `<img src=x onerror='1'> "Ana" {{redeemUrl}}`,
      message: { body },
    });
    const [mail] = await mailsTo(tenant, ana);
    expect(mail?.html).not.toContain("<img");
    expect(mail?.html).toContain("&quot;Ana&quot; {{redeemUrl}} of ana@fabrikam.example");
    expect(mail?.html).toContain("Contoso contoso.example</a>");
  });
});

/** Where the answer is lost, or the server fails, once. */
const requests: Record<string, FaultRule["match"]> = {
  "the look at the mailbox": { method: "GET", path: "/\\/mailFolders\\/drafts/" },
  "the look for the key": { method: "GET", path: "/messages\\?/" },
  "the draft": { method: "POST", path: "/\\/messages$/" },
  "the sending": { method: "POST", path: "/\\/send$/" },
  "the invitation": { method: "POST", path: "/v1.0/invitations" },
};
const failures: [string, FaultRule["action"]][] = [
  ["a connection that breaks before", { reset: "before" }],
  ["a connection that breaks after", { reset: "after" }],
  ["503 before", { status: 503 }],
  ["503 after", { status: 503, when: "after" }],
  ["429 before", { status: 429, retryAfter: 1 }],
];
const failing = Object.entries(requests).flatMap(([name, match]) =>
  failures.map(([what, action]): [string, string, FaultRule] => [name, what, { match, action, count: 1 }]),
);

describe("one mail, and one only", () => {
  it.each(failing)("%s fails by %s", async (_name, _what, fault) => {
    const { tenant, run } = await open();
    tenant.faults.set([fault]);
    const guest = await run().invite(ana, { mailFrom, message: { body } });
    expect(guest.outputs).toMatchObject({ mailedBy: mailFrom, mailedAt: expect.any(String) });
    expect(provider.mails()).toEqual({ [ana]: 1 });
  });

  it.each([
    ["before the draft", { match: requests["the draft"] ?? {}, action: { status: 400 } }],
    ["before it is sent", { match: requests["the sending"] ?? {}, action: { status: 400 } }],
    ["after it was sent", { match: requests["the sending"] ?? {}, action: { status: 400, when: "after" as const } }],
  ])("a run that ends %s leaves it to the next run, which knows", async (_when, fault) => {
    const { tenant, run } = await open();
    const first = run();
    await first.writeListDown([ana]);
    tenant.faults.set([fault]);
    await expect(first.invite(ana, { mailFrom, message: { body } })).rejects.toThrow(/Cannot mail ana/);
    tenant.faults.clear();

    const next = run();
    const guest = await next.invite(ana, { mailFrom, message: { body }, existedBefore: false });
    expect(guest.outputs).toMatchObject({ mailedBy: mailFrom, mailedAt: expect.any(String) });
    expect(provider.mails()).toEqual({ [ana]: 1 });
    // Once more, as if this run had been killed before the state was written.
    await run().invite(ana, { mailFrom, message: { body }, existedBefore: false });
    expect(provider.mails()).toEqual({ [ana]: 1 });
  });

  it("is sent by the next update where the first run made the guest and not the mail", async () => {
    const { tenant, run } = await open();
    tenant.faults.set([{ match: requests["the draft"] ?? {}, action: { status: 400 } }]);
    const failed = await run()
      .invite(ana, { mailFrom })
      .catch((error) => error);
    tenant.faults.clear();
    expect(failed.outputs).toMatchObject({ mailedBy: mailFrom });
    expect(failed.outputs).not.toHaveProperty("mailedAt");

    const outputs = { ...failed.outputs, redeemUrl: "https://old.example" };
    const updated = await run().update({ id: failed.id, inputs: failed.inputs, outputs }, {});
    expect(updated.outputs).toHaveProperty("mailedAt");
    expect(provider.mails()).toEqual({ [ana]: 1 });
  });

  it("goes to nobody who was there before, or comes back from the recycle bin", async () => {
    const { tenant, run } = await open();
    await tenant.invite(ana);
    const adopted = await run().invite(ana, { mailFrom });
    expect(adopted.outputs).toMatchObject({ adopted: true });
    expect(adopted.outputs).not.toHaveProperty("mailedBy");

    const own = await run().invite("bo@fabrikam.example", { mailFrom });
    await run().remove(own);
    await run().invite("bo@fabrikam.example", { mailFrom });
    expect(provider.mails()).toEqual({ "bo@fabrikam.example": 1 });
  });

  it("goes out again for a resend, another message, subject or page, each once, and not for what only records", async () => {
    const { tenant, run } = await open();
    let guest = await run().invite(ana, { mailFrom, message: { body: "One" }, resend: 1 });
    const said = async (changes: Record<string, never | unknown>) => {
      guest = await run().update(guest, changes as never);
      return provider.mails()[ana];
    };
    expect(await said({ resend: 2 })).toBe(2);
    expect(await said({ message: { body: "Two" } })).toBe(3);
    expect(await said({ message: { body: "One" } })).toBe(4);
    expect(await said({ redirectUrl: "https://portal.contoso.example" })).toBe(5);
    expect(await said({ mailSubject: "Hello" })).toBe(6);
    expect(await said({ jobTitle: "Auditor" })).toBe(6);
    expect(await said({ mailFrom: "mira@contoso.example" })).toBe(6);
    const mails = (await mailsTo(tenant, ana, 6)).map(({ html }) => html);
    expect(new Set(mails.map((html) => /href="([^"]+)"/.exec(html)?.[1])).size).toBe(6);
    expect(mails.at(-1)).toContain(linkOf(guest).replaceAll("&", "&amp;"));
  });

  it("is sent again once by an update that was killed after it", async () => {
    const { tenant, run } = await open();
    const guest = await run().invite(ana, { mailFrom, resend: 1 });
    tenant.faults.set([{ match: requests["the sending"] ?? {}, action: { status: 400, when: "after" } }]);
    await expect(run().update(guest, { resend: 2 })).rejects.toThrow(/Cannot mail ana/);
    tenant.faults.clear();
    await run().update(guest, { resend: 2 });
    expect(provider.mails()).toEqual({ [ana]: 2 });
  });
});

describe("what is missing", () => {
  const invited = () => provider.tenant.guests().map(({ mail }) => mail);

  it("the permission Mail.Send: told before anybody is invited", async () => {
    const { run } = await open();
    await expect(run(...toUse, "Mail.ReadWrite").invite(ana, { mailFrom })).rejects.toThrow(
      /Cannot mail from invitations@contoso\.example: .*Mail\.Send.*Nobody was invited/,
    );
    expect(invited()).toEqual([]);
  });

  it.each(["nobody@contoso.example", "jonas@contoso.example", "8c7a3f0e-0000-4000-8000-000000000001"])(
    "the mailbox %s: told before anybody is invited",
    async (missing) => {
      const { run } = await open();
      await expect(run().invite(ana, { mailFrom: missing })).rejects.toThrow(/no such mailbox/);
      expect(invited()).toEqual([]);
    },
  );

  it("Mail.ReadWrite: the mail is sent all the same, and one warning says what a kill may cost", async () => {
    const { run } = await open();
    const least = run(...toUse, "Mail.Send");
    await Promise.all([least.invite(ana, { mailFrom }), least.invite("bo@fabrikam.example", { mailFrom })]);
    expect(provider.mails()).toEqual({ [ana]: 1, "bo@fabrikam.example": 1 });
    expect(least.said.filter((line) => line.includes("Mail.Send alone"))).toEqual([
      expect.stringContaining("may cost a second mail"),
    ]);
  });
});

describe("a long list", () => {
  const guests = (count: number, name = "guest") =>
    Array.from({ length: count }, (_, index) => `${name}${index}@fabrikam.example`);
  const mailAll = (run: Run, addresses: string[]) =>
    Promise.all(addresses.map((address) => run.invite(address, { mailFrom })));

  it("keeps to Exchange's 30 mails a minute and four requests at a time, so that nothing is refused", async () => {
    const { clock, tenant, run } = await open({ rehearsal: { messagesPerMinute: 30, mailboxMilliseconds: 20 } });
    const from = clock.now();
    const list = run();
    await mailAll(list, guests(30));
    await mailAll(list, guests(20, "later"));
    expect(Object.keys(provider.mails())).toHaveLength(50);
    expect(clock.now() - from).toBeGreaterThan(60_000);
    expect(tenant.requests().filter(({ status }) => status === 429)).toEqual([]);
  }, 60_000);

  it("says how many are mailed, and how long the others take", async () => {
    const { clock, run } = await open();
    const from = clock.now();
    const list = run();
    await list.writeListDown(guests(95), { mails: [{ from: mailFrom, addresses: guests(95) }] });
    await mailAll(list, guests(95));
    expect(Object.values(provider.mails())).toEqual(guests(95).map(() => 1));
    expect(clock.now() - from).toBeGreaterThan(180_000);
    expect(list.said.filter((line) => line.includes("mailed"))).toEqual([
      "30 of 95 mailed, 2 minutes left.",
      "60 of 95 mailed, 1 minute left.",
      "90 of 95 mailed, 1 minute left.",
    ]);
  }, 60_000);
});
