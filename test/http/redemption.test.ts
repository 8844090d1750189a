import { Readable } from "node:stream";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { locationOf, type Page, TestBrowser } from "./browser-jar.ts";
import { invitation, standingClock, startTestTenant, type TestTenant } from "./tenant-client.ts";

let tenant: TestTenant;
const clock = standingClock();
/** The codes that were mailed, by address. */
const codes = new Map<string, string[]>();
beforeAll(async () => {
  tenant = await startTestTenant({
    now: clock.now,
    tokenLifetimeSeconds: 365 * 24 * 60 * 60,
    onPasscode: ({ to, code }) => void codes.set(to, [...(codes.get(to) ?? []), code]),
  });
});
afterAll(() => tenant.remove());

const newestCode = (address: string) => codes.get(address)?.at(-1) ?? "";
const wrongCode = (address: string) => String((Number(newestCode(address)) + 1) % 100_000_000).padStart(8, "0");

async function invite(address: string, more: Record<string, unknown> = {}) {
  const { status, body } = await tenant.graph("POST", "/invitations", invitation(address, more));
  expect(status).toBe(201);
  return { id: body.invitedUser.id as string, link: new URL(body.inviteRedeemUrl) };
}

const pathOf = ({ pathname, search }: URL) => pathname + search;
const stateOf = async (id: string) =>
  (await tenant.graph("GET", `/users/${id}?$select=externalUserState,externalUserStateChangeDateTime`)).body;

/** Follows the link and asks for a code; answers the page that wants it. */
async function untilCode(browser: TestBrowser, link: URL): Promise<Page> {
  const start = await browser.get(pathOf(link));
  expect(start.status).toBe(200);
  const begun = await browser.post("/redeem", start, { ticket: start.field("ticket") });
  expect([begun.status, locationOf(begun)]).toEqual([303, "/sign-in/code"]);
  return browser.get("/sign-in/code");
}

/** Follows the link and signs in; answers the page that asks for the decision. */
async function untilReview(browser: TestBrowser, link: URL, address: string): Promise<Page> {
  const wants = await untilCode(browser, link);
  const signedIn = await browser.post("/sign-in/code", wants, { code: newestCode(address) });
  expect([signedIn.status, locationOf(signedIn)]).toEqual([303, "/redeem/review"]);
  return browser.get("/redeem/review");
}

const acceptOn = (browser: TestBrowser, page: Page) =>
  browser.post("/redeem/accept", page, { invitation: page.field("invitation") });

describe("the way from the mail to the organisation", () => {
  it("goes over a code and a review, and ends where the redirect URL is shown and can be gone to", async () => {
    const address = "ana@fabrikam.example";
    const { id, link } = await invite(address, {
      invitedUserDisplayName: "Ana",
      inviteRedirectUrl: "https://portal.contoso.example/welcome?from=mail",
    });
    const browser = new TestBrowser(tenant);
    const review = await untilReview(browser, link, address);
    expect(review.text).toContain("Contoso contoso.example");
    expect(review.text).toContain(address);
    expect(await stateOf(id)).toMatchObject({ externalUserState: "PendingAcceptance" });

    clock.forward(60);
    const accepted = await acceptOn(browser, review);
    expect([accepted.status, locationOf(accepted)]).toEqual([303, "/redeem/done"]);
    const done = await browser.get("/redeem/done");
    expect(done.text).toMatch(
      /You're in .*Contoso's portal opens next https:\/\/portal\.contoso\.example\/welcome\?from=mail/,
    );
    expect(done.html).toContain('href="https://portal.contoso.example/welcome?from=mail"');
    expect(done.html).toContain('href="/myapps"');
    expect(await stateOf(id)).toMatchObject({
      externalUserState: "Accepted",
      externalUserStateChangeDateTime: clock.now().toISOString(),
    });
  });

  it.each([
    ["http://localhost:3000/app", "http://localhost:3000/app"],
    ["https://127.0.0.1:8080/", "https://127.0.0.1:8080/"],
    ["http://app.localhost/", "http://app.localhost/"],
    ["https://localhost.contoso.example/", "/redeem/done"],
    ["https://127.0.0.1.nip.example/", "/redeem/done"],
  ])("[end] leaves for %s only where that is on this machine", async (inviteRedirectUrl, location) => {
    const address = `end-${location.length}-${new URL(inviteRedirectUrl).hostname}@fabrikam.example`;
    const { link } = await invite(address, { inviteRedirectUrl });
    const browser = new TestBrowser(tenant);
    expect(locationOf(await acceptOn(browser, await untilReview(browser, link, address)))).toBe(location);
  });

  it("[end] shows no end to a guest who has not accepted", async () => {
    const address = "early-end@fabrikam.example";
    const { link } = await invite(address);
    const browser = new TestBrowser(tenant);
    expect((await browser.get("/redeem/done")).status).toBe(403);
    await untilReview(browser, link, address);
    const page = await browser.get("/redeem/done");
    expect(page.text).toContain("Review permissions");
    expect(page.text).not.toContain("You're in");
  });

  it("says on a second visit that it is done, goes on, and changes nothing", async () => {
    const address = "twice@fabrikam.example";
    const { id, link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const review = await untilReview(browser, link, address);
    await acceptOn(browser, review);
    const before = await stateOf(id);
    clock.forward(60);

    for (const again of [await browser.get(pathOf(link)), await acceptOn(browser, review)]) {
      expect(again.status).toBe(200);
      expect(again.text).toContain("You have already accepted");
      expect(again.html).toContain('href="https://myapps.microsoft.com"');
    }
    expect(await stateOf(id)).toEqual(before);
  });

  it("leaves the guest pending after Cancel, and can be taken again", async () => {
    const address = "unsure@fabrikam.example";
    const { id, link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const review = await untilReview(browser, link, address);
    const cancelled = await browser.post("/redeem/cancel", review, { invitation: review.field("invitation") });
    expect([cancelled.status, locationOf(cancelled)]).toEqual([303, "/redeem/cancelled"]);
    expect((await browser.get("/redeem/cancelled")).text).toContain("You have not accepted");
    expect(await stateOf(id)).toMatchObject({ externalUserState: "PendingAcceptance" });
    expect((await acceptOn(browser, review)).status).toBe(403);

    const second = await untilReview(browser, link, address);
    expect((await acceptOn(browser, second)).status).toBe(303);
  });

  it("sends no code and changes nothing when a link is only looked at", async () => {
    const { id, link } = await invite("scanned@fabrikam.example");
    for (let visits = 0; visits < 3; visits++) await new TestBrowser(tenant).get(pathOf(link));
    expect(codes.has("scanned@fabrikam.example")).toBe(false);
    expect(await stateOf(id)).toMatchObject({ externalUserState: "PendingAcceptance" });
  });

  it("sends no browser to an address that is no web page", async () => {
    const address = "odd@fabrikam.example";
    const { id, link } = await invite(address, { inviteRedirectUrl: "javascript:alert(1)" });
    const browser = new TestBrowser(tenant);
    const accepted = await acceptOn(browser, await untilReview(browser, link, address));
    expect(locationOf(accepted)).toBeNull();
    expect(accepted.html).not.toContain("javascript:");
    expect(await stateOf(id)).toMatchObject({ externalUserState: "Accepted" });
  });

  it("lets the form lead to where the redirect goes, and to nowhere else but HTTPS", async () => {
    const address = "local@fabrikam.example";
    const { link } = await invite(address, { inviteRedirectUrl: "http://localhost:3000/app" });
    const review = await untilReview(new TestBrowser(tenant), link, address);
    expect(review.headers.get("content-security-policy")).toContain("form-action 'self' https: http://localhost:3000");
  });
});

describe("a link", () => {
  it("that was changed, cut or made up is refused", async () => {
    const { link } = await invite("link@fabrikam.example");
    const ticket = link.searchParams.get("ticket") ?? "";
    const last = ticket.endsWith("A") ? "B" : "A";
    for (const changed of [
      "",
      "x",
      ticket.slice(0, -1),
      ticket.slice(0, -1) + last,
      `${ticket}A`,
      ticket.toUpperCase(),
    ]) {
      link.searchParams.set("ticket", changed);
      const page = await new TestBrowser(tenant).get(pathOf(link));
      expect(page.status).toBe(404);
      expect(page.text).toContain("Open it straight from the mail");
    }
    expect((await new TestBrowser(tenant).get("/redeem")).status).toBe(404);
  });

  it("of one guest does not redeem another", async () => {
    const ana = await invite("one@fabrikam.example");
    const bo = await invite("other@fabrikam.example");
    const mixed = new URL(ana.link);
    mixed.searchParams.set("user", bo.id);
    expect((await new TestBrowser(tenant).get(pathOf(mixed))).status).toBe(404);

    // Signed in as one, with the form of the other's invitation.
    const [first, second] = [new TestBrowser(tenant), new TestBrowser(tenant)];
    const reviewOfOne = await untilReview(first, ana.link, "one@fabrikam.example");
    const reviewOfOther = await untilReview(second, bo.link, "other@fabrikam.example");
    const stolen = await first.post("/redeem/accept", reviewOfOne, { invitation: reviewOfOther.field("invitation") });
    expect(stolen.status).toBe(409);
    expect(await stateOf(ana.id)).toMatchObject({ externalUserState: "PendingAcceptance" });
    expect(await stateOf(bo.id)).toMatchObject({ externalUserState: "PendingAcceptance" });
  });

  it("asks for the code of its own address even where another guest is signed in", async () => {
    const ana = await invite("holder@fabrikam.example");
    const bo = await invite("victim@fabrikam.example");
    const browser = new TestBrowser(tenant);
    await acceptOn(browser, await untilReview(browser, ana.link, "holder@fabrikam.example"));
    const wants = await untilCode(browser, bo.link);
    expect(wants.text).toContain("victim@fabrikam.example");
    // The redemption has not got past the sign-in: there is nothing to review, and nothing to accept.
    const refused = await acceptOn(browser, await browser.get("/redeem/review"));
    expect(refused.status).not.toBe(303);
    expect(await stateOf(bo.id)).toMatchObject({ externalUserState: "PendingAcceptance" });
  });

  it("of another tenant is unknown here", async () => {
    const { link } = await invite("elsewhere@fabrikam.example");
    link.searchParams.set("tenant", "11111111-2222-3333-4444-555555555555");
    expect((await new TestBrowser(tenant).get(pathOf(link))).status).toBe(404);
  });

  it("is dead while its guest is deleted, also in the middle of a redemption", async () => {
    const address = "gone@fabrikam.example";
    const { id, link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const review = await untilReview(browser, link, address);
    await tenant.graph("DELETE", `/users/${id}`);
    for (const page of [await browser.get(pathOf(link)), await acceptOn(browser, review)]) {
      expect(page.status).toBe(410);
      expect(page.text).toContain("withdrawn");
    }
    expect(tenant.deletedUsers().find((user) => user.id === id)?.externalUserState).toBe("PendingAcceptance");

    await tenant.graph("DELETE", `/directory/deletedItems/${id}`);
    const anew = await invite(address);
    expect(anew.id).not.toBe(id);
    expect((await browser.get(pathOf(link))).status).toBe(410);
    expect((await browser.get(pathOf(anew.link))).status).toBe(200);
  });

  it("dies of a reset, and the new one works", async () => {
    const address = "reset@fabrikam.example";
    const { id, link } = await invite(address);
    tenant.accept(address);
    const anew = await invite(address, { resetRedemption: true, invitedUser: { id } });
    const dead = await new TestBrowser(tenant).get(pathOf(link));
    expect(dead.status).toBe(410);
    expect(dead.text).toContain("A newer invitation");

    const browser = new TestBrowser(tenant);
    expect((await acceptOn(browser, await untilReview(browser, anew.link, address))).status).toBe(303);
    expect(await stateOf(id)).toMatchObject({ externalUserState: "Accepted" });
  });

  it("stays good when the guest is invited again without a reset", async () => {
    const { link } = await invite("again@fabrikam.example");
    const second = await invite("again@fabrikam.example");
    for (const each of [link, second.link]) expect((await new TestBrowser(tenant).get(pathOf(each))).status).toBe(200);
  });

  it("of a blocked guest is refused, before and after signing in", async () => {
    const address = "blocked@fabrikam.example";
    const { id, link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const review = await untilReview(browser, link, address);
    await tenant.graph("PATCH", `/users/${id}`, { accountEnabled: false });
    for (const page of [await browser.get(pathOf(link)), await acceptOn(browser, review)]) {
      expect(page.status).toBe(403);
      expect(page.text).toContain("blocked");
    }
    expect(await stateOf(id)).toMatchObject({ externalUserState: "PendingAcceptance" });
  });

  it("is kept as a hash only, and never in the log", async () => {
    const { link } = await invite("secret@fabrikam.example");
    const ticket = link.searchParams.get("ticket") ?? "";
    await untilCode(new TestBrowser(tenant), link);
    await new TestBrowser(tenant).get(`/redeem?%74icket=${ticket}`);
    const log = JSON.stringify(tenant.requests());
    expect(log).toContain("/redeem?");
    expect(log).not.toContain(ticket);
    expect(log).not.toContain(newestCode("secret@fabrikam.example"));
  });
});

describe("a code", () => {
  it("that is wrong is counted, and after five the right one is refused too", async () => {
    const address = "guesser@fabrikam.example";
    const { link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const wants = await untilCode(browser, link);
    for (const left of ["4 more tries", "3 more tries", "2 more tries", "one more try"]) {
      const page = await browser.post("/sign-in/code", wants, { code: wrongCode(address) });
      expect([page.status, page.text.includes(left)]).toEqual([400, true]);
    }
    expect((await browser.post("/sign-in/code", wants, { code: wrongCode(address) })).status).toBe(403);
    const late = await browser.post("/sign-in/code", wants, { code: newestCode(address) });
    expect(late.status).toBe(403);
    expect(late.text).toContain("Ask for another one");

    const another = await browser.post("/sign-in/code/new", wants);
    expect(locationOf(another)).toBe("/sign-in/code?sent=again");
    const right = await browser.post("/sign-in/code", wants, { code: newestCode(address) });
    expect(locationOf(right)).toBe("/redeem/review");
  });

  it("expires after half an hour", async () => {
    const address = "slow@fabrikam.example";
    const { link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const wants = await untilCode(browser, link);
    clock.forward(30 * 60);
    const page = await browser.post("/sign-in/code", wants, { code: newestCode(address) });
    expect(page.status).toBe(410);
    expect(page.text).toContain("not good any more");
    expect((await browser.get("/redeem/review")).status).toBe(403);
  });

  it("works up to the last second, with spaces in it, and once", async () => {
    const address = "careful@fabrikam.example";
    const { link } = await invite(address);
    const [browser, second] = [new TestBrowser(tenant), new TestBrowser(tenant)];
    const wants = await untilCode(browser, link);
    const code = newestCode(address);
    clock.forward(30 * 60 - 1);
    const spaced = ` ${code.slice(0, 4)} ${code.slice(4)} `;
    expect((await browser.post("/sign-in/code", wants, { code: spaced })).status).toBe(303);

    const replay = await untilCode(second, link);
    expect((await second.post("/sign-in/code", replay, { code })).status).toBe(400);
  });

  it("of another guest is wrong here", async () => {
    const ana = await invite("mine@fabrikam.example");
    const bo = await invite("yours@fabrikam.example");
    await untilCode(new TestBrowser(tenant), bo.link);
    const browser = new TestBrowser(tenant);
    const wants = await untilCode(browser, ana.link);
    const page = await browser.post("/sign-in/code", wants, { code: newestCode("yours@fabrikam.example") });
    expect(page.status).toBe(400);
  });

  it("is sent at most five times in ten minutes", async () => {
    const address = "impatient@fabrikam.example";
    const { link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const wants = await untilCode(browser, link);
    for (let more = 0; more < 4; more++) expect((await browser.post("/sign-in/code/new", wants)).status).toBe(303);
    const refused = await browser.post("/sign-in/code/new", wants);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("600");
    expect(codes.get(address)).toHaveLength(5);

    // Another browser gets none either, but may use the newest one.
    const second = new TestBrowser(tenant);
    const start = await second.get(pathOf(link));
    expect((await second.post("/redeem", start, { ticket: start.field("ticket") })).status).toBe(429);
    expect((await second.get("/sign-in/code")).status).toBe(200);
    const right = await browser.post("/sign-in/code", wants, { code: newestCode(address) });
    expect(right.status).toBe(303);
  });

  it("needs a sign-in that was begun in this browser", async () => {
    const browser = new TestBrowser(tenant);
    const page = await browser.post("/sign-in/code", await browser.get("/sign-in"), { code: "12345678" });
    expect(page.status).toBe(400);
    expect(page.text).toContain("Sign in again");
  });

  it("gives the browser a new session when it is right", async () => {
    const address = "fixed@fabrikam.example";
    const { link } = await invite(address);
    const browser = new TestBrowser(tenant);
    const wants = await untilCode(browser, link);
    const before = [...browser.cookies.values()];
    await browser.post("/sign-in/code", wants, { code: newestCode(address) });
    expect([...browser.cookies.values()]).not.toEqual(before);
    const planted = new TestBrowser(tenant);
    for (const name of browser.cookies.keys()) planted.cookies.set(name, before[0] ?? "");
    expect((await planted.get("/redeem/review")).status).toBe(403);
  });
});

describe("an invitation that nobody has used", () => {
  it("expires after ninety days, and works again when it is sent again", async () => {
    const address = "late@fabrikam.example";
    const { link } = await invite(address);
    const done = await invite("early@fabrikam.example");
    tenant.accept("early@fabrikam.example");
    clock.forward(90 * 24 * 60 * 60);
    const page = await new TestBrowser(tenant).get(pathOf(link));
    expect(page.status).toBe(410);
    expect(page.text).toContain("Ask Contoso to send it again");
    expect((await new TestBrowser(tenant).get(pathOf(done.link))).text).toContain("already accepted");

    const again = await invite(address);
    expect((await new TestBrowser(tenant).get(pathOf(again.link))).status).toBe(200);
  });
});

describe("[low] an attack on the pages", () => {
  it("is told by nothing whether an address is a guest's: not the page, the wrong codes, nor the limit", async () => {
    await invite("known@fabrikam.example");
    const told = async (address: string) => {
      const browser = new TestBrowser(tenant);
      const answers: [number, string][] = [];
      const note = ({ status, text }: Page) => answers.push([status, text.replaceAll(address, "…")]);
      for (let n = 0; n < 6; n++) {
        note(await browser.post("/sign-in", await browser.get("/sign-in"), { address }));
        const page = await browser.get("/sign-in/code");
        note(page);
        if (n === 1)
          for (let tried = 0; tried < 6; tried++) note(await browser.post("/sign-in/code", page, { code: "x" }));
      }
      return answers;
    };
    const [known, unknown] = [await told("known@fabrikam.example"), await told("unknown@fabrikam.example")];
    expect(known).toEqual(unknown);
    expect(known.map(([status]) => status)).toContain(429);
  });

  it("sends no form longer than a form is, whatever it says of its length", async () => {
    const answer = await request(new URL("/sign-in", tenant.url), {
      dispatcher: tenant.dispatcher,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
      // A stream is sent in chunks, without a length.
      body: Readable.from(Array.from({ length: 70 }, () => Buffer.alloc(1024, "a"))),
    });
    expect(answer.statusCode).toBe(413);
    await answer.body.dump();
  });

  it("finds the acceptance redirected to an address with other letters", async () => {
    const path = "gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC";
    for (const [address, host] of [
      ["letters@fabrikam.example", "http://localhost:3000"],
      ["more-letters@fabrikam.example", "https://portal.example"],
    ] as const) {
      const { link } = await invite(address, { inviteRedirectUrl: `${host}/grüße/日本` });
      const browser = new TestBrowser(tenant);
      const accepted = await acceptOn(browser, await untilReview(browser, link, address));
      expect(accepted.status).toBe(303);
      if (host.startsWith("http:")) expect(locationOf(accepted)).toBe(`${host}/${path}`);
      else expect((await browser.get(locationOf(accepted) ?? "")).html).toContain(`href="${host}/${path}"`);
    }
  });
});

it("terms of use are accepted before the invitation is, where a rehearsal wants them", async () => {
  tenant.rehearse({ termsOfUse: true });
  const address = "terms@fabrikam.example";
  const { id, link } = await invite(address);
  const browser = new TestBrowser(tenant);
  const review = await untilReview(browser, link, address);
  expect(review.text).toContain("I accept the terms of use");
  expect((await acceptOn(browser, review)).status).toBe(403);
  expect(await stateOf(id)).toMatchObject({ externalUserState: "PendingAcceptance" });
  const fields = { invitation: review.field("invitation"), terms: "accepted" };
  expect((await browser.post("/redeem/accept", review, fields)).status).toBe(303);
  expect(await stateOf(id)).toMatchObject({ externalUserState: "Accepted" });
  tenant.rehearse({ termsOfUse: false });
});

describe("[guest-language] the guest's pages", () => {
  const asking = (language: string) => ({ "accept-language": language });

  it.each([
    ["da-DK,da;q=0.9,en;q=0.8", "da", "Contoso inviterer dig"],
    ["de", "de", "Contoso lädt Sie ein"],
    ["ja,fr-CA;q=0.7,en;q=0.3", "fr", "Contoso vous invite"],
    ["en;q=0.2, es;q=0.9", "es", "Contoso le invita"],
    ["de;q=0, en", "en", "Contoso invites you"],
    ["ja", "en", "Contoso invites you"],
    [";;q=x,,", "en", "Contoso invites you"],
  ])("speak the language that the browser asks for by '%s'", async (accepted, language, heading) => {
    const { link } = await invite("reader@fabrikam.example");
    const { html, text } = await new TestBrowser(tenant).get(pathOf(link), asking(accepted));
    expect(html).toContain(`<html lang="${language}">`);
    expect(text).toContain(heading);
  });

  it("speak the language that the directory knows as the guest's, whatever the browser asks for", async () => {
    const address = "prefers@fabrikam.example";
    const { id, link } = await invite(address);
    await tenant.graph("PATCH", `/users/${id}`, { preferredLanguage: "es-MX" });
    const browser = new TestBrowser(tenant);
    const review = await untilReview(browser, link, address);
    expect(review.html).toContain('<html lang="es">');
    await acceptOn(browser, review);
    expect((await browser.get("/redeem/done", asking("de"))).text).toContain("Ya está dentro");
    expect((await browser.get("/myapps", asking("de"))).text).toContain("Mis aplicaciones");
  });

  it("tell nobody by their language who is a guest", async () => {
    const { id } = await invite("secret-language@fabrikam.example");
    await tenant.graph("PATCH", `/users/${id}`, { preferredLanguage: "da" });
    const browser = new TestBrowser(tenant);
    await browser.post("/sign-in", await browser.get("/sign-in"), { address: "secret-language@fabrikam.example" });
    expect((await browser.get("/sign-in/code")).html).toContain('<html lang="en">');
  });

  it("refuse in the guest's language, with a way on", async () => {
    const page = await new TestBrowser(tenant).get("/redeem?ticket=x", asking("fr"));
    expect([page.status, page.text.includes("Ce lien ne mène à aucune invitation")]).toEqual([404, true]);
    expect(page.html).toContain('href="mailto:guests@contoso.example?subject=');
  });
});

describe("[way-on] a link that is not good any more", () => {
  it("names the guest's sponsor to write to, and leads to a new link", async () => {
    const sponsor = tenant.users().find(({ displayName }) => displayName === "Mira Holt")?.id;
    const { id, link } = await invite("too-late@fabrikam.example", { invitedUserSponsors: [{ id: sponsor }] });
    tenant.ageLinks("too-late@fabrikam.example");
    const browser = new TestBrowser(tenant);
    const page = await browser.get(pathOf(link));
    expect(page.status).toBe(410);
    expect(page.text).toContain("Your contact at Contoso is Mira Holt (mira@contoso.example)");
    expect(page.html).toContain('href="mailto:mira@contoso.example?subject=');
    expect(page.html).toContain(`href="/directory/users/${id}"`);
  });

  it("expires after as many days as a rehearsal says, and can be made old", async () => {
    const { link } = await invite("aged@fabrikam.example");
    const status = async () => (await new TestBrowser(tenant).get(pathOf(link))).status;
    tenant.ageLinks("aged@fabrikam.example", 6);
    expect(await status()).toBe(200);
    tenant.rehearse({ linkDays: 5 });
    const page = await new TestBrowser(tenant).get(pathOf(link));
    expect([page.status, page.text.includes("good for 5 days")]).toEqual([410, true]);
    tenant.rehearse({ linkDays: 90 });
    expect(await status()).toBe(200);
    const control = { authorization: `Bearer ${tenant.controlToken}` };
    const age = (body: object) => tenant.send("POST", "/_tenant/age-links", JSON.stringify(body), control);
    expect((await age({ email: "aged@fabrikam.example", days: 90 })).status).toBe(200);
    expect(await status()).toBe(410);
    expect((await age({ email: "nobody@fabrikam.example" })).status).toBe(404);
    expect((await age({ email: "aged@fabrikam.example", days: -1 })).status).toBe(400);
    expect(() => tenant.ageLinks("nobody@fabrikam.example")).toThrow("No guest of the tenant");
  });
});

it("[terms] the privacy statement and the terms of use can be read before accepting", async () => {
  const address = "reads@fabrikam.example";
  const { link } = await invite(address);
  const browser = new TestBrowser(tenant);
  const review = await untilReview(browser, link, address);
  for (const [path, text] of [
    ["/privacy", "Contoso keeps your name, your e-mail address"],
    ["/terms", "Your guest account is yours alone"],
  ] as const) {
    expect(review.html).toContain(`href="${path}"`);
    expect((await browser.get(path)).text).toContain(text);
  }
});
