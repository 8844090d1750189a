import { expect, it } from "vitest";
import { withDefaults } from "../defaults.ts";
import type { GuestArgs } from "../generated/sdk.ts";
import { accessOf } from "./guest-access.ts";

const guest = { email: "ana@fabrikam.example" };
const defaults = { groups: ["Partners"], apps: ["Portal"], profiles: ["all"] };

it("adds a guest's own access to that of the defaults", () => {
  expect(withDefaults({ ...guest, groups: ["Auditors"] }, defaults)).toMatchObject({
    groups: ["Partners", "Auditors"],
    apps: ["Portal"],
    profiles: ["all"],
  });
});

it("gives a guest who inherits no access only their own", () => {
  const merged = withDefaults(
    { ...guest, inheritAccess: false, groups: ["Auditors"] },
    { ...defaults, department: "IT" },
  );
  expect(merged).toMatchObject({ groups: ["Auditors"], department: "IT" });
  expect(merged).not.toHaveProperty("apps");
  expect(merged).not.toHaveProperty("profiles");
});

it("lets a list file set aside the access of the stack config, and its guests keep the file's", () => {
  const inFile = withDefaults<GuestArgs>(guest, { inheritAccess: false, groups: ["Suppliers"] });
  expect(withDefaults(inFile, defaults)).toMatchObject({ groups: ["Suppliers"] });
});

it("takes the same thing once, whatever its letter case, from defaults, profiles and the guest", () => {
  const merged = withDefaults({ ...guest, groups: ["partners"], profiles: ["more"] }, defaults);
  const profiles = {
    all: { groups: ["PARTNERS", "Everyone"] },
    more: { apps: ["portal", { app: "portal", role: "r" }] },
  };
  expect(accessOf(merged, profiles)).toMatchObject({
    groups: ["Partners", "Everyone"],
    apps: [{ app: "Portal" }, { app: "portal", role: "r" }],
  });
});
