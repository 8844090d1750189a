/** The command `post-comment`. It needs no package, so the job that may write to a pull request installs none. */
import { readFileSync } from "node:fs";
import { type ApiRequest, type CommentApi, type ExistingComment, hostOf, NoComments } from "./code-hosts.ts";
import { type Command, exitStatus, Stop } from "./command-line.ts";
import { say } from "./log-lines.ts";

/** Comments on the pull request of this pipeline. */
export const postCommentCommand: Command = {
  options: {},
  takes: "FILE...",
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run({ rest: files }) {
    try {
      const host = hostOf(process.env);
      for (const file of files) say(`${file}: ${await postComment(host, readFileSync(file, "utf8"))}`);
    } catch (error) {
      // A pipeline that may not comment still shows everything in its log.
      if (!(error instanceof NoComments)) throw error;
      say(`Not posted: ${error.message}`);
      for (const file of files) say(`\n${readFileSync(file, "utf8")}`);
    }
    return exitStatus.fine;
  },
};

/**
 * Writes a comment to a pull request: updates the one of an earlier run, or creates it.
 *
 * @param body the comment; its first line identifies it
 * @throws Stop with the host's answer when it refuses
 */
export async function postComment(api: CommentApi, body: string): Promise<"created" | "updated" | "unchanged"> {
  const existing = await find(api, body.split("\n", 1)[0] ?? "");
  if (existing === undefined) {
    await send(api.create(body));
    return "created";
  }
  if (sameText(existing.body, body)) return "unchanged";
  await send(api.update(existing, body));
  return "updated";
}

async function find(api: CommentApi, marker: string): Promise<ExistingComment | undefined> {
  for (let page = 1; ; page++) {
    const comments = api.comments(await send(api.list(page)));
    // A comment that quotes ours has the marker further down.
    const found = comments.find(({ body, byBot }) => byBot !== false && body.startsWith(marker));
    if (found !== undefined || api.pageSize === undefined || comments.length < api.pageSize) return found;
  }
}

/** Hosts rewrite line ends and trailing space. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replace(/\r\n/g, "\n").trimEnd();
  return plain(one) === plain(other);
}

const patienceMs = 30_000;

async function send({ method, url, headers, body }: ApiRequest): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, "user-agent": "guests-as-code", ...(body !== undefined && jsonContent) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(patienceMs),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Stop(`${method} ${url} answered ${response.status}: ${text.slice(0, 500)}`, exitStatus.failed);
  }
  return text === "" ? undefined : JSON.parse(text);
}

const jsonContent = { "content-type": "application/json" };
