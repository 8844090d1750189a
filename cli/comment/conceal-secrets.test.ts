import { describe, expect, it } from "vitest";
import { withoutSecrets } from "./untrusted-text.ts";

const ticket = "2CE1DE7B-9E1B-4B2D-8D1C-0C1D1D1D1D1D";
const links = [
  `https://login.microsoftonline.com/redeem?rd=https%3a%2f%2finvitations.microsoft.com%2fredeem%2f%3ftenant%3d1%26user%3d2%26ticket%3d${ticket}%26ver%3d2.0`,
  `https://127.0.0.1:8443/redeem?tenant=1&user=2&ticket=${ticket}&ver=2.0`,
  `https://127.0.0.1:8443/redeem?tenant=1\\u0026user=2\\u0026ticket=${ticket}`,
  `https:\\/\\/127.0.0.1:8443\\/redeem?ticket=${ticket}`,
  `https%3A%2F%2Finvitations.microsoft.com%2Fredeem%2F%3Ftenant%3D1%26ticket%3D${ticket}`,
  `https%253A%252F%252Finvitations.microsoft.com%252Fredeem%252F%253Fticket%253D${ticket}`,
  `HTTPS://LOGIN.MICROSOFTONLINE.COM/REDEEM?TICKET=${ticket}`,
  `login.microsoftonline.com/redeem?user=2&ticket=${ticket}`,
  `<a href="https://127.0.0.1:8443/redeem?user=2&amp;ticket=${ticket}">`,
  `{"redeemUrl":"https://127.0.0.1:8443/redeem?ticket=${ticket}","x":1}`,
];

describe("[H3] a redeem URL", () => {
  it.each(links)("is not in what is left of %s", (link) => {
    const left = withoutSecrets(`see ${link} now`, {});
    expect(left).not.toContain(ticket);
    expect(left).not.toMatch(/ticket=/i);
    expect(left).toMatch(/^see /);
  });

  it("notices a secret that the process has got since", async () => {
    const environment: Record<string, string> = {};
    expect(withoutSecrets("x first-secret y", environment)).toBe("x first-secret y");
    await Promise.resolve();
    environment.MY_SECRET = "first-secret";
    expect(withoutSecrets("x first-secret y", environment)).toBe("x [secret] y");
  });

  it("is something else than a link to an application, which a reviewer has to see", () => {
    for (const text of ["https://myapps.microsoft.com/?tenantid=1", "https://portal.contoso.example/redeemed"]) {
      expect(withoutSecrets(text, {})).toBe(text);
    }
  });
});

describe("a secret of the process", () => {
  const environment = { ARM_CLIENT_SECRET: 'a/b+c~"d"=e', OTHER_TOKEN: "short", HOME: "/home/of-a-person" };

  it("goes as it is, and as it stands in a URL or in JSON", () => {
    const forms = ['a/b+c~"d"=e', "a%2Fb%2Bc~%22d%22%3De", 'a/b+c~\\"d\\"=e'];
    for (const form of forms) expect(withoutSecrets(`x ${form} y`, environment)).toBe("x [secret] y");
    expect(withoutSecrets("short /home/of-a-person", environment)).toBe("short /home/of-a-person");
  });

  it("goes line by line where it has several", () => {
    const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----";
    expect(withoutSecrets("MIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC", { CLIENT_CERTIFICATE: key })).toBe(
      "[secret]\n[secret]",
    );
  });

  it("is also a web token, wherever it stands", () => {
    const token = "eyJhbGciOiJub25l.eyJzdWIiOiIx.c2lnbmF0dXJl";
    expect(withoutSecrets(`Bearer ${token}, x.y`, {})).toBe("Bearer [secret], x.y");
    expect(withoutSecrets("eyJ is no token. e.g. this", {})).toBe("eyJ is no token. e.g. this");
  });
});

it("[M6] takes a time that grows with the text, not with its square", { timeout: 60_000 }, () => {
  const started = performance.now();
  for (const piece of ["http://", "-eyJ", "eyJaaaaaaaa.", "https%3a", "ticket=", "\\u003a", "a-a-", "redeem/"]) {
    withoutSecrets(piece.repeat(2_000_000 / piece.length), {});
  }
  // Two million characters each; the square of that would take hours.
  expect(performance.now() - started).toBeLessThan(30_000);
});
