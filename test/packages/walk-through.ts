import { expect } from "vitest";
import { type Command, type ExampleProject, failed, type Run, succeeded } from "./example-project.ts";

/** An example in some language, and how it is run. */
export interface Walk {
  project: ExampleProject;
  /** The file that declares the guests. */
  source: string;
  /** Runs a command of Pulumi on the program as it is now. */
  pulumi(command: Command): Promise<Run>;
}

/**
 * The life of a list of guests, the same in every language: invited, another redirect URL without another guest, stopped
 * where too many would go, and cleaned up.
 */
export async function walkThrough({ project, source, pulumi }: Walk): Promise<void> {
  const { tenant } = project;
  await succeeded(pulumi("preview"));
  expect(project.writes(), "after the preview").toEqual([]);

  await succeeded(pulumi("up"));
  const ids = project.guestIds();
  expect(Object.keys(ids).sort()).toEqual(["ana@fabrikam.example", "bo@northwind.example", "cleo@adatum.example"]);
  const guests = tenant.guests();
  expect(guests.find(({ mail }) => mail === "ana@fabrikam.example")).toMatchObject({ displayName: "Ana Trujillo" });
  expect(guests.find(({ mail }) => mail === "cleo@adatum.example")).toMatchObject({ companyName: "Adatum" });
  expect(await project.outputs()).toEqual({ ana: ids["ana@fabrikam.example"], pending: 3, links: "[secret]" });
  expect(project.storedState()).not.toContain("/redeem?");

  tenant.clearRequests();
  expect(await succeeded(pulumi("up"))).toMatch(/7 unchanged/);
  expect(project.writes(), "after a run without a change").toEqual([]);

  project.edit(source, "https://myapps.microsoft.com", "https://portal.contoso.example");
  await succeeded(pulumi("up"));
  expect(project.guestIds(), "after another redirect URL").toEqual(ids);
  expect(project.writes()).toEqual(Array(3).fill("POST /v1.0/invitations"));

  tenant.clearRequests();
  const [bo, cleo] = [
    /^.*bo@northwind.example.*\n(?: {10}message: .*\n)?/gm,
    /^.*cleo@adatum.example.*\n(?: {10}company.*\n)?/gm,
  ];
  for (const guest of [bo, cleo]) project.edit(source, guest, "");
  const output = await failed(pulumi("up"));
  expect(output).toContain("this would remove 2 of 3 guests");
  expect(project.writes(), "after a change that is stopped").toEqual([]);
  expect(project.guestIds()).toEqual(ids);

  await succeeded(pulumi("destroy"));
  expect(project.guestIds()).toEqual({});
}
