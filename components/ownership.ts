/** Whose the guests of a list are: what the list's record says, and what the state of the stack says beyond it. */
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output.js";
import { canonicalAddress } from "../model/email-address.ts";
import { applyStep, invitationToken } from "../model/names.ts";
import { type GuestList, type LeaverOutput, SettledGuests } from "./generated/sdk.ts";

/** What a list wrote down before its guests are invited, and what it has to hear once they are. */
export class ListRecord {
  readonly list: GuestList;
  /** An apply in two steps is one run. */
  readonly #began = applyStep(process.env)?.began ?? Date.now();
  readonly #record: pulumi.Output<Written>;
  #known: Promise<Written | undefined> | undefined;
  #state: Promise<StateGuests> | undefined;

  constructor(list: GuestList) {
    this.list = list;
    this.#record = pulumi
      .all([list.present, list.absent, list.recordedAt])
      .apply(([present, absent, recordedAt]) => ({ present, absent, recordedAt }));
  }

  /**
   * Whether a guest was in the tenant before this stack invited them; `undefined` where the list has not looked. A guest
   * whom another resource of the state owns is no guest of others: a component was renamed, or the resource moved.
   *
   * A promise and no output, which would write the dependency on the list into the state once more for each guest: the
   * guest's resource has to depend on the list itself.
   */
  async existedBefore(address: string): Promise<boolean | undefined> {
    this.#known ??= knownValue(this.#record);
    const record = await this.#known;
    if (record === undefined) return unknown as unknown as boolean;
    if (setOf(record.absent).has(address)) return false;
    if (!setOf(record.present).has(address)) return undefined;
    return this.#isOfThisRun(record) ? this.#isNobodys(address) : true;
  }

  /** Whether no resource of the state owns a guest whom the list has just found. */
  async #isNobodys(address: string): Promise<boolean> {
    const { own } = await this.#stateGuests();
    return !own.has(address);
  }

  /**
   * Registers the end of the list, once all guests are there.
   *
   * @param known resolves with the addresses of those who have resources, once all have been registered. A plain promise: the
   *   end must depend on no guest, or none could be removed or moved alone
   */
  end(name: string, known: Promise<string[]>, parent: pulumi.Resource): SettledGuests {
    const leavers = this.list.leavers.apply((all) => all ?? []);
    const settled = pulumi.all([this.#record, leavers]).apply(async ([record, all]) => {
      const waiting = await this.#stillInState(record, all);
      return [...new Set([...(await known), ...waiting])].sort();
    });
    return new SettledGuests(name, { known: settled, leavers }, { parent });
  }

  /** Those who left the list and whose resources are still in the state: these remove them. */
  async #stillInState(record: Written, leavers: readonly LeaverOutput[]): Promise<string[]> {
    if (leavers.length === 0 || !this.#isOfThisRun(record)) return [];
    const { all } = await this.#stateGuests();
    return leavers.map(({ address }) => address).filter((address) => all.has(address));
  }

  #isOfThisRun({ recordedAt = "" }: Written): boolean {
    return Date.parse(recordedAt) >= this.#began;
  }

  #stateGuests(): Promise<StateGuests> {
    this.#state ??= readState();
    return this.#state;
  }
}

/** The value of an output; `undefined` where a preview does not know it. */
export async function knownValue<Value>(output: pulumi.Output<Value>): Promise<Value | undefined> {
  const { isKnown, promise } = output as unknown as { isKnown: Promise<boolean>; promise(): Promise<Value> };
  return (await isKnown) ? promise() : undefined;
}

interface Written {
  present?: string[] | undefined;
  absent?: string[] | undefined;
  recordedAt?: string | undefined;
}

/** Guests for whom the state of the stack has a resource, by address; `own` are those that the stack removes. */
interface StateGuests {
  all: ReadonlySet<string>;
  own: ReadonlySet<string>;
}

/** Many guests ask the same record. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(addresses: readonly string[] | undefined): ReadonlySet<string> {
  if (addresses === undefined) return new Set();
  const known = sets.get(addresses) ?? new Set(addresses);
  sets.set(addresses, known);
  return known;
}

/**
 * Reads which guests the state of this stack has, under whatever name. Asked for only where a list has just found somebody
 * in the tenant: the whole state is read.
 */
async function readState(): Promise<StateGuests> {
  const [stack, qualified] = [
    pulumi.getStack(),
    `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
  ];
  const read = (stackName: string) => pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
  const answer = await read(qualified)
    .catch(() => read(stack))
    .catch((error: Error) => {
      const why = "The state could not be read, so that guests who moved between resources count as adopted";
      void pulumi.log.warn(`${why}: ${error.message}`);
      return {};
    });
  const resources = Object.values((answer as { outputs?: Record<string, StateResource> }).outputs ?? {});
  const guests = resources.filter(({ type, outputs }) => type === invitationToken && outputs?.userEmailAddress);
  const addressOf = ({ outputs }: StateResource) => canonicalAddress(String(outputs?.userEmailAddress));
  return {
    all: new Set(guests.map(addressOf)),
    own: new Set(guests.filter(({ outputs }) => outputs?.adopted === false).map(addressOf)),
  };
}

interface StateResource {
  type?: string;
  outputs?: { userEmailAddress?: unknown; adopted?: unknown };
}
