// npm run pulumi -- ARGUMENTS: the real Pulumi CLI with the project's toolchain.
// Without --stack or PULUMI_STACK the stack `local` is meant; only that stack sees the local tenant.
import { runInForeground } from "../cli/pulumi-run.ts";
import { ensureLocalStack, localStackEnvironment } from "./local-stack.ts";
import { LOCAL_STACK, readArguments } from "./pulumi-arguments.ts";
import { ensureTenant, tenantEnvironment } from "./tenant-process.ts";
import { pulumiProgram, repository, toolchainEnvironment } from "./toolchain.ts";

const args = process.argv.slice(2);
try {
  process.exitCode = await runInForeground(pulumiProgram(), args, { cwd: repository, env: await environment() });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function environment(): Promise<NodeJS.ProcessEnv> {
  const { stack, needsStack, needsTenant, isRefresh } = readArguments(args, process.env);
  // The program makes the outputs, such as who has accepted: a refresh that does not run it goes on showing the old ones.
  const refresh = isRefresh ? { PULUMI_RUN_PROGRAM: process.env.PULUMI_RUN_PROGRAM ?? "true" } : {};
  if (stack !== LOCAL_STACK) return { ...process.env, ...toolchainEnvironment(), ...refresh };
  if (needsTenant) await ensureTenant();
  const env = { ...localStackEnvironment(tenantEnvironment()), ...refresh };
  if (needsStack) ensureLocalStack(env);
  return env;
}
