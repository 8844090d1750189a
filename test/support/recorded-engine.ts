import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { vi } from "vitest";

/** A resource as it was registered, with the options as the engine gets them. */
interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  parent: string;
  version: string;
  ignoreChanges: string[];
  /** Its aliases, where it has any: the name of each, or the URN of another parent. */
  aliases?: string[];
  retainOnDelete: boolean | undefined;
  deleteBeforeReplace: boolean;
  additionalSecretOutputs: string[];
  createTimeout: string | undefined;
  protect: boolean | undefined;
}

interface Request {
  toObject(): Record<string, never>;
  getType(): string;
  getName(): string;
}

export interface RecordedEngine {
  all: Registered[];
  /** The invitations of all engines, by name. */
  invitations(): Registered[];
  resources(type: string): Registered[];
}

/**
 * Puts Pulumi's mocks in the engine's place and writes down what is registered.
 *
 * @param outputsOf what the provider answers beside the inputs
 * @param call what a provider's function answers
 * @returns the registered resources as they came, and the invitations among them by name (they register concurrently)
 */
export async function recordedEngine(
  outputsOf: (name: string) => Record<string, unknown> = () => ({}),
  preview = false,
  call: (token: string, inputs: Record<string, unknown>) => Record<string, unknown> = (_, given) => given,
): Promise<RecordedEngine> {
  const all: Registered[] = [];
  const inputs = new Map<string, Record<string, unknown>>();
  await pulumi.runtime.setMocks(
    {
      call: ({ token, inputs: given }) => call(token, given),
      newResource: ({ type, name, inputs: given, custom }) => {
        inputs.set(`${type}::${name}`, given);
        return { id: custom && !preview ? `id of ${name}` : undefined, state: { ...given, ...outputsOf(name) } };
      },
    },
    "guests",
    "test",
    preview,
  );
  const { prototype } = MockMonitor as unknown as { prototype: MonitorPrototype };
  const register = prototype.registerResource;
  vi.spyOn(prototype, "registerResource").mockImplementation(async function (this: unknown, request, done) {
    await register.call(this, request, done);
    all.push(registered(request, inputs.get(`${request.getType()}::${request.getName()}`) ?? {}));
  });
  const isInvitation = ({ type }: Registered) => /invitation:|:Invitation$/.test(type);
  return {
    all,
    invitations: () => all.filter(isInvitation).sort((a, b) => (a.name < b.name ? -1 : 1)),
    resources: (wanted) => all.filter(({ type }) => type === wanted),
  };
}

interface MonitorPrototype {
  registerResource(request: Request, done: unknown): Promise<void>;
}

function registered(request: Request, inputs: Record<string, unknown>): Registered {
  const wire = request.toObject() as Record<string, unknown>;
  const aliases = wire.aliasesList as { spec?: { name?: string; parenturn?: string } }[];
  return {
    type: request.getType(),
    name: request.getName(),
    inputs,
    parent: String(wire.parent),
    version: String(wire.version),
    ignoreChanges: wire.ignorechangesList as string[],
    ...(aliases.length > 0 && { aliases: aliases.map(({ spec }) => spec?.name || spec?.parenturn || "") }),
    retainOnDelete: wire.retainondelete as boolean | undefined,
    deleteBeforeReplace: wire.deletebeforereplace as boolean,
    additionalSecretOutputs: wire.additionalsecretoutputsList as string[],
    createTimeout: (wire.customtimeouts as { create?: string } | undefined)?.create,
    protect: wire.protect as boolean | undefined,
  };
}

/** What an output comes to. */
export function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(withUnknowns?: boolean): Promise<T> }).promise();
}

/** Waits until every resource is registered. */
export function settled(): Promise<void> {
  return pulumi.runtime.disconnect();
}
