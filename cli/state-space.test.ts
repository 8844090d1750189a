import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refuseWithoutSpace, stateFolder } from "./state-space.ts";

describe("[M7] a run is refused before it sends", () => {
  let folder: string;
  let project: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "guests-as-code-space-"));
    project = path.join(folder, "project");
    mkdirSync(project);
    writeFileSync(path.join(project, "Pulumi.yaml"), "name: guests\n");
    vi.stubEnv("PULUMI_BACKEND_URL", pathToFileURL(folder).href);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  const megabyte = 1024 * 1024;
  const options = () => ({ stack: "contoso/guests/prod", project, policyConfig: "", out: "" });
  const refusal = (free: number | undefined, guests?: number) => {
    try {
      refuseWithoutSpace(options(), guests, () => free);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("where the disk of the state is nearly full, with the folder and both sizes", () => {
    expect(refusal(1.5 * megabyte)).toContain(`The state is kept in ${folder}, where 1.5 MB are free`);
    expect(refusal(1.5 * megabyte)).toMatch(/may need 32 MB.*Nothing was sent\. Free some space/s);
    expect(refusal(33 * megabyte)).toBeUndefined();
  });

  it("sooner where the list or the state is large", () => {
    expect(refusal(100 * megabyte, 5000)).toContain("may need 227 MB");
    const stacks = path.join(folder, ".pulumi", "stacks", "guests");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(path.join(stacks, "prod.json"), Buffer.alloc(20 * megabyte));
    expect(refusal(100 * megabyte)).toContain("may need 132 MB");
  });

  it("not where nobody can tell, or where the state is elsewhere", () => {
    expect(refusal(undefined)).toBeUndefined();
    vi.stubEnv("PULUMI_BACKEND_URL", "azblob://state?storage_account=contoso");
    expect(refusal(0)).toBeUndefined();
  });

  it("measures the folder that Pulumi would take", () => {
    expect(stateFolder("file:///var/my%20state?no_tmp_dir=true", "/p")).toBe(path.resolve("/var/my state"));
    expect(stateFolder("file://~/state", "/p")).toBe(path.join(homedir(), "state"));
    expect(stateFolder("file://~", "/p")).toBe(homedir());
    expect(stateFolder("file://./state", "/p")).toBe(path.resolve("/p", "state"));
    for (const url of [undefined, "", "https://api.pulumi.com", "s3://state"])
      expect(stateFolder(url, "/p")).toBeUndefined();
  });
});
