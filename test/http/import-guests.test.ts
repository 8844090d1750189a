import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { readCommandLine } from "../../cli/command-line.ts";
import { importCommand, importGuests, importOptions } from "../../cli/import-guests.ts";
import type { TenantReader } from "../../cli/tenant-guests.ts";
import { csvListFile } from "../../components/config/csv-list-file.ts";
import { yamlListFile } from "../../components/config/yaml-list-file.ts";
import { machineClock } from "../../provider/deadline.ts";
import { GraphClient } from "../../provider/microsoft/graph-client.ts";
import { readConfiguration } from "../../provider/microsoft/sign-in-configuration.ts";
import { Session } from "../../provider/microsoft/sign-in-session.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

const today = new Date().toISOString().slice(0, 10);

let tenant: TestTenant;
let graph: GraphClient;
let reader: TenantReader;
let root: string;
let out: string;
let said: string;

beforeAll(async () => {
  tenant = await startTestTenant({ seedGuests: 400 });
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(tenant.caFile, "utf8")]);
  graph = new GraphClient(new Session(readConfiguration({}, tenant.environment)));
  const deadline = { at: Date.now() + 600_000, signal: new AbortController().signal, clock: machineClock };
  reader = { readAll: (path, shape) => graph.readAll(path, shape, deadline) };
});
afterAll(async () => {
  await graph.close();
  await tenant.remove();
});

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "guests-import-"));
  mkdirSync(path.join(root, ".git"));
  write("Pulumi.yaml", "name: guests\nruntime: nodejs\n");
  write("Pulumi.test.yaml", "config:\n  guests:redirectUrl: https://myapps.microsoft.com\n");
  out = path.join(root, "lists");
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
  return () => {
    vi.restoreAllMocks();
    rmSync(root, { recursive: true });
  };
});

function write(name: string, text: string): void {
  writeFileSync(path.join(root, name), text);
}

function read(name: string): string {
  return readFileSync(path.join(root, name), "utf8");
}

async function importInto(...args: string[]): Promise<void> {
  const all = ["--stack", "test", "--cwd", root, "--out", out, ...args];
  await importGuests(reader, importOptions(readCommandLine("import", importCommand, all)));
}

/** The guests of all lists by address, as the program reads them. */
function listed(): Map<string, Record<string, unknown>> {
  const files = readdirSync(out).filter((name) => name !== "CODEOWNERS");
  const guests = files.flatMap((name) => {
    const text = read(`lists/${name}`);
    const list = name.endsWith(".csv") ? csvListFile(name, text) : yamlListFile(name, text);
    expect(list.problems).toEqual([]);
    return list.guests.map((guest) => [guest.email, guest] as const);
  });
  expect(new Set(guests.map(([email]) => email)).size).toBe(guests.length);
  return new Map(guests);
}

/** External users of the tenant by address. */
function inTenant() {
  const users = tenant.users().filter((user) => user.userType === "Guest" || user.creationType === "Invitation");
  return new Map(users.map((user) => [(user.mail ?? user.otherMails[0] ?? "").toLowerCase(), user]));
}

describe("guests import", () => {
  it("writes one list for each partner domain, with names and sponsors as the tenant has them", async () => {
    await importInto();
    const [lists, users] = [listed(), inTenant()];
    expect([...lists.keys()].sort()).toEqual([...users.keys()].sort());
    expect(lists.size).toBeGreaterThanOrEqual(400);
    const upn = new Map(tenant.users().map(({ id, userPrincipalName }) => [id, userPrincipalName]));
    for (const [address, user] of users) {
      expect(lists.get(address)?.displayName).toBe(user.displayName);
      expect(lists.get(address)?.sponsors ?? []).toEqual(user.sponsors.map((id) => upn.get(id) ?? id));
      expect(lists.get(address)?.existing).toBe("adopt");
    }
    const files = readdirSync(out).filter((name) => name.endsWith(".yaml"));
    expect(files.length).toBeGreaterThanOrEqual(9);
    for (const file of files) {
      const { invitations } = parse(read(`lists/${file}`));
      const domains = invitations.map(({ email }: { email: string }) => email.split("@")[1]);
      expect(new Set(domains)).toEqual(new Set([path.parse(file).name]));
      expect(read(`lists/${file}`)).toMatch(new RegExp(`^# Guests of .* on ${today}`));
    }
    expect(said).toMatch(/^\d+ guests of \d+ partner domains, existing: adopt\./);
    expect(read("lists/CODEOWNERS")).toMatch(/^\/lists\/\S+\.yaml \S+@\S+/m);
    // Nothing was changed in the tenant.
    expect(tenant.requests().filter(({ method, path }) => method !== "GET" && !/batch|token/.test(path))).toEqual([]);
  });

  it("writes CSV with the profile: a formula is escaped and read back as it is in the tenant", async () => {
    const [address, user] = [...inTenant()][0] as [string, { id: string; displayName: string }];
    const displayName = '=HYPERLINK("https://evil.example";"x")';
    await tenant.graph("PATCH", `/users/${user.id}`, { displayName, department: "+1; -2", city: "Oslo" });
    await importInto("--format", "csv", "--profile", "--existing", "own");
    expect(listed().get(address)).toMatchObject({ email: address, displayName, department: "+1; -2", existing: "own" });
    for (const file of readdirSync(out).filter((name) => name.endsWith(".csv"))) {
      expect(read(`lists/${file}`)).not.toMatch(/(^|[,;|\t])[\s"]*[=+\-@]/m);
    }
    await tenant.graph("PATCH", `/users/${user.id}`, { displayName: user.displayName, department: null });
  });

  it("takes some of them: by domain, state, day and group", async () => {
    const users = [...inTenant()];
    const domain = users[0]?.[0].split("@")[1] ?? "";
    await importInto("--domain", `${domain.toUpperCase()}, nobody.example`, "--state", "pending");
    const isPending = ({ externalUserState }: { externalUserState?: string | null }) =>
      externalUserState === "PendingAcceptance";
    const expected = users.filter(([address, user]) => address.endsWith(`@${domain}`) && isPending(user));
    expect([...listed().keys()].sort()).toEqual(expected.map(([address]) => address).sort());
    expect(expected).not.toEqual([]);

    rmSync(out, { recursive: true });
    const days = users.map(([, user]) => user.createdDateTime.slice(0, 10)).sort();
    const [after, before] = [days[100] ?? "", days[200] ?? ""];
    await importInto("--invited-after", after, "--invited-before", before);
    const within = users.filter(([, user]) => {
      const day = user.createdDateTime.slice(0, 10);
      return day >= after && day < before;
    });
    expect(listed().size).toBe(within.length);
    expect(within.length).toBeGreaterThan(0);

    rmSync(out, { recursive: true });
    const [member] = users[7] ?? [];
    const group = { displayName: "Buyers", mailNickname: "buyers", mailEnabled: false, securityEnabled: true };
    const administrator = tenant.graphAs("Group.ReadWrite.All");
    const { body } = await administrator("POST", "/groups", group);
    await administrator("POST", `/groups/${body.id}/members/$ref`, {
      "@odata.id": `${tenant.url}/v1.0/users/${users[7]?.[1].id}`,
    });
    await importInto("--group", "Buyers", "--groups");
    expect([...listed().keys()]).toEqual([member]);
    const [file = ""] = readdirSync(out).filter((name) => name.endsWith(".yaml"));
    expect(read(`lists/${file}`)).toMatch(/^ {2}# groups: \[Buyers/m);
    await expect(importInto("--group", "Nobody", "--update")).rejects.toThrow('The tenant has no group "Nobody"');
  });

  it("leaves out whom another list has, and says who can't stand on a list", async () => {
    const [[first = ""] = []] = inTenant();
    write("Pulumi.test.yaml", `config:\n  guests:invitations:\n    - email: ${first.toUpperCase()}\n`);
    await importInto("--name-lists");
    expect(listed().has(first)).toBe(false);
    expect(said).toContain("1 guest on other lists of the stack already: left there.");
    const config = parse(read("Pulumi.test.yaml")).config;
    expect(config["guests:lists"]).toEqual(
      readdirSync(out)
        .filter((name) => name.endsWith(".yaml"))
        .sort()
        .map((name) => `lists/${name}`),
    );
    // The stack has no redirect URL, and an import tells nobody where to arrive.
    expect(read(config["guests:lists"][0])).toContain("redirectUrl: https://myapps.microsoft.com\n");
  });

  it("refuses to write over lists, and brings them up to date when asked: what people wrote stays", async () => {
    await importInto();
    await expect(importInto()).rejects.toThrow(/There is .* already: say --update/);
    const [file = ""] = readdirSync(out).filter((name) => name.endsWith(".yaml"));
    const before = read(`lists/${file}`);
    const [first, second, third] = parse(before).invitations as { email: string; displayName: string }[];
    const lines = before.split("\n");
    const at = (email = "") => lines.findIndex((line) => line.includes(`email: ${email}`));
    const until = lines.findIndex((line, index) => index > at(third?.email) && line.startsWith("  - "));
    // By hand: a note, a last day, another order, a name that is not the tenant's, one guest fewer, a slip of the pen.
    const byHand = [
      ...lines.slice(0, at(first?.email)),
      ...lines.slice(at(second?.email), at(third?.email)),
      "  # she buys",
      ...lines
        .slice(at(first?.email), at(second?.email))
        .map((line) => line.replace(/displayName: .*/, "displayName: X # by hand")),
      '    expires: "2035-12-31"',
      ...lines.slice(until),
    ].join("\n");
    write(`lists/${file}`, byHand.replace("invitations:\n", `invitations:\n  - email: slip.${first?.email}\n`));
    const edited = read(`lists/${file}`);

    said = "";
    await importInto("--update");
    const updated = read(`lists/${file}`);
    expect(updated).toContain(
      edited.replace("displayName: X # by hand", `displayName: ${first?.displayName} # by hand`).trimEnd(),
    );
    expect(parse(updated).invitations.at(-1)).toEqual(third);
    expect(said).toMatch(new RegExp(`no guests of the tenant, so an apply mails them.*: slip\\.${first?.email}`));
    const again = read(`lists/${file}`);
    await importInto("--update");
    expect(read(`lists/${file}`)).toBe(again);
  });

  it("does not add a guest again who is on a list with a new address that was not applied yet", async () => {
    await importInto("--name-lists");
    const [file = "", other = ""] = readdirSync(out).filter((name) => name.endsWith(".yaml"));
    const [first] = parse(read(`lists/${file}`)).invitations as { email: string }[];
    const moved = `email: new@${file.replace(/\.yaml$/, "")}\n    formerly: ${first?.email.toUpperCase()}`;
    write(`lists/${file}`, read(`lists/${file}`).replace(`email: ${first?.email}`, moved));
    const [before, otherBefore] = [read(`lists/${file}`), read(`lists/${other}`)];
    said = "";
    await importInto("--update");
    expect([read(`lists/${file}`), read(`lists/${other}`)]).toEqual([before, otherBefore]);
    expect(said).toContain("1 guest on a list with a new address already: left there.");
    expect(said).not.toContain("Name the lists");
  });

  it("writes nothing where nobody is wanted", async () => {
    await importInto("--domain", "nobody.example", "--name-lists");
    expect(said).toBe("0 guests of 0 partner domains, existing: adopt.\n");
    expect(readdirSync(root)).not.toContain("lists");
  });

  it("brings a CSV list up to date", async () => {
    await importInto("--format", "csv");
    const [file = ""] = readdirSync(out).filter((name) => name.endsWith(".csv"));
    const rows = read(`lists/${file}`).trimEnd().split("\n");
    const [head = "", first = "", second = "", ...others] = rows;
    const odd = `  ${first.replace(/^([^,]*),[^,]*,/, '"$1",Somebody,')}`;
    write(`lists/${file}`, [head, ...others, odd].join("\r\n"));
    await importInto("--format", "csv", "--update");
    const updated = read(`lists/${file}`).trimEnd().split("\r\n");
    expect(updated).toEqual([head, ...others, first, second]);
  });

  it("needs no config file of the stack, and makes one to name the lists", async () => {
    rmSync(path.join(root, "Pulumi.test.yaml"));
    await importInto("--domain", "fabrikam.example", "--name-lists");
    expect(read("Pulumi.test.yaml")).toBe("config:\n  guests:lists:\n    - lists/fabrikam.example.yaml\n");
  });

  it.each([
    [["--existing", "take"], /--existing takes adopt, own, fail, require, not "take"/],
    [["--state", "gone"], /--state takes pending, accepted/],
    [["--invited-after", "2027-02-30"], /--invited-after takes a real day/],
    [["--format", "csv", "--groups"], /A CSV file has no comments/],
  ])("refuses %j", async (args, words) => {
    await expect(importInto(...args)).rejects.toThrow(words);
  });
});
