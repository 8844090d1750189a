import { expect, it } from "vitest";
import { byHand, marker, pipelineOf, readMarker } from "./comment-marker.ts";

it("[M8] a marker names stack, project and pipeline, and is read back only whole", () => {
  const origin = { project: "guests", pipeline: "github/Pull_request" };
  const written = marker("contoso/guests/prod", origin);
  expect(readMarker(`${written}\n\n### Guests`)).toEqual({ stack: "contoso/guests/prod", ...origin });
  expect(readMarker(`${written}\r\n`)).toBeDefined();
  for (const text of [
    "",
    "## Guests",
    ` ${written}`,
    `${written} x`,
    written.replace("stack=", "stack= "),
    "<!-- x -->",
  ]) {
    expect(readMarker(text)).toBeUndefined();
  }
});

it("[M8] a pipeline keeps its name from one run to the next, and tells itself from others", () => {
  const pipelines = [
    { GITHUB_ACTIONS: "true", GITHUB_WORKFLOW: "Pull request" },
    { GITHUB_ACTIONS: "true", GITHUB_WORKFLOW: "Other" },
    { GITLAB_CI: "true", CI_JOB_NAME: "preview dev" },
    { TF_BUILD: "True", SYSTEM_DEFINITIONID: "12" },
    {},
  ].map(pipelineOf);
  expect(new Set(pipelines).size).toBe(5);
  expect(pipelines.at(-1)).toBe(byHand);
});
