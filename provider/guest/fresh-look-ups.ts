import { canonicalAddress } from "../../model/email-address.ts";
import type { LookUp } from "./guest-look-up.ts";

/**
 * What the list has just looked up for its guests, so that each invitation need not look again. Each answer serves
 * once, and only in the run that asked: whatever is tried later looks at the directory anew.
 */
export class FreshLookUps {
  readonly #byAddress = new Map<string, LookUp>();

  keep(address: string, lookUp: LookUp): void {
    this.#byAddress.set(canonicalAddress(address), lookUp);
  }

  take(address: string): LookUp | undefined {
    const key = canonicalAddress(address);
    const lookUp = this.#byAddress.get(key);
    this.#byAddress.delete(key);
    return lookUp;
  }
}
