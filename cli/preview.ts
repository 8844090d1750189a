// node cli/preview.ts --stack NAME: what would change, as a table on the terminal and as a comment for the pull
// request. Sends nothing, and needs no right to the tenant but to read what the program looks up.
import { endWith } from "./exit-status.ts";
import { commonUsage, runOptions } from "./run/options.ts";
import { previewStack, publish, statusOf } from "./run/preview-report.ts";

const usage = `node cli/preview.ts ${commonUsage} [--save-plan FILE]`;

await endWith(async () => {
  const options = runOptions(process.argv.slice(2), usage, ["save-plan"]);
  const plan = options.extra["save-plan"];
  const { report } = await previewStack(options, plan === undefined ? [] : ["--save-plan", plan]);
  publish(report, options);
  return statusOf(report);
});
