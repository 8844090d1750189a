import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fewest, type Pipeline, permissionsFor, registrationCommands } from "./app-registration.ts";
import { Stop } from "./command-line.ts";
import type { ListUses } from "./declared-list.ts";

const least: ListUses = {
  guests: 1,
  mailboxes: [],
  groups: [],
  apps: [],
  links: [],
  azureScopes: [],
  sponsors: false,
  profiles: false,
  onDelete: new Set(["keep"]),
};

describe("the permissions of a list", () => {
  it.each<[string, Partial<ListUses>, string[]]>([
    ["that only invites", {}, ["User.Invite.All", "User.Read.All", "User.DeleteRestore.All"]],
    [
      "that deletes",
      { onDelete: new Set(["delete"]) },
      ["User.Invite.All", "User.ReadWrite.All", "User.DeleteRestore.All"],
    ],
    [
      "that disables and fills in profiles",
      { onDelete: new Set(["disable"]), profiles: true },
      ["User.Invite.All", "User.Read.All", "User.ReadUpdate.All", "User.DeleteRestore.All"],
    ],
    [
      "whose review asks for sign-ins",
      { signIns: true },
      ["User.Invite.All", "User.Read.All", "User.DeleteRestore.All", "AuditLog.Read.All"],
    ],
    [
      "with groups",
      { groups: ["Partners"] },
      ["User.Invite.All", "User.Read.All", "User.DeleteRestore.All", "GroupMember.ReadWrite.All"],
    ],
    [
      "with a page",
      { links: ["Orders"] },
      ["User.Invite.All", "User.Read.All", "User.DeleteRestore.All", "Application.Read.All"],
    ],
  ])("%s are the fewest", (_, uses, permissions) => {
    expect(fewest(permissionsFor({ ...least, ...uses }))).toEqual(permissions);
  });
});

describe("the commands that register the application", { timeout: 60_000 }, () => {
  const all: Pipeline[] = [
    { system: "github", name: "contoso/guests" },
    { system: "gitlab", name: "https://git.contoso.example/people/guests" },
    { system: "azure-devops", name: "contoso/Guest list/guests-prod" },
  ];
  const uses = {
    ...least,
    mailboxes: ["invitations@contoso.example"],
    groups: ["Partners"],
    azureScopes: ["", "/subscriptions/1/resourceGroups/it's"],
  };

  it("are what sh runs, word for word", () => {
    const calls = run(registrationCommands("contoso/guests/prod", uses, all));
    const begin = (...words: string[]) => calls.filter((call) => words.every((word, index) => call[index] === word));

    expect(begin("ad", "app", "create").map((call) => call[4])).toEqual(["guests-apply-prod", "guests-preview-prod"]);
    const asked = begin("ad", "sp", "show").flatMap((call) => /value=='([\w.]+)'/.exec(call.join(" "))?.[1] ?? []);
    expect(asked).toEqual([
      ...["User.Invite.All", "User.Read.All", "User.DeleteRestore.All", "GroupMember.ReadWrite.All"],
      ...["Mail.Send", "Mail.ReadWrite", "User.Read.All", "GroupMember.Read.All"],
    ]);
    // The id that was looked up is the one that is added.
    expect(begin("ad", "app", "permission", "add").map((call) => call.at(-1))).toEqual(asked.map(() => "answer=Role"));
    expect(begin("ad", "app", "permission", "admin-consent")).toHaveLength(2);
    expect(begin("role", "assignment", "create").map((call) => call[call.indexOf("--scope") + 1])).toEqual([
      "/",
      "/subscriptions/1/resourceGroups/it's",
    ]);
    const credentials = begin("ad", "app", "federated-credential", "create").map((call) =>
      JSON.parse(call[call.indexOf("--parameters") + 1] ?? ""),
    );
    expect(credentials.map(({ issuer, subject }) => [issuer, subject])).toEqual([
      ["https://token.actions.githubusercontent.com", "repo:contoso/guests:environment:prod"],
      ["https://token.actions.githubusercontent.com", "repo:contoso/guests:environment:prod-daily"],
      ["https://git.contoso.example", "project_path:people/guests:ref_type:branch:ref:main"],
      ["answer", "answer"],
      ["https://token.actions.githubusercontent.com", "repo:contoso/guests:pull_request"],
      ["answer", "answer"],
    ]);
    for (const { audiences, name } of credentials) {
      expect(audiences).toEqual(["api://AzureADTokenExchange"]);
      // Graph takes 3 to 120 characters of these for a credential's name.
      expect(name).toMatch(/^[\w-]{3,120}$/);
    }
    const [flexible] = begin("rest");
    expect(JSON.parse(flexible?.at(-1) ?? "").claimsMatchingExpression.value).toBe(
      "claims['sub'] matches 'project_path:people/guests:*'",
    );
    expect(begin("devops")[0]).toContain("Guest list");
  });

  it("register the application alone where no pipeline is named", () => {
    const calls = run(registrationCommands("prod", least, []));
    expect(calls.filter(([, , word]) => word === "create")).toHaveLength(2);
    expect(calls.some((call) => call.includes("federated-credential"))).toBe(false);
  });

  it.each<[Pipeline["system"], string]>([
    ["github", "contoso"],
    ["github", "contoso/$(id)"],
    ["gitlab", "http://git.example/a/b"],
    ["azure-devops", "contoso/guests"],
    ["azure-devops", "contoso/guests/`id`"],
    ["azure-devops", "contoso/guests/a'b"],
  ])("refuse --%s %s", (system, name) => {
    expect(() => registrationCommands("prod", least, [{ system, name }])).toThrow(Stop);
  });

  it("take nothing that a stack or a list names for an order", () => {
    const hostile = { ...uses, mailboxes: ["a'\n$(touch owned)@contoso.example"], azureScopes: ["/'; touch owned; '"] };
    const { folder, calls } = runIn(registrationCommands("prod$(touch owned)", hostile, []));
    expect(calls.filter((call) => call.includes("/'; touch owned; '"))).toHaveLength(1);
    expect(folder).not.toContain("owned");
  });

  function run(script: string): string[][] {
    return runIn(script).calls;
  }

  /** Runs a script with an `az` that writes down how it is called, and answers `answer`. */
  function runIn(script: string): { calls: string[][]; folder: string[] } {
    const folder = mkdtempSync(path.join(tmpdir(), "guests-az-"));
    try {
      const log = path.join(folder, "calls");
      const az = `#!/bin/sh\nfor word in "$@"; do printf '%s\\0' "$word"; done >> '${log}'\nprintf '\\n\\0' >> '${log}'\necho answer\n`;
      writeFileSync(path.join(folder, "az"), az, { mode: 0o700 });
      writeFileSync(path.join(folder, "script.sh"), script);
      execFileSync("sh", ["script.sh"], { cwd: folder, env: { PATH: `${folder}:${process.env.PATH}` }, stdio: "pipe" });
      const calls = readFileSync(log, "utf8").split("\n\0").slice(0, -1);
      return {
        calls: calls.map((call) => call.split("\0").slice(0, -1)),
        folder: execFileSync("ls", [folder], { encoding: "utf8" }).split("\n"),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
});
