import { z } from "zod";
import type { Properties } from "../pulumi/resource-provider.ts";

const addresses = z.array(z.string("expected an e-mail address"), "expected a list of e-mail addresses");

/** The inputs of `entra-guests:index:GuestList`. */
export const guestListSchema = z.strictObject({
  addresses,
  expired: addresses.default([]),
  removalLimit: z
    .strictObject({
      guests: z.int("expected a whole number").min(0, "is 0 or more").default(20),
      percent: z.number("expected a number").min(0, "is 0 to 100").max(100, "is 0 to 100").default(50),
    })
    .prefault({}),
  allowRemoval: z.boolean("expected true or false").default(false),
});

export type GuestListInputs = z.infer<typeof guestListSchema>;

/** Takes inputs that `check` has passed, as they come from the state or the engine. */
export function knownList(properties: Properties): GuestListInputs {
  return guestListSchema.parse(properties);
}
