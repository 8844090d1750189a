/** The command `post-comment`. It needs no package, so the job that may write to a pull request installs none. */
import { readFileSync } from "node:fs";
import { type CommentApi, type ExistingComment, hostOf, NoComments, send } from "./code-hosts.ts";
import { type Command, exitStatus, Stop } from "./command-line.ts";
import { byHand, marker, pipelineOf, readMarker } from "./comment/comment-marker.ts";
import { say } from "./log-lines.ts";

/** Comments on the pull request of this pipeline. */
export const postCommentCommand: Command = {
  options: {
    stack: { value: "NAME", help: "The stack whose comment every file has to be. A pull request can forge the files." },
  },
  takes: "FILE...",
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run({ values: { stack }, rest: files }) {
    try {
      const host = hostOf(process.env);
      const comments = files.map((file) => ({ file, body: readFileSync(file, "utf8") }));
      const problems = comments.flatMap(({ file, body }) => {
        const problem = forgery(body, stack, pipelineOf(process.env));
        return problem === undefined ? [] : [`${file} ${problem}.`];
      });
      if (problems.length > 0) throw new Stop(["Nothing was posted.", ...problems].join("\n"), exitStatus.failed);
      for (const { file, body } of comments) say(`${file}: ${await postComment(host, body)}`);
    } catch (error) {
      // A pipeline that may not comment still shows everything in its log.
      if (!(error instanceof NoComments)) throw error;
      say(`Not posted: ${error.message}`);
      for (const file of files) say(`\n${readFileSync(file, "utf8")}`);
    }
    return exitStatus.fine;
  },
};

/** Why a text is not the comment of this stack and pipeline, as far as its first line tells. */
function forgery(body: string, stack: string | undefined, pipeline: string): string | undefined {
  const read = readMarker(body);
  if (read === undefined) return 'is no comment of "guests preview": its first line is not the marker of one';
  if (stack !== undefined && shortName(read.stack) !== shortName(stack)) {
    return `is the comment of stack ${read.stack}, not of ${stack}`;
  }
  const isOurs = [marker(read.stack, { ...read, pipeline }), marker(read.stack, { ...read, pipeline: byHand })];
  return isOurs.includes(marker(read.stack, read)) ? undefined : `is the comment of another pipeline, ${read.pipeline}`;
}

/** `prod` of `organisation/project/prod`. */
function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/**
 * Writes a comment to a pull request: updates the one of an earlier run, or creates it. Nobody else's comment is touched.
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
  let ourselves: Promise<string | undefined> | undefined;
  for (let page = 1; ; page++) {
    const comments = api.comments(await send(api.list(page)));
    // A comment that quotes ours has the marker further down.
    for (const comment of comments.filter(({ body }) => body.split(/\r?\n/, 1)[0] === marker)) {
      if (comment.author !== undefined) ourselves ??= whoWeAre(api);
      if (isBy(await ourselves, comment, api)) return comment;
    }
    if (api.pageSize === undefined || comments.length < api.pageSize) return undefined;
  }
}

/** Who writes with this pipeline's token; `undefined` where the host does not say. */
async function whoWeAre({ self }: CommentApi): Promise<string | undefined> {
  try {
    return self.author(await send(self.request));
  } catch {
    return undefined;
  }
}

function isBy(ourselves: string | undefined, { author, byBot }: ExistingComment, { self }: CommentApi): boolean {
  if (byBot === false) return false;
  return author === undefined || author === (ourselves ?? self.usual ?? author);
}

/** Hosts rewrite line ends and trailing space. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replace(/\r\n/g, "\n").trimEnd();
  return plain(one) === plain(other);
}
