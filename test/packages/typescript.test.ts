import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTenant, type Tenant } from "../../tenant/index.ts";
import { repository } from "../../tools/toolchain.ts";
import { type ExampleProject, openExample, succeeded } from "./example-project.ts";

/** The packages of this clone stand in for `npm install`: the component is the one that `npm run build` has made. */
async function openWithPackages(example: string): Promise<ExampleProject> {
  const project = await openExample(path.join(repository, "examples", example));
  symlinkSync(path.join(repository, "node_modules"), path.join(project.folder, "node_modules"), "junction");
  await succeeded(project.run(path.join("node_modules", ".bin", "tsc"), ["--noEmit"]));
  return project;
}

const withoutQuestions = ["--yes", "--skip-preview"];

describe("a program in TypeScript with Pulumi's usual settings", () => {
  let project: ExampleProject;
  beforeAll(async () => {
    project = await openWithPackages("typescript");
  });
  afterAll(() => project?.close());

  it("invites guests beside its other resources, which know the guests", async () => {
    await succeeded(project.pulumi("preview"));
    expect(project.writes()).toEqual([]);

    await succeeded(project.pulumi("up", ...withoutQuestions));
    const ids = project.guestIds();
    expect(await project.outputs()).toEqual({ ana: ids["ana@fabrikam.example"], pending: 3 });
    for (const address of Object.keys(ids)) expect(project.tenant.accessOf(address).groups).toEqual(["Partners"]);

    await succeeded(project.pulumi("destroy", ...withoutQuestions));
    expect(project.guestIds()).toEqual({});
  });
});

describe("a program for two tenants", () => {
  let project: ExampleProject;
  let adatum: Tenant;
  const folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-adatum-"));
  const authorities = path.join(folder, "authorities.pem");

  beforeAll(async () => {
    project = await openWithPackages("two-tenants");
    adatum = await startTenant({ dataDir: path.join(folder, "tenant") });
    writeFileSync(authorities, [project.tenant, adatum].map(({ caFile }) => readFileSync(caFile, "utf8")).join("\n"));
    await describeTenant("contosoTenant", project.tenant);
    await describeTenant("adatumTenant", adatum);
  });
  afterAll(async () => {
    await project?.close();
    await adatum?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Says in the stack config how to sign in to a tenant, as examples/README.md does. */
  async function describeTenant(name: string, { environment }: Tenant): Promise<void> {
    const settings = {
      tenantId: environment.ARM_TENANT_ID,
      clientId: environment.ARM_CLIENT_ID,
      metadataHost: environment.ARM_METADATA_HOSTNAME,
    };
    for (const [setting, value] of Object.entries(settings)) {
      await succeeded(project.pulumi("config", "set", "--path", `${name}.${setting}`, value ?? ""));
    }
    const secret = environment.ARM_CLIENT_SECRET ?? "";
    await succeeded(project.pulumi("config", "set", "--secret", `${name}ClientSecret`, secret));
  }

  it("invites each list to its own tenant, whatever the environment says", async () => {
    const nobody = { ARM_CLIENT_ID: "", ARM_CLIENT_SECRET: "", ARM_TENANT_ID: "", ARM_METADATA_HOSTNAME: "" };
    const environment = { ...nobody, NODE_EXTRA_CA_CERTS: authorities };
    await succeeded(project.pulumiWith(environment, "up", ...withoutQuestions));
    const guestsOf = (tenant: Tenant) => Object.fromEntries(tenant.guests().map(({ mail, id }) => [mail, id]));
    const [atContoso, atAdatum] = [guestsOf(project.tenant), guestsOf(adatum)];

    expect(Object.keys(atContoso).sort()).toEqual(["ana@fabrikam.example", "bo@northwind.example"]);
    expect(Object.keys(atAdatum)).toEqual(["ana@fabrikam.example"]);
    expect(await project.outputs()).toEqual({
      anaAtContoso: atContoso["ana@fabrikam.example"],
      anaAtAdatum: atAdatum["ana@fabrikam.example"],
    });

    await succeeded(project.pulumiWith(environment, "destroy", ...withoutQuestions));
    expect([guestsOf(project.tenant), guestsOf(adatum)]).toEqual([{}, {}]);
  });
});
