import type { CheckFailure, Properties, Resource, ResourceProvider } from "../../provider/pulumi/resource-provider.ts";
import { ServiceError } from "./cloud.ts";

/** A resource that is made, read and removed; every change replaces it. */
export interface FixedResource {
  inputs: readonly string[];
  required: readonly string[];
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  /** Rejects with a `ServiceError` 404 where it is gone. */
  read(id: string, outputs: Properties): Promise<{ inputs: Properties; outputs: Properties }>;
  delete(id: string, outputs: Properties): Promise<void>;
}

/** A provider of such resources, and of functions. */
export function standIn(
  version: string,
  resources: Readonly<Record<string, FixedResource>>,
  functions: Readonly<Record<string, (args: Properties) => Promise<Properties>>>,
): ResourceProvider {
  return {
    // The official version, for the engine asks for it, marked for people.
    version: `${version}+standin`,
    resources: Object.fromEntries(Object.entries(resources).map(([type, resource]) => [type, asResource(resource)])),
    functions,
    schema: () => "{}",
    checkConfig: (config) => ({ inputs: config, failures: [] }),
    configure: () => {},
    close: async () => {},
  };
}

function asResource(resource: FixedResource): Resource {
  return {
    check: (_urn, news) => ({ inputs: news, failures: failuresOf(resource, news) }),
    diff: (olds, news) => {
      const changed = resource.inputs.filter((name) => !same(olds[name], news[name]));
      return new Map(changed.map((name) => [name, "replace"]));
    },
    preview: (inputs, outputs) => ({ ...outputs, ...inputs }),
    create: ({ inputs }) => resource.create(inputs),
    read: async ({ id, outputs }) => {
      try {
        return { id, ...(await resource.read(id, outputs)) };
      } catch (error) {
        if (error instanceof ServiceError && error.status === 404) return undefined;
        throw error;
      }
    },
    update: () => Promise.reject(new Error("Every change replaces this resource.")),
    delete: ({ id, outputs }) => resource.delete(id, outputs),
  };
}

function failuresOf({ inputs, required }: FixedResource, news: Properties): CheckFailure[] {
  const missing = required.filter((name) => news[name] === undefined);
  const unknown = Object.keys(news).filter((name) => !name.startsWith("__") && !inputs.includes(name));
  return [
    ...missing.map((property) => ({ property, reason: "Missing required argument" })),
    ...unknown.map((property) => ({ property, reason: "An argument of this name is not expected here" })),
  ];
}

/** Ids are compared without regard to letter case. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one)?.toLowerCase() === JSON.stringify(other)?.toLowerCase();
}
