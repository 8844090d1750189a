/**
 * Runs a component of the package for programs in other languages: the gRPC method `Construct`. It does what
 * `provider/server.ts` of Pulumi's SDK does, whose class is not exported, with the same functions.
 */
import * as pulumi from "@pulumi/pulumi";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import pulumiServer from "@pulumi/pulumi/provider/server.js";
import config from "@pulumi/pulumi/runtime/config.js";
import registration from "@pulumi/pulumi/runtime/resource.js";
import rpc from "@pulumi/pulumi/runtime/rpc.js";
import settings from "@pulumi/pulumi/runtime/settings.js";
import runtimeState from "@pulumi/pulumi/runtime/state.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import type { Component } from "./resource-provider.ts";

/** Functions of Pulumi's SDK that its type declarations leave out. */
interface Undeclared {
  deserializeInputs(inputs: structProto.Struct, dependencies: unknown): Promise<pulumi.Inputs>;
  hookBindingFromProto(hooks: unknown): pulumi.ResourceOptions["hooks"];
  awaitFeatureSupport(): Promise<void>;
  waitForRPCs(): Promise<void>;
  withLocalStorage<Result>(work: () => Promise<Result>): Promise<Result>;
}

const { deserializeInputs } = pulumiServer as unknown as Undeclared;
const { hookBindingFromProto } = registration as unknown as Undeclared;
const { awaitFeatureSupport, waitForRPCs } = settings as unknown as Undeclared;
const { withLocalStorage } = runtimeState as unknown as Undeclared;

/**
 * Runs a component and answers when everything in it is registered.
 *
 * @param request what the engine asks for
 * @param component what makes the component's resources
 * @param engineAddress where the engine listens; the component logs to it
 * @throws what the component throws, and what its resources fail with
 */
export function construct(
  request: providerProto.ConstructRequest,
  component: Component,
  engineAddress: string,
): Promise<providerProto.ConstructResponse> {
  // The SDK keeps its connection to the run in the store that belongs to the asynchronous work, so that several
  // components can be made at once.
  return untilSomethingFails(() => withLocalStorage(() => run(request, component, engineAddress)));
}

async function run(
  request: providerProto.ConstructRequest,
  component: Component,
  engineAddress: string,
): Promise<providerProto.ConstructResponse> {
  settings.resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    engineAddress,
    request.getMonitorendpoint(),
    request.getDryrun(),
    request.getOrganization(),
  );
  await awaitFeatureSupport();
  config.setAllConfig(Object.fromEntries(request.getConfigMap().entries()), request.getConfigsecretkeysList());

  const inputs = await deserializeInputs(
    request.getInputs() ?? new structProto.Struct(),
    request.getInputdependenciesMap(),
  );
  const { urn, state } = await component(request.getName(), inputs, optionsOf(request));

  const response = new providerProto.ConstructResponse();
  response.setUrn(await promised(urn));
  const label = `construct(${request.getType()}, ${request.getName()})`;
  const [values, dependencies] = await rpc.serializeResourceProperties(label, state);
  response.setState(structProto.Struct.fromJavaScript(values));
  for (const [property, resources] of dependencies) {
    const urns = new providerProto.ConstructResponse.PropertyDependencies();
    urns.setUrnsList(await Promise.all([...resources].map((resource) => promised(resource.urn))));
    response.getStatedependenciesMap().set(property, urns);
  }
  await waitForRPCs();
  return response;
}

/** The options that the program gave the component. */
function optionsOf(request: providerProto.ConstructRequest): pulumi.ComponentResourceOptions {
  const dependency = (urn: string) => new pulumi.DependencyResource(urn);
  const providers = [...request.getProvidersMap().entries()].map(
    ([name, reference]): [string, pulumi.ProviderResource] => [name, new pulumi.DependencyProviderResource(reference)],
  );
  const [deletedWith, trigger] = [request.getDeletedwith(), request.getReplacementTrigger()];
  const timeouts = request.getCustomtimeouts()?.toObject();
  return {
    aliases: request.getAliasesList().map(aliasOf),
    dependsOn: request.getDependenciesList().map(dependency),
    providers: Object.fromEntries(providers),
    protect: request.getProtect(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    retainOnDelete: request.getRetainondelete(),
    hooks: hookBindingFromProto(request.getResourceHooks()),
    ...(timeouts && { customTimeouts: timeouts }),
    ...(request.getParent() && { parent: dependency(request.getParent()) }),
    ...(deletedWith && { deletedWith: dependency(deletedWith) }),
    ...(trigger && { replacementTrigger: rpc.deserializeProperty(trigger.toJavaScript(), true) }),
  };
}

type AliasProto = ReturnType<providerProto.ConstructRequest["getAliasesList"]>[number];

function aliasOf(alias: AliasProto): pulumi.URN | pulumi.Alias {
  const spec = alias.getSpec();
  if (spec === undefined) return alias.getUrn();
  const { name, project, stack, parenturn, noparent } = spec.toObject();
  return {
    ...(name && { name }),
    ...(project && { project }),
    ...(stack && { stack }),
    ...(parenturn && { parent: parenturn }),
    ...(noparent && { parent: pulumi.rootStackResource }),
  };
}

function promised<Value>(output: pulumi.Output<Value>): Promise<Value> {
  // Not `apply`, whose function does not run in a preview where the value is unknown; a URN is always known.
  return (output as unknown as { promise(): Promise<Value> }).promise();
}

/** Ends the wait for each component that is being made. */
const inProgress = new Set<(reason: unknown) => void>();

/** A component that has failed leaves outputs behind that fail after it, and nobody waits for them. */
let hasFailed = false;

// Pulumi's SDK lets the outputs of a resource fail although nothing waits for them: that would end this process in the
// middle of other operations.
process.on("unhandledRejection", (reason) => {
  if (inProgress.size === 0 && !hasFailed) throw reason;
  for (const fail of inProgress) fail(reason);
});

/** Runs a component's work. It fails with it, and with whatever fails meanwhile and nobody waits for. */
async function untilSomethingFails<Result>(work: () => Promise<Result>): Promise<Result> {
  const failure = Promise.withResolvers<never>();
  inProgress.add(failure.reject);
  try {
    return await Promise.race([work(), failure.promise]);
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    inProgress.delete(failure.reject);
  }
}
