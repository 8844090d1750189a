import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import tls from "node:tls";
import { guestInvitationsToken, guestListToken, invitationToken, settledGuestsToken } from "../../../model/names.ts";
import type { Clock, Deadline } from "../../../provider/deadline.ts";
import { checkInvitation } from "../../../provider/guest/checked-inputs.ts";
import { Claims } from "../../../provider/guest/delete-guest.ts";
import { FreshLookUps } from "../../../provider/guest/guest-look-up.ts";
import {
  type Context,
  guestListResource,
  invitationResource,
  settledGuestsResource,
} from "../../../provider/guest/guest-resources.ts";
import { ReadAhead } from "../../../provider/guest/read-guest.ts";
import { GraphClient } from "../../../provider/microsoft/graph-client.ts";
import { Mailboxes } from "../../../provider/microsoft/mailbox.ts";
import { readConfiguration } from "../../../provider/microsoft/sign-in-configuration.ts";
import { Session } from "../../../provider/microsoft/sign-in-session.ts";
import type { Properties, Resource } from "../../../provider/pulumi/resource-provider.ts";
import type { Permission, TenantOptions } from "../../../tenant/index.ts";
import { startTestTenant, type TestTenant } from "../tenant-client.ts";

/** A guest as the state knows them. */
export interface RecordedGuest {
  id: string;
  inputs: Properties;
  outputs: Properties;
}

/** One run of the provider: what the engine starts anew for each `pulumi` command. */
export interface Run {
  /** Writes the list down, as `GuestInvitations` does before its guests; returns who was there. */
  writeListDown(addresses: string[], more?: Properties): Promise<string[] | undefined>;
  /** The list that this run wrote down, as the state has it. */
  list(): RecordedGuest;
  /** Changes a list that an earlier run wrote down, and ends it, as `GuestInvitations` does after its guests. */
  changeList(
    list: RecordedGuest,
    addresses: string[],
    settled: string[],
    formerly?: Record<string, string>,
  ): Promise<RecordedGuest>;
  /** Deletes a list, as `destroy` does after its guests; its end goes first, where a run came so far. */
  removeList(list: RecordedGuest, settled?: string[]): Promise<void>;
  /** What the engine asks first of a guest whom the state has and the program still declares. */
  declare(guest: RecordedGuest): void;
  invite(address: string, more?: Properties): Promise<RecordedGuest>;
  update(guest: RecordedGuest, changes: Properties): Promise<RecordedGuest>;
  /** What the engine asks first of a list, in a refresh. */
  readList(addresses: string[]): Promise<void>;
  /** `undefined` where the guest is gone. */
  refresh(guest: RecordedGuest): Promise<RecordedGuest | undefined>;
  importGuest(id: string): Promise<RecordedGuest | undefined>;
  remove(guest: RecordedGuest): Promise<void>;
  /** What was said to the person who runs Pulumi. */
  said: string[];
  /** What the run knows of who lists whom. */
  claims: Claims;
  close(): Promise<void>;
}

/** The provider's own operations on a real tenant, without the engine and without waiting. */
export interface ProviderAtTenant {
  tenant: TestTenant;
  clock: Clock & { turnForward(milliseconds: number): void };
  /** Starts a run, as the tenant's main application or as one with these permissions only. */
  run(...permissions: Permission[]): Run;
  /** How many invitation mails each guest got. */
  mails(): Record<string, number>;
  close(): Promise<void>;
}

export interface ProviderOptions extends Partial<TenantOptions> {
  /** How long one request may take, in milliseconds. */
  attemptTimeout?: number;
  /** What the provider is told of the lag, in seconds; by default the truth. */
  replicationSeconds?: number;
}

/** Starts a tenant whose clock stands still but for what is waited. */
export async function openProvider(options: ProviderOptions = {}): Promise<ProviderAtTenant> {
  const { attemptTimeout, replicationSeconds = options.replicationLagSeconds ?? 0, ...tenantOptions } = options;
  const clock = turnableClock();
  const tenant = await startTestTenant({ now: () => new Date(clock.now()), ...tenantOptions });
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), readFileSync(tenant.caFile, "utf8")]);
  const runs: Run[] = [];

  return {
    tenant,
    clock,
    run(...permissions) {
      const app = permissions.length > 0 ? tenant.registerApp({ displayName: "Least", permissions }) : undefined;
      const environment = {
        ...tenant.environment,
        ...(app && { ARM_CLIENT_ID: app.clientId, ARM_CLIENT_SECRET: app.clientSecret }),
      };
      const graph = new GraphClient(new Session(readConfiguration({}, environment)), undefined, attemptTimeout);
      const run = startRun(graph, clock, replicationSeconds * 1000);
      runs.push(run);
      return run;
    },
    mails: () => {
      const counts: Record<string, number> = {};
      for (const { to } of tenant.mails()) counts[to] = (counts[to] ?? 0) + 1;
      return counts;
    },
    async close() {
      await Promise.all(runs.map((run) => run.close()));
      await tenant.remove();
    },
  };
}

function startRun(graph: GraphClient, clock: Clock, replicationTime: number): Run {
  const said: string[] = [];
  const engine: Context["engine"] = { log: (_severity, message) => said.push(message) };
  const context: Context = {
    graph,
    engine,
    mailboxes: new Mailboxes(graph, (message, urn) => engine.log("warning", message, urn)),
    signIn: "application",
    claims: new Claims((message) => said.push(message)),
    lookUps: new FreshLookUps(),
    readAhead: new ReadAhead(),
    replication: { time: replicationTime, startedAt: clock.now() },
  };
  const invitation = invitationResource(() => context, context.claims);
  const end = settledGuestsResource(() => context, context.claims);
  const list = guestListResource(() => context, context.claims);
  const urn = (type: string, name: string) => `urn:pulumi:test::guests::${guestInvitationsToken}$${type}::${name}`;
  const urnOf = (address: string) => urn(invitationToken, `guests-${address}`);
  const [listUrn, endUrn] = [urn(guestListToken, "guests"), urn(settledGuestsToken, "guests")];
  let present: string[] | undefined;
  let written: RecordedGuest | undefined;
  const read = (known: RecordedGuest): Promise<RecordedGuest | undefined> =>
    invitation.read({ urn: "", deadline: deadlineBy(clock), ...known });

  return {
    said,
    claims: context.claims,
    async writeListDown(addresses, more) {
      const inputs = checked(list, { addresses, ...more });
      const { id, outputs } = await list.create({ urn: listUrn, deadline: deadlineBy(clock), inputs });
      written = { id, inputs, outputs };
      present = outputs.present as string[] | undefined;
      return present;
    },
    list() {
      if (written === undefined) throw new Error("This run has not written its list down.");
      return written;
    },
    async changeList({ id, inputs, outputs: before }, addresses, settled, formerly = {}) {
      const newInputs = checked(list, { addresses, formerly, allowRemoval: true });
      const request = { id, oldInputs: inputs, newInputs, deadline: deadlineBy(clock) };
      const outputs = await list.update({ ...request, urn: listUrn, outputs: before });
      const leavers = outputs.leavers ?? [];
      const settling = { known: addresses, leavers };
      const [oldEnd, newEnd] = [{ known: settled, leavers: [] }, checked(end, settling)];
      if (end.diff(oldEnd, newEnd).size > 0) {
        await end.update({ ...request, urn: endUrn, oldInputs: oldEnd, newInputs: newEnd, outputs: {} });
      }
      return { id, inputs: newInputs, outputs };
    },
    async removeList(recorded, settled) {
      const request = { urn: endUrn, id: "", deadline: deadlineBy(clock), outputs: {} };
      if (settled !== undefined) await end.delete({ ...request, inputs: { known: settled } });
      await list.delete({ ...request, ...recorded, urn: listUrn });
    },
    declare({ id, inputs, outputs }) {
      const urn = urnOf(String(inputs.userEmailAddress));
      invitation.check(urn, inputs, inputs);
      invitation.diff(inputs, inputs, { urn, id, outputs });
    },
    async invite(address, more = {}) {
      const { inputs } = checkInvitation({
        userEmailAddress: address,
        redirectUrl: "https://myapps.microsoft.com",
        ...(written !== undefined && present !== undefined && { existedBefore: present.includes(address) }),
        ...more,
      });
      const created = await invitation.create({ urn: urnOf(address), deadline: deadlineBy(clock), inputs });
      return { id: created.id, inputs, outputs: created.outputs };
    },
    async update(guest, changes) {
      const { inputs } = checkInvitation({ ...guest.inputs, ...changes });
      const outputs = await invitation.update({
        urn: urnOf(String(inputs.userEmailAddress)),
        deadline: deadlineBy(clock),
        id: guest.id,
        oldInputs: guest.inputs,
        newInputs: inputs,
        outputs: guest.outputs,
      });
      return { id: guest.id, inputs, outputs };
    },
    async readList(addresses) {
      await list.read({
        urn: listUrn,
        id: "guest-list",
        deadline: deadlineBy(clock),
        inputs: { addresses },
        outputs: {},
      });
    },
    refresh: (guest) => read(guest),
    importGuest: (id) => read({ id, inputs: {}, outputs: {} }),
    remove: (guest) =>
      invitation.delete({ urn: urnOf(String(guest.inputs.userEmailAddress)), deadline: deadlineBy(clock), ...guest }),
    close: () => graph.close(),
  };
}

function checked(resource: Resource, properties: Properties): Properties {
  const { inputs, failures } = resource.check("", properties, undefined);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return inputs;
}

/** Ten minutes, the provider's default, by the test's clock. */
function deadlineBy(clock: Clock): Deadline {
  return { at: clock.now() + 600_000, signal: new AbortController().signal, clock };
}

/** How long those who wait at the same time are gathered, in milliseconds: time passes for them together, not in turn. */
const gatherFor = 3;

function turnableClock(): ProviderAtTenant["clock"] {
  const offset = { milliseconds: 0 };
  const now = () => Date.now() + offset.milliseconds;
  return {
    now,
    turnForward: (milliseconds) => {
      offset.milliseconds += milliseconds;
    },
    async wait(milliseconds, signal) {
      const until = now() + milliseconds;
      await pause(gatherFor);
      signal.throwIfAborted();
      offset.milliseconds += Math.max(0, until - now());
    },
  };
}
