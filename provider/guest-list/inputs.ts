import { type GuestListInputs, guestListInputs } from "../../model/guest-list.ts";
import type { Properties } from "../grpc/properties.ts";

export type { GuestListInputs } from "../../model/guest-list.ts";

/** The inputs of `entra-guests:index:GuestList`. */
export const guestListSchema = guestListInputs;

/** Takes inputs that `check` has passed, as they come from the state or the engine. */
export function knownList(properties: Properties): GuestListInputs {
  return guestListSchema.parse(properties);
}
