import { readFileSync } from "node:fs";
import tls from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { fewest, permissionsFor } from "../../cli/app-registration.ts";
import { Stop } from "../../cli/command-line.ts";
import type { ListUses } from "../../cli/declared-list.ts";
import type { StackConfig } from "../../cli/pulumi-run.ts";
import { type SignedIn, signInWith } from "../../cli/signed-in.ts";
import { type CheckLine, tenantLines } from "../../cli/tenant-check.ts";
import type { Permission } from "../../tenant/index.ts";
import { invitesFrom } from "../../tenant/store/rehearsal.ts";
import { startTestTenant, type TestTenant } from "./tenant-client.ts";

const nothing: ListUses = {
  guests: 1,
  mailboxes: [],
  groups: [],
  apps: [],
  links: [],
  azureScopes: [],
  sponsors: false,
  profiles: false,
  onDelete: new Set(["delete"]),
};
const everything: ListUses = {
  ...nothing,
  mailboxes: ["invitations@contoso.example"],
  groups: ["Partners"],
  apps: [{ app: "Contoso Orders", role: "Orders.Write" }, { app: "Partner Portal" }],
  links: ["Contoso Orders"],
  sponsors: true,
  profiles: true,
};
const sufficient = [...fewest(permissionsFor(everything)), "Mail.Send", "Mail.ReadWrite"] as Permission[];

describe("doctor, with the tenant", () => {
  let tenant: TestTenant;

  beforeAll(async () => {
    tenant = await startTestTenant();
    tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(tenant.caFile, "utf8")]);
  });
  beforeEach(() => tenant.rehearse({ invitesFrom: "everyone" }));
  afterAll(() => tenant.remove());

  /** The environment of an application with these permissions only. */
  function environmentOf(permissions: readonly Permission[]): Record<string, string> {
    const { clientId, clientSecret } = tenant.registerApp({ displayName: "Least", permissions: [...permissions] });
    return { ...tenant.environment, ARM_CLIENT_ID: clientId, ARM_CLIENT_SECRET: clientSecret };
  }

  async function signedIn<Result>(
    environment: NodeJS.ProcessEnv,
    work: (signedIn: SignedIn) => Promise<Result>,
    config: StackConfig = {},
  ): Promise<Result> {
    const session = await signInWith(config, environment);
    return work(session).finally(() => session.close());
  }

  async function lines(uses: ListUses, permissions: readonly Permission[] = sufficient): Promise<CheckLine[]> {
    return signedIn(environmentOf(permissions), (session) => tenantLines(session, uses));
  }

  function about(all: readonly CheckLine[], begin: string): CheckLine[] {
    return all.filter((line) => line.about.startsWith(begin));
  }

  it("says first that HTTPS_PROXY names no proxy, and keeps the password in it", async () => {
    vi.stubEnv("HTTPS_PROXY", "socks5://user:secret@proxy.example:1080");
    const run = lines(nothing).finally(() => vi.unstubAllEnvs());
    const message = "HTTPS_PROXY is not the address of an HTTP proxy: write it as http://proxy.example:8080.";
    await expect(run).rejects.toThrow(new Stop(message, 1));
  });

  it("finds nothing missing where everything is there", async () => {
    const all = await lines(everything, [...sufficient, "Policy.Read.All"]);
    expect(all.filter(({ state }) => state !== "fine")).toEqual([]);
    expect(all.map((line) => line.about)).toEqual([
      "Sign-in",
      "Permissions",
      "Who may invite",
      "Mailbox invitations@contoso.example",
      "Group Partners",
      "Application Contoso Orders",
      "Application Partner Portal",
      "Clock",
    ]);
    expect(all[0]?.says).toContain("an application, Least, by a client secret, at tenant");
    expect(all[0]?.says).toContain(tenant.tenantId);
  });

  it("changes nothing, and asks in few requests", async () => {
    tenant.clearRequests();
    await lines(everything);
    const sent = tenant.requests().filter(({ path }) => path.startsWith("/v1.0/"));
    // That nobody may be mailed is asked by a mail to nobody, and only where the token does not say it.
    expect(sent.filter(({ method, path }) => method !== "GET" && !path.endsWith("/$batch"))).toEqual([]);
    expect(sent.filter(({ path }) => path.endsWith("/$batch")).length).toBeLessThanOrEqual(4);
  });

  describe("the sign-in", () => {
    const refused = async (environment: NodeJS.ProcessEnv, config?: StackConfig) => {
      const error = await signedIn(environment, async () => undefined, config).catch((error) => error);
      expect(error).toBeInstanceOf(Stop);
      expect(error.status).toBe(1);
      return error.message as string;
    };

    it("is told when the secret is wrong", async () => {
      expect(await refused({ ...tenant.environment, ARM_CLIENT_SECRET: "wrong" })).toMatch(
        /Cannot sign in to tenant .* AADSTS7000215/,
      );
    });

    it("is told when the application is not there", async () => {
      const ARM_CLIENT_ID = "11111111-1111-4111-8111-111111111111";
      expect(await refused({ ...tenant.environment, ARM_CLIENT_ID })).toMatch(/AADSTS700016/);
    });

    it("is told when a part of it is missing", async () => {
      const { ARM_TENANT_ID: _, ...environment } = tenant.environment;
      expect(await refused(environment)).toContain("needs tenantId (ARM_TENANT_ID)");
    });

    it("is told when the cloud is not there", async () => {
      expect(await refused({ ...tenant.environment, ARM_METADATA_HOSTNAME: "127.0.0.1:1" })).toContain(
        "Cannot read the endpoints of the cloud",
      );
    });

    it("follows the stack's config before the environment", async () => {
      const config = { "entra-guests:clientSecret": { value: "wrong", secret: true } };
      expect(await refused(tenant.environment, config)).toContain("AADSTS7000215");
      const typo = { "entra-guests:tenantID": { value: tenant.tenantId, secret: false } };
      expect(await refused(tenant.environment, typo)).toContain('"tenantID" is not a setting');
    });
  });

  describe("permissions", () => {
    it.each(permissionsFor(everything).map(({ least }) => least))("names %s where it is missing", async (least) => {
      const without = sufficient.filter((name) => name !== least && name !== "User.ReadWrite.All");
      const missing = about(await lines(everything, without), "Permissions");
      expect(missing.every(({ state }) => state === "missing")).toBe(true);
      expect(missing.map(({ says }) => says).join("\n")).toContain(`${least}, to `);
      expect(missing[0]?.todo).toContain("admin consent");
    });

    it("tells those that no list of this kind needs", async () => {
      const all = about(await lines(nothing, [...sufficient, "Directory.ReadWrite.All"]), "Permissions");
      expect(all.map(({ state }) => state)).toEqual(["fine", "note"]);
      expect(all[1]?.says).toContain("AppRoleAssignment.ReadWrite.All");
    });
  });

  describe("who may invite", () => {
    const rule = async (permissions: Permission[] = ["Policy.Read.All"]) =>
      about(await lines(nothing, [...sufficient, ...permissions]), "Who may invite")[0];

    it.each(invitesFrom.map((value) => [value, value === "none" ? "missing" : "fine"]))(
      "%s is %s",
      async (from, state) => {
        tenant.rehearse({ invitesFrom: from as (typeof invitesFrom)[number] });
        const line = await rule();
        expect(line?.state).toBe(state);
        // The words are known for each value that Microsoft's page names.
        expect(line?.says).not.toContain(`"${from}"`);
      },
    );

    it("is not known without Policy.Read.All, and then nothing is missing", async () => {
      const line = await rule([]);
      expect([line?.state, line?.todo]).toEqual(["not known", expect.stringContaining("Policy.Read.All")]);
    });
  });

  describe("the mailbox", () => {
    const mailbox = async (name: string, permissions = sufficient) =>
      about(await lines({ ...nothing, mailboxes: [name] }, permissions), "Mailbox")[0];
    const without = (...names: string[]) => sufficient.filter((name) => !names.includes(name));

    it.each([
      ["nobody has the address", "nobody@contoso.example", sufficient, "missing", /no such mailbox/],
      ["the user has no mailbox", "jonas@contoso.example", sufficient, "missing", /no such mailbox/],
      [
        "nothing of mail is granted",
        "invitations@contoso.example",
        without("Mail.Send", "Mail.ReadWrite"),
        "missing",
        /needs .*Mail\.Send/,
      ],
      ["only sending is granted", "invitations@contoso.example", without("Mail.ReadWrite"), "note", /a second mail/],
    ])("is told when %s", async (_, name, permissions, state, says) => {
      const line = await mailbox(name, permissions);
      expect(line?.state).toBe(state);
      expect(line?.says).toMatch(says);
      expect(line?.says).not.toContain("Nobody was invited");
    });
  });

  describe("groups", () => {
    const group = async (name: string, permissions = sufficient) =>
      about(await lines({ ...nothing, groups: [name] }, permissions), "Group")[0];

    it.each([
      ["is not there", "Partnrs", /no group of the tenant/],
      ["is dynamic", "Fabrikam people", /a rule chooses its members/],
      ["is synchronised", "Warehouse", /on-premises/],
      ["may hold roles", "Helpdesk administrators", /directory roles/],
    ])("one that %s is missing", async (_, name, says) => {
      const line = await group(name);
      expect([line?.state, line?.says]).toEqual(["missing", expect.stringMatching(says)]);
      expect(line?.todo).toBeDefined();
    });

    it("two of one name are told by their ids, and each is found by its id", async () => {
      const create = tenant.graphAs("Group.ReadWrite.All");
      const body = { displayName: "Twins", mailEnabled: false, mailNickname: "twins", securityEnabled: true };
      const made = [
        await create("POST", "/groups", body),
        await create("POST", "/groups", { ...body, mailNickname: "t2" }),
      ];
      const ids = made.map((answer) => answer.body.id as string);
      const line = await group("Twins");
      expect(line?.state).toBe("missing");
      for (const id of ids) expect(line?.says).toContain(id);
      expect((await group(ids[0] ?? ""))?.state).toBe("fine");
    });

    it("is not known where groups may not be read", async () => {
      expect((await group("Partners", ["User.Invite.All", "User.ReadWrite.All"]))?.state).toBe("not known");
    });
  });

  describe("applications", () => {
    const app = async (app: string, role?: string) =>
      about(await lines({ ...nothing, apps: [role === undefined ? { app } : { app, role }] }), "Application")[0];

    it.each([
      ["that is not there", "Contoso Ordrs", undefined, /no enterprise application/],
      ["in another letter case", "contoso orders", "Orders.Read", /is called "Contoso Orders"/],
      ["with a role that it lacks", "Contoso Orders", "Orders.Delete", /has no role "Orders.Delete"/],
      ["with roles, and none is named", "Contoso Orders", undefined, /no default access/],
      ["without roles, and one is named", "Partner Portal", "Reader", /no roles for users/],
    ])("one %s is missing", async (_, name, role, says) => {
      const line = await app(name, role);
      expect([line?.state, line?.says]).toEqual(["missing", expect.stringMatching(says)]);
    });

    it("one without a page can be no redirect URL", async () => {
      const [line] = about(await lines({ ...nothing, links: ["Contoso Price Feed"] }), "Application");
      expect([line?.state, line?.says]).toEqual(["missing", expect.stringContaining("neither a sign-in URL")]);
    });
  });

  it("says of Azure roles that Azure was not asked", async () => {
    const [line] = about(await lines({ ...nothing, azureScopes: ["/subscriptions/1/resourceGroups/data"] }), "Azure");
    expect([line?.state, line?.says]).toEqual(["not known", expect.stringContaining("resourceGroups/data")]);
  });

  it.each([
    ["fast", 10 * 60_000, "missing"],
    ["slow", -10 * 60_000, "missing"],
    ["a little fast", 60_000, "note"],
  ])("tells a clock that is %s", async (_, off, state) => {
    const now = Date.now.bind(Date);
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + off);
    try {
      const [line] = about(await lines(nothing), "Clock");
      expect([line?.state, line?.says]).toEqual([state, expect.stringContaining(off > 0 ? "fast" : "slow")]);
    } finally {
      clock.mockRestore();
    }
  });

  it("reads a list to its last page, and says which permission a read lacks", async () => {
    await signedIn(tenant.environment, async (session) => {
      const users = await session.readAll("/users?$select=id&$top=2", z.object({ id: z.string() }));
      expect(new Set(users.map(({ id }) => id)).size).toBe(tenant.users().length);
      expect(tenant.users().length).toBeGreaterThan(4);
    });
    const error = await signedIn(environmentOf(["User.Invite.All"]), (session) =>
      session.readAll("/users", z.object({ id: z.string() }), "User.Read.All"),
    ).catch((error) => error);
    expect(error).toBeInstanceOf(Stop);
    expect(error.message).toMatch(/^Cannot read \/users: .*403.*permission User\.Read\.All: grant it/);
  });
});
