#!/usr/bin/env node
// npm create guests-as-code [FOLDER]: the command `guests init`, from a package that brings nothing else.
import { asksForHelp, endWith, exitStatus, helpOf, readCommandLine } from "../cli/command-line.ts";
import { initCommand } from "../cli/init.ts";
import { say } from "../cli/log-lines.ts";

await endWith(async () => {
  const args = process.argv.slice(2);
  if (!asksForHelp(args)) return initCommand.run(readCommandLine("init", initCommand, args));
  const about = "Makes a guest repository. After `npm create guests-as-code`, options follow a `--`.";
  say(helpOf("init", about, initCommand, "npm create guests-as-code@latest my-guests -- --domain contoso.com"));
  return exitStatus.fine;
});
