/** The baseline of the benchmarks: a provider that does nothing at once, behind the same gRPC server as ours. */

import { serve } from "../../../provider/pulumi/plugin-server.ts";

/** @type {import("../../../provider/pulumi/resource-provider.ts").ResourceProvider} */
const trivial = {
  version: "0.1.0",
  resources: {
    "trivial:index:Trivial": {
      check: (_urn, inputs) => ({ inputs, failures: [] }),
      diff: () => new Map(),
      preview: (inputs) => inputs,
      create: async ({ inputs }) => ({ id: "trivial", outputs: inputs }),
      read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
      update: async ({ newInputs }) => newInputs,
      delete: async () => {},
    },
  },
  schema: () => "{}",
  checkConfig: (inputs) => ({ inputs, failures: [] }),
  configure: () => {},
  close: async () => {},
};

serve(() => trivial, process.argv.slice(2));
