// node cli/apply.ts --stack NAME: previews, and when nothing speaks against it brings the tenant to the list.
import { type ExitStatus, endWith, exitStatus } from "./exit-status.ts";
import { refuseUnlessNewest } from "./run/checkout.ts";
import { commonUsage, runOptions } from "./run/options.ts";
import { previewStack, publish, statusOf } from "./run/preview-report.ts";
import { policyFlags, runPulumi } from "./run/pulumi.ts";

const usage = `node cli/apply.ts ${commonUsage} [--newest-of BRANCH] [--plan FILE]`;

await endWith(async (): Promise<ExitStatus> => {
  const options = runOptions(process.argv.slice(2), usage, ["newest-of", "plan"]);
  const { plan, "newest-of": branch } = options.extra;
  if (branch !== undefined) refuseUnlessNewest(options.project, branch);

  const { report } = await previewStack(options);
  publish(report, options);
  if (report.outcome !== "previewed") return statusOf(report);

  // The preview is done; the pack judges once more what only the update knows.
  const planFlags = plan === undefined ? [] : ["--plan", plan];
  const { status } = await runPulumi(options, "up", ["--yes", "--skip-preview", ...policyFlags(options), ...planFlags]);
  return status === 0 ? exitStatus.fine : exitStatus.failed;
});
