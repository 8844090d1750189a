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
      expect.stringContaining('"hosts" in the policy\'s configuration holds what is no host: https://contoso.example'),
    ]);
  });
});
