/**
 * The `entra-guests` Pulumi provider. The language host loads it through index.js (PulumiPlugin.yaml) and passes the
 * engine's address as the first argument; the port on which the provider listens goes to standard output.
 */
import {
  applyStep,
  guestInvitationsToken,
  guestListToken,
  invitationToken,
  packageVersion,
  settledGuestsToken,
} from "../model/names.ts";
import { Claims } from "./guest/delete-guest.ts";
import { FreshLookUps } from "./guest/guest-look-up.ts";
import { type Context, guestListResource, invitationResource, settledGuestsResource } from "./guest/guest-resources.ts";
import { ReadAhead } from "./guest/read-guest.ts";
import { GraphClient } from "./microsoft/graph-client.ts";
import { Mailboxes } from "./microsoft/mailbox.ts";
import { paceOf } from "./microsoft/shared-pace.ts";
import {
  configurationFailures,
  goThroughProxy,
  readConfiguration,
  replicationTime,
} from "./microsoft/sign-in-configuration.ts";
import { signInKind } from "./microsoft/sign-in-credential.ts";
import { Session } from "./microsoft/sign-in-session.ts";
import { serve } from "./pulumi/plugin-server.ts";
import { type Engine, isUnknown, type ResourceProvider } from "./pulumi/resource-provider.ts";
import schema from "./schema.json" with { type: "json" };

/** The provider: one session with Graph, and the resources that use it. */
function entraGuestsProvider(engine: Engine): ResourceProvider {
  const startedAt = Date.now();
  const step = applyStep(process.env);
  const claims = new Claims((message, urn) => engine.log("warning", message, urn));
  const lookUps = new FreshLookUps();
  const readAhead = new ReadAhead();
  let context: Context | undefined;
  const configured = (): Context => {
    if (context === undefined) throw new Error("The engine asked for an operation before it configured the provider.");
    return context;
  };

  return {
    version: packageVersion,
    resources: {
      [guestListToken]: guestListResource(configured, claims),
      [settledGuestsToken]: settledGuestsResource(configured, claims),
      [invitationToken]: invitationResource(configured, claims),
    },
    components: {
      [guestInvitationsToken]: async (...request) =>
        (await import("../components/remote-component.ts")).constructGuestInvitations(...request),
    },
    schema: () => JSON.stringify(schema),
    checkConfig(config) {
      const known = Object.fromEntries(Object.entries(config).filter(([, value]) => !isUnknown(value)));
      return { inputs: config, failures: configurationFailures(known) };
    },
    configure(config) {
      goThroughProxy(process.env);
      const configuration = readConfiguration(config, process.env);
      const graph = new GraphClient(new Session(configuration), paceOf(configuration, process.env));
      context = {
        graph,
        replication: { time: replicationTime(configuration), startedAt },
        engine,
        mailboxes: new Mailboxes(graph, (message, urn) => engine.log("warning", message, urn)),
        signIn: signInKind(configuration),
        claims,
        lookUps,
        readAhead,
        applyBegan: step?.step === "rest" ? step.began : undefined,
      };
    },
    async close() {
      await context?.graph.close();
    },
  };
}

serve(entraGuestsProvider, process.argv.slice(2));
