/**
 * The `entra-guests` Pulumi provider. The language host loads it through index.js (PulumiPlugin.yaml) and passes the
 * engine's address as the first argument; the port on which the provider listens goes to standard output.
 */

import { EntraGuestsProvider } from "./provider.ts";
import { serve } from "./pulumi/plugin-server.ts";

serve((engine) => new EntraGuestsProvider(engine), process.argv.slice(2));
