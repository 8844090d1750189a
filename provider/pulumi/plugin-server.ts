import { flushCompileCache } from "node:module";
import grpc from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { type Deadline, machineClock } from "../deadline.ts";
import {
  type Engine,
  InitializationError,
  type Resource,
  type ResourceProvider,
  type Severity,
} from "./resource-provider.ts";
import {
  checkResponse,
  diffResponse,
  fromStruct,
  initializationFailure,
  toStruct,
  withSecretsOf,
} from "./wire-format.ts";

/** How long an operation may take where the resource's `customTimeouts` do not say, in seconds. */
const defaultTimeout = 600;

/** One message may carry the inputs and outputs of a resource; Pulumi's own SDK allows this much, in bytes. */
const longestMessage = 400 * 1024 * 1024;

/**
 * Serves a provider to the Pulumi engine over gRPC on a free loopback port, and prints that port, as the plugin
 * protocol asks. The process ends with the engine at the latest.
 *
 * @param make builds the provider, given the engine it can log to
 * @param args the command line: the engine's address is the first that is no option
 */
export function serve(make: (engine: Engine) => ResourceProvider, args: string[]): void {
  const engine = new EngineConnection(
    args.find((argument) => !argument.startsWith("-")),
    () => process.exit(1),
  );
  const server = new grpc.Server({
    "grpc.max_receive_message_length": longestMessage,
    "grpc.max_send_message_length": longestMessage,
    // Statistics that nobody asks for, kept for each call.
    "grpc.enable_channelz": 0,
  });
  // The engine calls only what the provider has; gRPC itself answers UNIMPLEMENTED to the rest.
  server.addService(
    providerServices.ResourceProviderService,
    methods(make(engine), engine) as grpc.UntypedServiceImplementation,
  );
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(String(port));
    keepCompiled();
  });
}

/**
 * Keeps what Node has compiled, where its cache is on (NODE_COMPILE_CACHE). Node itself would at the process's end, but the
 * engine kills a provider that it needs no more.
 */
function keepCompiled(): void {
  flushCompileCache();
  // What the sign-in needs is loaded with the first request.
  setTimeout(flushCompileCache, 2_000).unref();
}

function methods(provider: ResourceProvider, engine: EngineConnection) {
  const cancelled = new AbortController();

  const deadline = (timeoutSeconds: number): Deadline => {
    const at = machineClock.now() + (timeoutSeconds || defaultTimeout) * 1000;
    let signal: AbortSignal | undefined;
    return {
      at,
      // Made when it is asked for: most reads of a refresh are answered by one request for many.
      get signal() {
        const left = Math.max(at - machineClock.now(), 0);
        signal ??= AbortSignal.any([cancelled.signal, AbortSignal.timeout(left)]);
        return signal;
      },
      clock: machineClock,
    };
  };

  const resource = (request: { getUrn(): string }): Resource => {
    const type = typeOf(request.getUrn());
    const found = provider.resources[type];
    if (found === undefined) throw new Error(`This provider has no resource type ${type}.`);
    return found;
  };

  return {
    handshake: unary<providerProto.ProviderHandshakeRequest, providerProto.ProviderHandshakeResponse>(() => {
      const response = new providerProto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),

    getPluginInfo: unary<emptyProto.Empty, pluginProto.PluginInfo>(() => {
      const response = new pluginProto.PluginInfo();
      response.setVersion(provider.version);
      return response;
    }),

    getSchema: unary<providerProto.GetSchemaRequest, providerProto.GetSchemaResponse>(() => {
      const response = new providerProto.GetSchemaResponse();
      response.setSchema(provider.schema());
      return response;
    }),

    attach: unary<pluginProto.PluginAttach, emptyProto.Empty>((request) => {
      engine.connect(request.getAddress());
      return new emptyProto.Empty();
    }),

    checkConfig: unary<providerProto.CheckRequest, providerProto.CheckResponse>((request) =>
      checkResponse(provider.checkConfig(fromStruct(request.getNews())), request.getNews()),
    ),

    diffConfig: unary<providerProto.DiffRequest, providerProto.DiffResponse>(() => diffResponse(new Map())),

    configure: unary<providerProto.ConfigureRequest, providerProto.ConfigureResponse>((request) => {
      provider.configure(fromStruct(request.getArgs()));
      const response = new providerProto.ConfigureResponse();
      // The engine lets nobody else make components.
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),

    invoke: unary<providerProto.InvokeRequest, providerProto.InvokeResponse>(async (request) => {
      const call = provider.functions?.[request.getTok()];
      if (call === undefined) throw new Error(`This provider has no function ${request.getTok()}.`);
      const response = new providerProto.InvokeResponse();
      response.setReturn(toStruct(await call(fromStruct(request.getArgs()))));
      return response;
    }),

    check: unary<providerProto.CheckRequest, providerProto.CheckResponse>((request) => {
      const olds = request.hasOlds() ? fromStruct(request.getOlds()) : undefined;
      const result = resource(request).check(request.getUrn(), fromStruct(request.getNews()), olds);
      return checkResponse(result, request.getNews());
    }),

    diff: unary<providerProto.DiffRequest, providerProto.DiffResponse>((request) => {
      const state = { urn: request.getUrn(), id: request.getId(), outputs: fromStruct(request.getOlds()) };
      const changes = resource(request).diff(fromStruct(request.getOldInputs()), fromStruct(request.getNews()), state);
      for (const ignored of request.getIgnorechangesList()) changes.delete(ignored);
      return diffResponse(changes);
    }),

    construct: unary<providerProto.ConstructRequest, providerProto.ConstructResponse>(async (request) => {
      const component = provider.components?.[request.getType()];
      if (component === undefined) throw new Error(`This provider has no component ${request.getType()}.`);
      // It needs all of Pulumi's SDK, which takes half a second to load.
      const { construct } = await import("./component-server.ts");
      return construct(request, component, engine.address);
    }),

    // An engine that shakes hands takes it for granted that the provider has previews, and asks for them here.
    create: unary<providerProto.CreateRequest, providerProto.CreateResponse>(async (request) => {
      const inputs = request.getProperties();
      const response = new providerProto.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(resource(request).preview(fromStruct(inputs), undefined), inputs));
        return response;
      }
      const creation = { urn: request.getUrn(), deadline: deadline(request.getTimeout()), inputs: fromStruct(inputs) };
      const created = await secretAs(inputs, () => resource(request).create(creation));
      response.setId(created.id);
      response.setProperties(toStruct(created.outputs, inputs));
      return response;
    }),

    read: unary<providerProto.ReadRequest, providerProto.ReadResponse>(async (request) => {
      const found = await resource(request).read({
        urn: request.getUrn(),
        deadline: deadline(request.getTimeout()),
        id: request.getId(),
        inputs: fromStruct(request.getInputs()),
        outputs: fromStruct(request.getProperties()),
      });
      const response = new providerProto.ReadResponse();
      if (found === undefined) return response;
      response.setId(found.id);
      const inputs = toStruct(found.inputs, request.getInputs());
      // The engine keeps what it has where it is told nothing, and logs every property that it is told. To import a
      // resource it sends no inputs, and has to be told them.
      if (inputs !== request.getInputs()) response.setInputs(inputs);
      response.setProperties(toStruct(found.outputs, request.getProperties()));
      return response;
    }),

    update: unary<providerProto.UpdateRequest, providerProto.UpdateResponse>(async (request) => {
      const news = request.getNews();
      const [newInputs, outputs] = [fromStruct(news), fromStruct(request.getOlds())];
      const response = new providerProto.UpdateResponse();
      if (request.getPreview()) {
        response.setProperties(toStruct(resource(request).preview(newInputs, outputs), news));
        return response;
      }
      const change = {
        urn: request.getUrn(),
        deadline: deadline(request.getTimeout()),
        id: request.getId(),
        oldInputs: fromStruct(request.getOldInputs()),
        newInputs,
        outputs,
      };
      response.setProperties(toStruct(await secretAs(news, () => resource(request).update(change)), news));
      return response;
    }),

    delete: unary<providerProto.DeleteRequest, emptyProto.Empty>(async (request) => {
      await resource(request).delete({
        urn: request.getUrn(),
        deadline: deadline(request.getTimeout()),
        id: request.getId(),
        inputs: fromStruct(request.getOldInputs()),
        outputs: fromStruct(request.getProperties()),
      });
      return new emptyProto.Empty();
    }),

    cancel: unary<emptyProto.Empty, emptyProto.Empty>(async () => {
      cancelled.abort(new Error("Pulumi cancelled the run"));
      await provider.close();
      return new emptyProto.Empty();
    }),
  };
}

/** The type token in a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Runs an operation; what it fails with keeps the secrets of its inputs. */
async function secretAs<Result>(inputs: Secrets, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw withSecretsOf(error, inputs);
  }
}

type Secrets = Parameters<typeof withSecretsOf>[1];

/** Turns a function into a gRPC handler: what it returns is the answer, what it throws is the error. */
function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => callback(null, response),
        (error: Error) =>
          callback(
            error instanceof InitializationError
              ? initializationFailure(error)
              : { code: grpc.status.UNKNOWN, details: error.message },
          ),
      );
  };
}

/** The engine behind its gRPC address. */
class EngineConnection implements Engine {
  #client: engineServices.EngineClient | undefined;
  #address = "";

  /**
   * @param address where the engine listens; nothing where Pulumi asks for the schema only: messages then go nowhere
   * @param whenGone called once that engine cannot be reached any more
   */
  constructor(address: string | undefined, whenGone: () => void) {
    if (address !== undefined) watch(this.connect(address), whenGone);
  }

  /** Talks to the engine at this address from now on: a provider that was started by hand is told it later. */
  connect(address: string): Channel {
    this.#address = address;
    this.#client?.close();
    // The engine is on this machine, and gRPC goes by https_proxy of itself.
    const options = { "grpc.enable_http_proxy": 0 };
    this.#client = new engineServices.EngineClient(address, grpc.credentials.createInsecure(), options);
    return this.#client.getChannel();
  }

  /** Where the engine listens. */
  get address(): string {
    return this.#address;
  }

  log(severity: Severity, message: string, urn: string): void {
    const request = new engineProto.LogRequest();
    request.setSeverity(severity === "warning" ? engineProto.LogSeverity.WARNING : engineProto.LogSeverity.INFO);
    request.setMessage(message);
    request.setUrn(urn);
    this.#client?.log(request, () => {
      // A message that the engine did not take is no reason to fail the operation it was about.
    });
  }
}

type Channel = ReturnType<engineServices.EngineClient["getChannel"]>;

/**
 * An engine that was killed tells nobody, and the language host that started this provider may outlive it: a provider
 * that went on inviting would do so beside the next run. A lost connection is tried again once.
 */
function watch(channel: Channel, whenGone: () => void): void {
  const state = channel.getConnectivityState(true);
  if (state === grpc.connectivityState.TRANSIENT_FAILURE) {
    whenGone();
  } else {
    channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, (closed) => {
      if (!closed) watch(channel, whenGone);
    });
  }
}
