/**
 * The first line of a comment, invisible to readers: a later run finds the comment by it and updates it. This needs no
 * package, because `post-comment` runs without any.
 */
import { readFileSync } from "node:fs";
import path from "node:path";

/** Where a comment comes from, beside its stack. */
export interface Origin {
  /** The Pulumi project's name. */
  project: string;
  /** The pipeline that made it; see {@link pipelineOf}. */
  pipeline: string;
}

/** The pipeline of a run that is in none. */
export const byHand = "by-hand";

const unknown: Origin = { project: "unknown", pipeline: byHand };

/** The marker of a stack's comment. Characters that could end it are replaced. */
export function marker(stack: string, { project, pipeline }: Origin = unknown): string {
  const [of, by, from] = [stack, project, pipeline].map((name) => name.replace(/[^\w./-]/g, "_"));
  return `<!-- guests-as-code preview: stack=${of} project=${by} pipeline=${from} -->`;
}

/**
 * Reads the marker of a comment.
 *
 * @returns `undefined` where the first line is anything else than a whole marker
 */
export function readMarker(comment: string): (Origin & { stack: string }) | undefined {
  const [line = ""] = comment.split(/\r?\n/, 1);
  const [, stack, project, pipeline] = markerForm.exec(line) ?? [];
  return stack && project && pipeline ? { stack, project, pipeline } : undefined;
}

const markerForm = /^<!-- guests-as-code preview: stack=([\w./-]+) project=([\w./-]+) pipeline=([\w./-]+) -->$/;

/**
 * The pipeline that runs this process, by the name that stays the same from one run to the next.
 *
 * @param environment set by GitHub Actions, GitLab CI or Azure Pipelines
 */
export function pipelineOf(environment: NodeJS.ProcessEnv): string {
  if (environment.GITHUB_ACTIONS) return `github/${environment.GITHUB_WORKFLOW ?? ""}`;
  if (environment.GITLAB_CI) return `gitlab/${environment.CI_JOB_NAME ?? ""}`;
  if (environment.TF_BUILD) return `azure/${environment.SYSTEM_DEFINITIONID ?? ""}`;
  return byHand;
}

/** The name of the Pulumi project in a folder. */
export function projectOf(folder: string): string {
  for (const file of ["Pulumi.yaml", "Pulumi.yml"]) {
    try {
      const [, name] = /^name:\s*["']?([\w.-]+)/m.exec(readFileSync(path.join(folder, file), "utf8")) ?? [];
      if (name !== undefined) return name;
    } catch {
      // Pulumi itself says what is wrong with the folder.
    }
  }
  return unknown.project;
}
