/** Who of the guests that a preview adds is in the tenant already: `guests preview --ask-tenant`. Reads only. */
import { lookUpGuest, NoSuchGuest } from "../provider/guest/guest-look-up.ts";
import { exitStatus, type StackPlace, Stop } from "./command-line.ts";
import type { AddedGuest, Standing } from "./comment/guest-changes.ts";
import type { GuestReport } from "./comment/guest-report.ts";
import { type SignedIn, signIn } from "./signed-in.ts";

/**
 * Asks the tenant for each added guest's address, ten guests in a request.
 *
 * @returns the report with their standing; without it, and with the reason, where the tenant could not be asked
 */
export async function askTenant(place: StackPlace, report: GuestReport): Promise<GuestReport> {
  if (report.added.length === 0) return { ...report, asked: true };
  try {
    const signedIn = await signIn(place);
    const added = await withStandings(signedIn, report.added).finally(() => signedIn.close());
    return { ...report, added, asked: true };
  } catch (error) {
    return { ...report, asked: { missing: error instanceof Error ? error.message : String(error) } };
  }
}

/** @throws Stop where the sign-in may not read users; Error where Graph did not answer */
function withStandings(signedIn: SignedIn, added: readonly AddedGuest[]): Promise<AddedGuest[]> {
  return Promise.all(added.map(async (guest) => ({ ...guest, standing: await standingOf(signedIn, guest.address) })));
}

async function standingOf({ graph, deadline }: SignedIn, address: string): Promise<Standing> {
  try {
    const { kind } = await lookUpGuest({ graph }, address, deadline);
    if (kind === "not allowed") throw new Stop("the sign-in lacks the permission User.Read.All.", exitStatus.failed);
    return ({ nobody: "new", guest: "here", deleted: "recycle bin" } as const)[kind];
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof NoSuchGuest)) throw error;
    return cause.isAmbiguous ? "several" : "member";
  }
}
