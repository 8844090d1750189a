// The door for Pulumi, which would compile a TypeScript entry itself. In the repository Node runs the TypeScript as it is.
// The published pack has none: below node_modules Node runs JavaScript only, and `npm run build` makes it.
import { existsSync } from "node:fs";
import { PolicyPack } from "@pulumi/policy";

const source = new URL("policies.ts", import.meta.url);
const built = new URL("dist/policies.js", import.meta.url);
// No `require`: Pulumi's runner has put its compiler there. And no `await`: the runner requires this file.
import((existsSync(source) ? source : built).href).then(({ policies, refuseUnknownSettings }) => {
  refuseUnknownSettings(policies);
  new PolicyPack("guests", {
    displayName: "Guests as code",
    description: "What a Microsoft Entra guest may be, whichever package invites them",
    provider: "Azure",
    tags: ["entra", "b2b", "guests"],
    policies,
  });
});
