// node cli/post-comment.ts FILE...: writes each file as a comment to the pull request that this pipeline is about,
// or updates the comment of an earlier run. Needs nothing from node_modules, so that the job which may write to the pull
// request installs nothing.
import { readFileSync } from "node:fs";
import { endWith, exitStatus, Stop } from "./exit-status.ts";
import { NoComments } from "./post/comment-api.ts";
import { hostOf, postComment } from "./post/post.ts";

await endWith(async () => {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new Stop("Usage: node cli/post-comment.ts FILE...", exitStatus.usage);
  try {
    const host = hostOf(process.env);
    for (const file of files) console.log(`${file}: ${await postComment(host, readFileSync(file, "utf8"))}`);
  } catch (error) {
    // A pipeline without the right to comment still shows everything in its log.
    if (!(error instanceof NoComments)) throw error;
    console.log(`Not posted: ${error.message}`);
    for (const file of files) console.log(`\n${readFileSync(file, "utf8")}`);
  }
  return exitStatus.fine;
});
