import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStack, type ThrowAwayStack } from "../throw-away-stack.ts";

const redirectUrl = "https://myapps.microsoft.com";
const loudly = ["-v=9", "--logtostderr"];

let test: ThrowAwayStack;
beforeAll(async () => {
  test = await openStack();
});
afterAll(() => test.close());

it("are in nothing that a whole life leaves behind: state, outputs, the loudest logs, errors, the tenant's log", async () => {
  const left: Record<string, string> = {};
  const pulumi = async (what: string, args: string[]) => {
    left[what] = await outputOf(args);
  };

  test.configure({ redirectUrl, invitations: [{ email: "ana@fabrikam.example" }, { email: "bo@fabrikam.example" }] });
  await pulumi("up", ["up", "--yes", "--skip-preview", ...loudly]);
  await pulumi("state", ["stack", "export"]);
  await pulumi("outputs", ["stack", "output", "--json"]);
  await pulumi("stack", ["stack", "--show-urns"]);
  const shown = await outputOf(["stack", "output", "guests", "--json", "--show-secrets"]);

  test.configure({
    redirectUrl: "https://elsewhere.contoso.example",
    invitations: [{ email: "ana@fabrikam.example" }, { email: "bo@fabrikam.example", department: "Sales" }],
  });
  await pulumi("preview", ["preview", "--diff", ...loudly]);
  await pulumi("change", ["up", "--yes", "--skip-preview", ...loudly]);
  await pulumi("refresh", ["refresh", "--yes", "--skip-preview", ...loudly]);
  test.tenant.faults.set([{ match: { method: "DELETE" }, action: { status: 403 } }]);
  await pulumi("error", ["destroy", "--yes", "--skip-preview", ...loudly]);
  test.tenant.faults.clear();
  await pulumi("destroy", ["destroy", "--yes", "--skip-preview", ...loudly]);
  left["stored state"] = test.storedState();
  left["the tenant's log"] = JSON.stringify(test.tenant.requests());

  // That nothing is found says something only where the links exist, and the logs are as loud as they should be.
  expect(shown).toContain(`${test.tenant.url}/redeem`);
  expect(left.up?.includes('"v":9')).toBe(true);
  expect(left.error?.includes("User.ReadWrite.All")).toBe(true);

  const credentials: [what: string, pattern: RegExp][] = [
    ["the client secret", new RegExp(test.tenant.environment.ARM_CLIENT_SECRET as string)],
    ["a token", /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/],
  ];
  const links: [what: string, pattern: RegExp][] = [
    ["a redeem URL", /\/redeem\?/],
    ["a redemption ticket", /ticket=(?!…)/],
  ];
  const found = Object.entries(left).flatMap(([place, text]) => [
    ...search(credentials, place, text),
    ...search(links, place, withoutEnginesTrace(text)),
  ]);
  expect(found).toEqual([]);
});

function search(secrets: [what: string, pattern: RegExp][], place: string, text: string): string[] {
  return secrets.flatMap(([what, pattern]) => {
    const at = text.search(pattern);
    return at < 0 ? [] : [`${what} in ${place}: ${text.slice(Math.max(0, at - 200), at + 80)}`];
  });
}

/**
 * With -v, the engine itself writes down the properties of every resource as they cross its wire, secret ones too. No
 * provider can keep it from that; docs/guarantees.md says so.
 */
function withoutEnginesTrace(output: string): string {
  return output.replaceAll(/^\{.*?"msg":"(?:Unm|M)arshaling property for RPC\[.*$/gm, "");
}

/** Everything that a command prints, whether it succeeds or not. */
async function outputOf(args: string[]): Promise<string> {
  const pulumi = test.startPulumi(args);
  const output: Buffer[] = [];
  pulumi.stdout?.on("data", (bytes) => output.push(bytes));
  pulumi.stderr?.on("data", (bytes) => output.push(bytes));
  await once(pulumi, "close");
  return Buffer.concat(output).toString();
}
