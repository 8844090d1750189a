import { BlockList, isIP } from "node:net";
import { matchingPattern, patternRule, shownList } from "./domain-names.ts";

/** Where links may lead: the settings that policies about links share. */
export interface LinkRules {
  /** Names of hosts, in the form of a list of domains. */
  hosts: string[];
  /** Whether http and https links to this machine pass, at any port. Only a local tenant needs it. */
  allowLoopback: boolean;
}

/**
 * The schema of these settings. A guest who is sent to no application in particular lands on one of Microsoft's portals,
 * so they are the default.
 *
 * @param hosts says what the hosts are for, in one sentence
 */
export function linkSettings(hosts: string) {
  return {
    hosts: {
      type: "array",
      items: { type: "string" },
      default: ["myapps.microsoft.com", "myapplications.microsoft.com"],
      description: `${hosts} ${patternRule}`,
    },
    allowLoopback: {
      type: "boolean",
      default: false,
      description: "Whether links to this machine (localhost, 127.0.0.1, ::1) pass; for the local tenant only.",
    },
  } as const;
}

/**
 * Says why a link must not be sent to a guest.
 *
 * @param text the link as written
 * @returns the rule it breaks, or `undefined`
 */
export function linkProblem(text: string, rules: LinkRules): string | undefined {
  if (!URL.canParse(text)) return `"${text}" is no whole URL`;
  const { protocol, username, password, hostname } = new URL(text);
  const host = hostname.replace(/\.$/, "");
  if (username !== "" || password !== "")
    return `"${text}" carries a user name or password, which hides the real host ${host}`;
  if (rules.allowLoopback && isLoopback(host) && /^https?:$/.test(protocol)) return undefined;
  if (protocol !== "https:") return `"${text}" begins with ${protocol}, not with https:`;
  if (isAddress(host)) return `"${text}" names its host by an IP address; certificates and people know names`;
  if (matchingPattern(host, rules.hosts) !== undefined) return undefined;
  return `the host ${host} of "${text}" is not on the list of allowed hosts (${shownList(rules.hosts) || "which is empty"})`;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
  const bare = bareAddress(host);
  const family = isIP(bare);
  if (family === 0) return host === "localhost" || host.endsWith(".localhost");
  return loopback.check(bare, family === 6 ? "ipv6" : "ipv4");
}

function isAddress(host: string): boolean {
  return isIP(bareAddress(host)) !== 0;
}

function bareAddress(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
