import { BlockList, isIP } from "node:net";
import { matchingPattern, patternRule } from "./domain-names.ts";
import { shown, shownList, shownName } from "./policy-settings.ts";

/** Where links may lead: the settings that policies about links share. */
export interface LinkRules {
  /** Names of hosts, in the form of a list of domains. */
  hosts: string[];
  /** Whether http and https links to this machine pass, at any port. Only a local tenant needs it. */
  allowLoopback: boolean;
  /** Words that may stand before a colon although they look like the scheme of a link, in lower case. */
  schemes: string[];
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
    schemes: {
      type: "array",
      items: { type: "string", pattern: "^[a-z][a-z0-9.-]*$" },
      default: ["urn"],
      description:
        "Words with which a parameter of a link may begin, before a colon: `sort` for `?order=sort:name`. Any other word there counts as the scheme of a link that leads on.",
    },
  } as const;
}

/** What browsers and mail programs carry safely. What is longer is not read. */
const longestLink = 2048;

/**
 * Says why a link must not be sent to a guest.
 *
 * @param text the link as written
 * @returns the rule it breaks, or `undefined`
 */
export function linkProblem(text: string, rules: LinkRules): string | undefined {
  if (text.length > longestLink) return `${shown(text)} has more than ${longestLink} characters`;
  const quoted = shown(text);
  if (!URL.canParse(text)) return `${quoted} is no whole URL`;
  const { protocol, username, password, hostname } = new URL(text);
  const host = hostname.replace(/\.$/, "");
  if (username !== "" || password !== "")
    return `${quoted} carries a user name or password, which hides the real host ${shownName(host)}`;
  if (rules.allowLoopback && isLoopback(host) && /^https?:$/.test(protocol)) return undefined;
  if (protocol !== "https:") return `${quoted} begins with ${shownName(protocol.slice(0, -1))}:, not with https:`;
  if (isAddress(host)) return `${quoted} names its host by an IP address; certificates and people know names`;
  if (matchingPattern(host, rules.hosts) !== undefined) return undefined;
  return `the host ${shownName(host)} of ${quoted} is not on the list of allowed hosts (${shownList(rules.hosts) || "which is empty"})`;
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

/**
 * Says where a link may lead on to a host that is not allowed. If an application forwards to a link that its own link
 * carries, as in `https://app.example/login?next=https%3A%2F%2Felsewhere.example`, the outer host no longer says where the
 * guest arrives.
 *
 * @param text a link without a {@link linkProblem}
 * @returns a sentence for each place that carries such a link: a parameter, the fragment, or the path
 */
export function onwardProblems(text: string, rules: LinkRules): string[] {
  return problemsInside(new URL(text), rules, new Set());
}

function problemsInside(url: URL, rules: LinkRules, seen: Set<string>): string[] {
  return partsOf(url).flatMap((part) => partProblems(part, rules, seen));
}

/** A part of a link that may carry another one. */
interface Part {
  /** What people call it: the parameter's name, "the fragment" or "the path". */
  place: string;
  text: string;
  /** Whether an application may take the text as a whole for a link. */
  whole: boolean;
}

function partsOf({ search, hash, pathname }: URL): Part[] {
  // Applications in one page write parameters into the fragment, with a route before them or without.
  const parameters = [...search.slice(1).split("&"), ...hash.slice(1).split(/[?&]/)].flatMap((parameter): Part[] => {
    const [name = "", ...value] = parameter.split("=");
    return [
      { place: shownName(decodedOnce(name)), text: value.join("="), whole: true },
      { place: "the name of a parameter", text: name, whole: true },
    ];
  });
  return [
    ...parameters,
    { place: "the fragment", text: hash.slice(1), whole: true },
    { place: "the path", text: pathname, whole: false },
  ];
}

/** More links inside one another than anybody needs; a bound for what is read. */
const mostLinks = 50;

function partProblems({ place, text, whole }: Part, rules: LinkRules, seen: Set<string>): string[] {
  const readings = readingsOf(text);
  if (readings === undefined) {
    if (seen.has(text)) return [];
    seen.add(text);
    return [`in ${place}, ${shown(text)} is encoded more than ${deepestEncoding} times over`];
  }
  for (const link of readings.flatMap((reading) => linksIn(reading, whole ? rules.schemes : undefined))) {
    if (seen.has(link)) continue;
    if (seen.add(link).size > mostLinks) return [`in ${place}, there are more than ${mostLinks} links`];
    const problem = linkProblem(link, rules);
    if (problem !== undefined) return [`in ${place}, ${problem}`];
    const inside = problemsInside(new URL(link), rules, seen);
    if (inside.length > 0) return inside;
  }
  return [];
}

/** Schemes that a browser follows without a slash behind them, and any other that has one. */
const followed =
  /(?<![a-z0-9.-])(?:https?|wss?|ftps?|sftp|javascript|vbscript|data|blob|filesystem|view-source|intent|mailto|tel|sms|ms-[a-z-]+):|(?<![a-z0-9.:-])[a-z][a-z0-9.-]*:(?=\/)/gi;

/**
 * The links in a text, each with what follows it.
 *
 * @param schemes the words that the text may begin with, before a colon; left out, it may begin with any
 */
function linksIn(text: string, schemes: readonly string[] | undefined): string[] {
  const scheme = /^([a-z][a-z0-9.-]*):/i.exec(text)?.[1]?.toLowerCase();
  const begins = schemes !== undefined && scheme !== undefined && !schemes.includes(scheme);
  const inside = [...text.matchAll(followed)].map(({ index }) => text.slice(index));
  const hosts = [...text.matchAll(/(?<!\/)\/{2,}(?=[^/?#])/g)].flatMap(({ index, 0: slashes }) => {
    const rest = text.slice(index + slashes.length);
    // After a letter two slashes belong to a path, unless a host clearly follows: base64 holds them as well.
    const isPath = /[\p{L}\p{N}]$/u.test(text.slice(0, index)) && !/^(?:[^/?#]*\.|\[|localhost\b)/i.test(rest);
    return isPath ? [] : [`https://${rest}`];
  });
  return [...(begins ? [text] : []), ...inside, ...hosts];
}

/** Each redirecting page may undo one more encoding. */
const deepestEncoding = 8;

/** A text as browsers and applications may read it: as it stands, and each time that its encoding is undone. */
function readingsOf(text: string): string[] | undefined {
  const readings: string[] = [];
  let encoded = text;
  while (readings.length <= deepestEncoding) {
    readings.push(asBrowsersRead(encoded));
    const decoded = decodedOnce(encoded);
    if (decoded === encoded) return readings;
    encoded = decoded;
  }
  return undefined;
}

/** Browsers drop control characters and read a backslash as a slash; `+` is a space; wide characters count as plain. */
function asBrowsersRead(text: string): string {
  const plain = text.normalize("NFKC").replaceAll("+", " ").replaceAll("\\", "/");
  return plain.replaceAll(/[\p{Cc}\p{Cf}]/gu, "").trim();
}

const utf8 = new TextDecoder();

/**
 * Undoes one encoding: percent signs, and the escapes of JSON and old web servers (`\u002f`, `%u002f`). What is malformed
 * stays, and the rest is decoded: one stray `%` hides nothing.
 */
function decodedOnce(text: string): string {
  return text
    .replaceAll(/[%\\]u([0-9a-f]{4})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) => utf8.decode(Buffer.from(bytes.replaceAll("%", ""), "hex")));
}
