import { describe, expect, it } from "vitest";
import { invitationToken } from "./invitation-properties.ts";
import { judge as judgeWith } from "./policy-examples.ts";
import { redirectUrl as policy } from "./redirect-url-policy.ts";

function judge(
  redirectUrl: string,
  config: Record<string, unknown> = { hosts: ["*.contoso.example", "contoso.example"] },
) {
  return judgeWith(policy, [{ type: invitationToken, name: "ana", props: { redirectUrl } }], config);
}

describe("redirect-url", () => {
  it.each([
    "https://portal.contoso.example",
    "https://PORTAL.Contoso.example./a/b?x=1#top",
    "https://contoso.example:8443/",
    "https://portal.contoso.example/?next=/orders&time=12:30&tenantId=urn:x",
    "https://portal.contoso.example/?next=https%3A%2F%2Forders.contoso.example%2F",
  ])("lets %s pass", (url) => expect(judge(url)).toEqual([]));

  it("lets Microsoft's own portals pass where nothing is configured, and nothing else", () => {
    expect(judge("https://myapps.microsoft.com", {})).toEqual([]);
    expect(judge("https://myapplications.microsoft.com/?tenantid=1", {})).toEqual([]);
    expect(judge("https://portal.contoso.example", {})).toHaveLength(1);
  });

  it.each([
    ["http://portal.contoso.example", "begins with http:"],
    ["javascript:alert(1)//portal.contoso.example", "begins with javascript:"],
    ["https://portal.contoso.example@elsewhere.example/", "hides the real host elsewhere.example"],
    ["https://ana:secret@portal.contoso.example/", "carries a user name or password"],
    ["https://192.0.2.7/", "by an IP address"],
    ["https://3221225991/", "by an IP address"],
    ["https://[2001:db8::7]/", "by an IP address"],
    ["https://elsewhere.example/", "not on the list of allowed hosts (*.contoso.example, contoso.example)"],
    ["https://portal.contoso.example.elsewhere.example/", "not on the list"],
    ["https://portal.c\u043entoso.example/", "not on the list"],
    ["https://localhost/", "not on the list"],
    ["portal.contoso.example", "is no whole URL"],
  ])("reports %s", (url, words) => expect(judge(url)).toEqual([expect.stringContaining(words)]));

  it.each([
    "https://portal.contoso.example/?next=https://elsewhere.example",
    "https://portal.contoso.example/?next=https%3A%2F%2Felsewhere.example",
    "https://portal.contoso.example/?next=https%253A%252F%252Felsewhere.example",
    "https://portal.contoso.example/?next=//elsewhere.example/",
    "https://portal.contoso.example/?next=%5C%5Celsewhere.example",
    "https://portal.contoso.example/?next=/%09/elsewhere.example",
    "https://portal.contoso.example/?next=https:/elsewhere.example",
    "https://portal.contoso.example/?next=javascript:alert(1)",
    "https://portal.contoso.example/#/login?next=https://elsewhere.example",
    "https://portal.contoso.example/#https://elsewhere.example",
    "https://portal.contoso.example/forward/https://elsewhere.example",
    "https://portal.contoso.example/?next=https%3A%2F%2Forders.contoso.example%2F%3Fnext%3Dhttps%253A%252F%252Felsewhere.example",
  ])("reports that %s may lead on to another site", (url) => {
    const messages = judge(url);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages[0]).toContain("may lead on to another site");
  });

  // Places that an application may forward to: a parameter's value or name, the fragment, the path.
  it.each([
    ...["?next=http:evil.example", "?next=https:evil.example", "?next=HTTP:/evil.example", "?next=ftp://evil.example"],
    ...["?next=ftp:evil.example", "?next=ws:evil.example", "?next=data:text/html,x", "?next=javascript:alert(1)"],
    ...["?next=ms-word:ofe|u|evil.example", "?next=mailto:eve@evil.example", "?next=intent:x", "?next=myapp:x"],
    ...["?next=x-myapp://evil", "?next=view-source:x", "?next=blob:x", "?next=file:///etc/passwd"],
    ...[
      "?next=//evil.example",
      "?next=///evil.example",
      "?next=/\\evil.example",
      "?next=\\\\evil.example",
      "?next=\\/evil",
    ],
    ...[
      "?u=x;next=http:evil.example",
      "?next=/orders,http:evil.example",
      "?next= http:evil.example",
      "?next=/.//evil.example",
    ],
    ...[
      "?next=+http:evil.example",
      "?next=%09http:evil.example",
      "?next=ht%0Atp:evil.example",
      "?next=java%0Dscript:x",
    ],
    ...["?next=http%EF%BC%9Aevil.example", "?next=%EF%BC%8F%EF%BC%8Fevil.example", "?next=%E2%80%8Bhttp:evil.example"],
    ...[
      "?https://evil.example",
      "?http:evil.example",
      "?http:evil.example=x",
      "?//evil.example",
      "?//evil.example/?a=b",
    ],
    ...["?next%3Dhttp:evil.example", "?http%3Aevil.example", "?a&b&//evil.example", "?a=b=//evil.example"],
    ...["#//evil", "#//evil.example", "#http:evil.example", "#/login?next=http:evil.example", "#next=//evil.example"],
    ...["#/a&ftp:evil.example", "#%2F%2Fevil.example", "#!//evil.example", "#javascript:alert(1)", "#evil:x"],
    ...["//evil.example", "/%2F/evil.example", "/%5C%5Cevil.example", "/\\evil.example", "/go/http:evil.example"],
    ...["/go/ftp:evil.example", "/go/myapp://evil", "/go//evil.example", "/go/%68ttp:evil.example", "/:f:/s/http:evil"],
    ...["?next=%zz%2F%2Fevil.example", "?next=%25zz%252F%252Fevil.example", "/%E0%A4%A/http%3A%2F%2Fevil.example"],
    ...[
      "?next=%u002f%u002fevil.example",
      "?next=%25u002f%25u002fevil.example",
      "?next=//3221225991",
      "?next=//[2001:db8::7]",
    ],
    ...[
      "?next=https://orders.contoso.example%252f@evil.example",
      "?next=urn://evil.example",
      "?next=urn:x//evil.example",
    ],
    ...[
      "?next=https://orders.contoso.example,https://evil.example",
      "?next=//orders.contoso.example/?next=http:evil.example",
    ],
  ])("[M5] reports what %s may lead on to", (rest) => {
    expect(judge(`https://portal.contoso.example${rest.startsWith("/") ? "" : "/"}${rest}`)[0]).toContain(
      "the redirect URL may lead on to another site: in ",
    );
  });

  it.each([1, 2, 3, 5, 8, 9, 20, 60])("[M5] reports a link that is encoded %i times over", (times) => {
    let link = "//evil.example";
    for (let time = 0; time < times; time++) link = encodeURIComponent(link);
    for (const before of ["?next=", "#", "?", "go/"]) {
      expect(judge(`https://portal.contoso.example/${before}${link}`)).toEqual([
        expect.stringMatching(times > 8 ? /is encoded more than 8 times over/ : /the host evil\.example/),
      ]);
    }
  });

  it.each([
    "/sites/partners/_layouts/15/Doc.aspx?sourcedoc={0e4c6b1e-0000-4000-8000-000000000001}&action=default",
    "/:f:/s/Partners/EabcDEF?e=5:x1Yz",
    "/:li:/r/sites/partners/Lists/Orders",
    "/l/channel/19%3Aabc%40thread.tacv2/General?groupId=0e4c6b1e&tenantId=0e4c6b1e",
    "/?context=%7B%22Tid%22%3A%220e4c6b1e%22%2C%22Oid%22%3A%220e4c%22%7D",
    "/#@contoso.example/resource/subscriptions/0e4c/resourceGroups/data",
    "/#view/Microsoft_AAD_IAM/Users/~/Overview",
    "/#:~:text=orders",
    "/?sig=ab//cd%2F%2Fef%3D%3D&state=a.b.c&t=2026-11-24T12:30:00Z&p=50%25",
    "/?login_hint=ana@fabrikam.example&domain_hint=fabrikam.example",
    "/orders//5",
    "/?q=100%&r=%zz",
    "/wiki/File:Plan",
    "/?next=/orders?from=12:30",
  ])("leaves what leads nowhere else alone: %s", (rest) => {
    expect(judge(`https://portal.contoso.example${rest}`)).toEqual([]);
  });

  it("lets words before a colon pass that the configuration names, where no slash follows", () => {
    const url = "https://portal.contoso.example/?order=name:asc";
    expect(judge(url)).toEqual([expect.stringContaining('in order, "name:asc" begins with name:, not with https:')]);
    const config = { hosts: ["*.contoso.example"], schemes: ["name", "http"] };
    expect(judge(url, config)).toEqual([]);
    expect(judge("https://portal.contoso.example/?order=name://evil.example", config)).toHaveLength(1);
    expect(judge("https://portal.contoso.example/?order=http:evil.example", config)).toHaveLength(1);
  });

  it("[M6] reads no further where a URL is too long, or holds too many links", () => {
    const long = `https://portal.contoso.example/?next=${"//orders.contoso.example/".repeat(10_000)}`;
    expect(judge(long)).toEqual([expect.stringContaining("has more than 2048 characters")]);
    const many = `https://portal.contoso.example/#${Array.from({ length: 60 }, (_, at) => `a=//a${at}.contoso.example`).join("&")}`;
    expect(judge(many)[0]).toContain("there are more than 50 links");
  });

  it("names the parameter and the host", () => {
    expect(judge("https://portal.contoso.example/?next=//elsewhere.example/")).toEqual([
      expect.stringMatching(/in next, the host elsewhere\.example/),
    ]);
  });

  it("lets links to this machine pass only where the switch for the local tenant is on", () => {
    const local = { hosts: [], allowLoopback: true };
    for (const url of [
      "https://localhost:8443/apps",
      "https://127.0.0.1:8443/",
      "http://[::1]/",
      "http://127.9.9.9/",
    ]) {
      expect(judge(url, local)).toEqual([]);
      expect(judge(url)).toHaveLength(1);
    }
    expect(judge("https://192.0.2.7/", local)).toHaveLength(1);
    expect(judge("https://localhost.elsewhere.example/", local)).toHaveLength(1);
  });

  it("names an entry of the configuration that is no host", () => {
    expect(judge("https://contoso.example", { hosts: ["https://contoso.example"] })).toEqual([
      expect.stringContaining(
        '"hosts" in the policy\'s configuration has entries that are not hosts: https://contoso.example',
      ),
    ]);
  });
});
