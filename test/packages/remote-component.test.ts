import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { pluginFolder } from "../../tools/build.ts";
import { ensureYamlHost } from "../../tools/setup/languages.mjs";
import { pulumiProgram, repository } from "../../tools/toolchain.ts";
import { type ExampleProject, failed, openExample, succeeded } from "./example-project.ts";

const redirectUrl = "https://myapps.microsoft.com";
const component = "entra-guests:GuestInvitations";
const ana = { email: "ana@fabrikam.example" };
const bo = { email: "bo@northwind.example" };

const source = mkdtempSync(path.join(tmpdir(), "guests-as-code-yaml-"));
let yamlHost: string;
let project: ExampleProject;
beforeAll(async () => {
  yamlHost = await ensureYamlHost(repository);
});
beforeEach(async () => {
  mkdirSync(source, { recursive: true });
  writeFileSync(path.join(source, "Pulumi.yaml"), stringify({ name: "guests", runtime: "yaml" }));
  project = await openExample(source, [yamlHost]);
});
afterEach(() => project?.close());
afterAll(() => rmSync(source, { recursive: true, force: true }));

/** An expression as YAML programs write it. */
const expression = (text: string) => `\${${text}}`;

/** Writes the program: its resources, and its outputs. */
function declare(resources: object, outputs: object = {}): void {
  const plugins = { providers: [{ name: "entra-guests", path: pluginFolder }] };
  writeFileSync(
    path.join(project.folder, "Pulumi.yaml"),
    stringify({ name: "guests", runtime: "yaml", plugins, resources, outputs }),
  );
}

const up = () => project.pulumi("up", "--yes", "--skip-preview");
const destroy = () => project.pulumi("destroy", "--yes", "--skip-preview");

interface Recorded {
  urn: string;
  type: string;
  provider: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  protect?: boolean;
  dependencies?: string[];
}

async function recorded(): Promise<Recorded[]> {
  const { deployment } = JSON.parse(await succeeded(project.pulumi("stack", "export")));
  return deployment.resources;
}

describe("the component in another language", () => {
  it("gives access with the official plugins, and the program's own provider and options hold for what it makes", async () => {
    const { environment } = project.tenant;
    const azure = [{ role: "Reader", scope: "resourceGroups/partner-data" }];
    declare({
      contoso: { type: "pulumi:providers:entra-guests", properties: { tenantId: environment.ARM_TENANT_ID } },
      partners: {
        type: component,
        properties: {
          redirectUrl,
          groups: ["Partners"],
          guests: [
            {
              ...ana,
              redirectUrl: { app: "Contoso Orders" },
              apps: [{ app: "Contoso Orders", role: "order reader" }],
              azure,
            },
            bo,
          ],
        },
        options: { provider: expression("contoso"), protect: true },
      },
    });
    await succeeded(up());

    expect(project.tenant.accessOf(ana.email)).toMatchObject({
      groups: ["Partners"],
      apps: ["Contoso Orders: Orders.Read"],
      azure: [expect.stringContaining("Reader at")],
    });
    const resources = await recorded();
    const own = resources.filter(({ type }) => /^entra-guests:index:(Invitation|GuestList|SettledGuests)$/.test(type));
    expect(own.map(({ provider, protect }) => [provider.includes("::contoso::"), protect])).toEqual(
      Array(4).fill([true, true]),
    );
    expect(own.find(({ urn }) => urn.endsWith(ana.email))?.inputs.redirectUrl).toBe(
      "https://orders.contoso.example/sign-in",
    );
    expect(await failed(destroy())).toContain("protect");
  });

  it("keeps secrets secret, and takes values of other resources that a preview does not know", async () => {
    declare({
      first: { type: component, properties: { redirectUrl, guests: [ana], department: { "fn::secret": "Research" } } },
      second: {
        type: component,
        properties: { redirectUrl, guests: [bo], companyName: expression(`first.guests["${ana.email}"].userId`) },
      },
    });
    const preview = await succeeded(project.pulumi("preview"));
    expect(preview).toMatch(/9 to create/);
    await succeeded(up());

    const ids = project.guestIds();
    const guest = project.tenant.guests().find(({ mail }) => mail === bo.email);
    expect(guest).toMatchObject({ companyName: ids[ana.email] });
    expect(project.tenant.guests().find(({ mail }) => mail === ana.email)).toMatchObject({ department: "Research" });
    expect(project.storedState()).not.toContain("Research");
    const second = (await recorded()).find(({ urn }) => urn.endsWith(`::second-${bo.email}`));
    // YAML says of a component's output that it comes from the component, whatever that answers.
    expect(second?.dependencies?.some((urn) => urn.endsWith("::first"))).toBe(true);
    expect(await succeeded(up())).toMatch(/9 unchanged/);
  });

  it("adopts a guest who was there, leaves them in place, and makes several lists at once", async () => {
    declare({ list: { type: component, properties: { redirectUrl, guests: [ana], onDelete: "keep" } } });
    await succeeded(up());
    await succeeded(destroy());
    const before = project.guestIds();
    const lists = Array.from({ length: 5 }, (_, index) => `list${index}`);
    const guestsOf = (list: string) => [{ email: `${list}@northwind.example` }, { email: `${list}@fabrikam.example` }];
    declare(
      Object.fromEntries([
        ["adopters", { type: component, properties: { redirectUrl, guests: [ana] } }],
        ...lists.map((list) => [list, { type: component, properties: { redirectUrl, guests: guestsOf(list) } }]),
      ]),
      { adopted: expression(`adopters.guests["${ana.email}"].adopted`), invited: expression("list4.invited") },
    );
    await succeeded(up());

    expect(await project.outputs()).toEqual({ adopted: true, invited: 2 });
    expect(Object.keys(project.guestIds())).toHaveLength(11);
    await succeeded(destroy());
    expect(project.guestIds()).toEqual(before);
  });

  it("says everything that is wrong with a list at once, and sends nothing", async () => {
    declare({
      partners: {
        type: component,
        properties: {
          redirectUrl: "http://x.example",
          guests: [{ email: "ana" }, bo, { ...bo, expires: "2027-02-31" }],
        },
      },
    });
    const output = await failed(up());

    expect(output).toContain('4 problems in GuestInvitations "partners"');
    for (const place of ["redirectUrl", "guests[0].email", "guests[2].email", "guests[2].expires"]) {
      expect(output).toContain(`\n      ${place}\n`);
    }
    expect(project.writes()).toEqual([]);
  });

  it("says which group is not there, and invites nobody", async () => {
    declare({
      partners: { type: component, properties: { redirectUrl, guests: [{ ...ana, groups: ["Partnerz"] }, bo] } },
    });
    const output = await failed(up());

    expect(output).toContain("no group of the tenant has this name or id");
    expect(output).toContain('"Partners"');
    expect(project.guestIds()).toEqual({});
  });
});

describe("the schema", () => {
  it("passes Pulumi's check without a warning", async () => {
    const check = await succeeded(
      project.run(pulumiProgram(), ["schema", "check", path.join(repository, "provider", "schema.json")]),
    );

    expect(check).toBe("");
  });

  it("is what the plugin itself answers", async () => {
    const schema = await succeeded(
      project.run(pulumiProgram(), ["package", "get-schema", path.join(repository, "provider")]),
    );

    expect(schema).toContain('"entra-guests:index:GuestInvitations"');
  });
});
