/** As many resources that do nothing as the config says: what the engine itself costs. */
import * as pulumi from "@pulumi/pulumi";

class Trivial extends pulumi.CustomResource {
  constructor(name: string) {
    super("trivial:index:Trivial", name, { userEmailAddress: name, redirectUrl: "https://myapps.microsoft.com" });
  }
}

const config = new pulumi.Config("bench");
const [count, prefix] = [config.requireNumber("count"), config.require("prefix")];
for (let number = 0; number < count; number++) new Trivial(`guests-${prefix}-guest${number}@fabrikam.example`);
