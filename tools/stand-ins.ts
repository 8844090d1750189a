import path from "node:path";
import { repository } from "./toolchain.ts";

/** The programs that take the place of official plugins; see tools/stand-ins/README.md. */
const folder = path.join(repository, "tools", "stand-ins", "bin");

/**
 * What the environment of a `pulumi` needs beside the toolchain's for the packages `azuread` and `azure-native`: the
 * stand-ins on its `PATH`, or with `GUESTS_OFFICIAL_PLUGINS=true` leave to download the official plugins.
 *
 * @param environment what the process has so far
 */
export function accessPlugins(environment: NodeJS.ProcessEnv): Record<string, string> {
  if (environment.GUESTS_OFFICIAL_PLUGINS === "true") return { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false" };
  const pathKey = Object.keys(environment).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return { [pathKey]: [folder, environment[pathKey]].filter(Boolean).join(path.delimiter) };
}
