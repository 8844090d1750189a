// Started by pulumi-installer.mjs in a process of its own, because set-up may run on a Node that is too old for
// @pulumi/pulumi. Installs the CLI of the SDK's own version into the folder given. A complaint on stderr is the reason.
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";

const DOWNLOAD_SITE = "https://get.pulumi.com";
const SITE_ANSWERS_WITHIN_MS = 8_000;

const root = process.argv[2] ?? "";
try {
  // The installer itself waits two minutes for a site that a firewall swallows.
  await fetch(`${DOWNLOAD_SITE}/install.sh`, { method: "HEAD", signal: AbortSignal.timeout(SITE_ANSWERS_WITHIN_MS) });
  await PulumiCommand.install({ root });
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

/** @param {unknown} error */
function explain(error) {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `${DOWNLOAD_SITE} did not answer within ${SITE_ANSWERS_WITHIN_MS / 1000} s`;
  const cause = error.cause instanceof Error ? error.cause.message : "";
  return cause ? `${DOWNLOAD_SITE} is not reachable (${cause})` : error.message;
}
