// One policy that does nothing: what the engine and Pulumi's SDK take for any pack.
import { PolicyPack } from "@pulumi/policy";

new PolicyPack("trivial", {
  policies: [{ name: "nothing", description: "Nothing.", enforcementLevel: "advisory", validateResource: () => {} }],
});
