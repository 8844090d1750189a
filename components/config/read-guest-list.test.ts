import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { readGuestList } from "../index.ts";

const project = path.join(import.meta.dirname, "..", "..");

beforeEach(async () => {
  vi.spyOn(process, "cwd").mockReturnValue(path.join(project, "stacks"));
  await pulumi.runtime.setMocks({ call: () => ({}), newResource: () => ({ id: "", state: {} }) }, "guests", "local");
});

function configured(values: Record<string, unknown>, secretKeys: string[] = []) {
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts), secretKeys);
}

function failure(): string {
  try {
    readGuestList();
  } catch (error) {
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  return "";
}

const isSecret = (value: unknown) => pulumi.isSecret(value as pulumi.Output<unknown>);

describe("the stack's guest list", () => {
  it("is what stands under guests: and in the list files, and nothing else", () => {
    configured({
      "azuread:tenantId": "x",
      "guests:redirectUrl": "https://myapps.microsoft.com",
      "guests:invitations": [{ email: "ana@x.example" }],
      "guests:lists": ["lists/adatum.csv"],
    });

    const { guests, ...rest } = readGuestList();
    expect(rest).toEqual({ redirectUrl: "https://myapps.microsoft.com" });
    expect(guests.map(({ email }) => email)).toEqual(["ana@x.example", "finn@adatum.example", "gina@adatum.example"]);
  });

  it("keeps secret values secret, the address and what steers the program aside", async () => {
    const guest = { email: "ana@x.example", displayName: "Ana", message: { body: "Hi" }, onDelete: "keep" };
    configured(
      {
        "guests:redirectUrl": "https://x.example",
        "guests:message": { cc: "m@x.example" },
        "guests:invitations": [guest],
      },
      ["guests:redirectUrl", "guests:invitations"],
    );

    const { redirectUrl, message, guests } = readGuestList();
    expect(await Promise.all([redirectUrl, guests[0]?.displayName, guests[0]?.message?.body].map(isSecret))).toEqual([
      true,
      true,
      true,
    ]);
    expect(guests[0]).toMatchObject({ email: "ana@x.example", onDelete: "keep" });
    expect(message).toEqual({ cc: "m@x.example" });
  });

  it("[case 10] warns of secrets that are written in plain, without their values", () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    configured({ "guests:redirectUrl": "https://x.example", "guests:invitations": [{ email: "hush@x.example" }] }, [
      "guests:redirectUrl",
      "guests:invitations",
    ]);
    readGuestList();
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/in plain.*guests:invitations\[0\]\.email\.$/),
    ]);
    expect(warn.mock.calls.join()).not.toContain("hush");
  });

  it("[case 10] leaves an application's page readable, where its name looks it up", async () => {
    vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
    configured({ "guests:redirectUrl": { app: "Portal" }, "guests:invitations": [] }, ["guests:redirectUrl"]);
    expect(readGuestList().redirectUrl).toEqual({ app: "Portal" });
  });

  it("[case 17] stops at a namespace that is nearly ours, and at no other", () => {
    configured({ "guests:redirectUrl": "https://x.example", "guest:groups": ["Partners"], "azuread:tenantId": "x" });
    expect(failure()).toMatch(/^1 problem[\s\S]*guest:groups[\s\S]*write guests:groups$/);
  });

  it("stops the program with one report that names the stack, without secret values", () => {
    configured({ "guests:redirectUrl": "http://hush.example", "guests:lists": ["../../etc/passwd.csv"] }, [
      "guests:redirectUrl",
    ]);

    const message = failure();
    expect(message).toMatch(/^2 problems in the guest list of stack "local"\. Nothing was sent\./);
    expect(message).toContain("a list file lies inside the project");
    expect(message).not.toContain("hush");
  });

  it("names the lines of the stack's file", () => {
    // The same words as in stacks/Pulumi.local.yaml, but for the redirect URL, which makes all of them fail.
    configured({ "guests:invitations": [{ email: "bo@northwind.example" }] });

    expect(failure()).toMatch(/guests:invitations\[0\]\.redirectUrl\n {4}value {2}"bo@northwind\.example"/);
  });
});
