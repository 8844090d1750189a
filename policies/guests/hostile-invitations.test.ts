import { describe, expect, it } from "vitest";
import { invitationProperties, invitationToken } from "./invitation-properties.ts";
import { policies } from "./policies.ts";
import { type JudgedResource, judge } from "./policy-examples.ts";

/** Texts of 200 kB that a pattern may need quadratic time for: what repeats matches almost, and the end does not. */
const hostile = [
  ...[
    "a-",
    "a.",
    "a",
    "A",
    "0",
    " ",
    "\n",
    "/",
    "//",
    "\\",
    ".",
    "-",
    ":",
    "@",
    "#",
    "?",
    "&",
    "=",
    "%",
    "%25",
    "+",
    "*",
  ],
  ...[
    "[",
    "[[your ",
    "[A",
    "{",
    "{{",
    "{a",
    "${",
    "<a",
    "%A",
    "(",
    ")",
    ",",
    ";",
    "a,",
    "a@b;",
    "é",
    "xn--a.",
    "ß",
    "\u0301",
    "🎉",
  ],
  ...[
    "http:",
    "https://",
    "https://a.",
    "://",
    "a://",
    "www.",
    "a.bb/",
    "//a.b/",
    "?a=//b.c",
    "&a=b",
    "#a",
    "..",
    "/..",
    "/a/b",
  ],
  ...["/providers/a/b", "a:", "\u00ad", "\uff20", "\ufdfa", "\u2100", "2026-11-24T", "TODO", "lorem ipsu", "a\u0000"],
].map((part) => part.repeat(Math.ceil(200_000 / part.length)));

function resources(text: string): JudgedResource[] {
  const message = { body: text, language: text, additionalRecipients: text };
  const props = { ...Object.fromEntries(invitationProperties.map((name) => [name, text])), message, userId: text };
  const ids = { principalId: text, roleDefinitionId: text, scope: text, memberObjectId: text, groupObjectId: text };
  const grant = (type: string, name: string): JudgedResource => ({
    type,
    name,
    props: { ...ids, principalObjectId: text, roleId: text, members: [text] },
    dependsOn: { principalId: ["ana"], memberObjectId: ["ana"], principalObjectId: ["ana"], members: ["ana"] },
  });
  return [
    { type: invitationToken, name: "ana", props },
    {
      type: invitationToken,
      name: "bo",
      props: { ...props, userEmailAddress: `bo@${text}`, redirectUrl: `https://a/${text}` },
    },
    grant("azure-native:authorization:RoleAssignment", "role"),
    grant("azuread:index/directoryRoleAssignment:DirectoryRoleAssignment", "directory-role"),
    grant("azuread:index/groupMember:GroupMember", "member"),
    grant("azuread:index/group:Group", "group"),
  ];
}

describe.each(policies)("[M6] $name", (policy) => {
  it("judges 200 kB of anything at once, and quotes little of it", { timeout: 60_000 }, () => {
    const slow: string[] = [];
    for (const text of hostile) {
      // Processor time: other tests run beside this one.
      const before = process.cpuUsage();
      const messages = judge(policy, resources(text));
      const { user } = process.cpuUsage(before);
      // The quadratic ones took a minute. The process also compiles and collects garbage of the files before this one.
      if (user > 3_000_000) slow.push(`${JSON.stringify(text.slice(0, 20))}: ${Math.round(user / 1000)} ms`);
      expect(messages.length).toBeLessThan(50);
      expect(Math.max(0, ...messages.map(({ length }) => length))).toBeLessThan(2500);
      expect(messages.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(slow).toEqual([]);
  });
});
