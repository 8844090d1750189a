import type { Deadline } from "../deadline.ts";
import { cannot, isNotFound } from "../microsoft/graph-errors.ts";
import { deleteUser, patchUser } from "../microsoft/graph-users.ts";
import type { Engine } from "../pulumi/resource-provider.ts";
import type { Claims } from "./delete-guest.ts";
import { awaitGone, type Directory, lookUpAfterLostRun, NoSuchGuest, untilSettled } from "./guest-look-up.ts";

/** Somebody whom a run may have invited that was cut short before the state knew them. */
export interface Suspect {
  address: string;
  /** What the list said is to become of them. */
  onDelete: "delete" | "disable";
  /** True where the list had written down that they were no guest; false where nobody could look. */
  wasAbsent: boolean;
}

type Context = Directory & { engine: Engine; claims: Claims };

/**
 * Removes those of the suspects who are guests of the tenant: a run of this stack invited them and was cut short, so
 * that no resource of the state stands for them. Whoever another list or resource of this run names stays.
 *
 * @throws Error that names everybody who could not be removed, and of whom it cannot be told who invited them
 */
export async function removeLeftBehind(
  context: Context,
  urn: string,
  suspects: readonly Suspect[],
  deadline: Deadline,
): Promise<void> {
  const open = suspects.filter(({ address }) => !context.claims.isListed(address));
  if (open.length === 0) return;
  announce(context, urn, open, deadline);
  const outcomes = await Promise.all(
    open.map((suspect) =>
      removeSuspect(context, urn, suspect, deadline).then(
        () => undefined,
        (error: Error) => error.message,
      ),
    ),
  );
  const failures = outcomes.filter((failure) => failure !== undefined);
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

function announce({ engine, ...directory }: Context, urn: string, open: readonly Suspect[], deadline: Deadline): void {
  const seconds = Math.ceil(untilSettled(directory, deadline) / 1000);
  const who = open.length === 1 ? open[0]?.address : `${open.length} guests`;
  engine.log(
    "info",
    `Looking for ${who}${seconds > 0 ? ` for up to ${seconds} s` : ""}: a run that did not finish may have invited them.`,
    urn,
  );
}

async function removeSuspect(context: Context, urn: string, suspect: Suspect, deadline: Deadline): Promise<void> {
  const { address, onDelete, wasAbsent } = suspect;
  const found = await lookUpAfterLostRun(context, address, deadline).catch((error) => {
    // A member of the organisation is no guest of this stack.
    if (error.cause instanceof NoSuchGuest && !error.cause.isAmbiguous) return undefined;
    throw error;
  });
  if (found?.kind === "not allowed") throw unclear(address, "the application may not read users");
  if (found?.kind !== "guest" || context.claims.isHeld(found.user.id)) return;
  if (!wasAbsent) throw unclear(address, "the application could not read users when the list was written down");

  const { id } = found.user;
  if (onDelete === "disable") {
    await patchUser(context.graph, id, { accountEnabled: false }, deadline).catch((error) => {
      if (!isNotFound(error)) throw cannot("disable", address, error);
    });
  } else {
    await deleteUser(context.graph, id, deadline).catch((error) => {
      throw cannot("delete", address, error);
    });
    await awaitGone(context, id, address, deadline);
  }
  const done = onDelete === "disable" ? "disabled" : "removed";
  context.engine.log("info", `${address} (object id ${id}) was invited by a run that did not finish: ${done}.`, urn);
}

function unclear(address: string, why: string): Error {
  return new Error(
    `${address} may have been invited by a run of this stack that did not finish, and nobody can tell: ${why}. ` +
      "Grant the Microsoft Graph application permission User.Read.All and run again; or look for the guest in the directory, remove " +
      "them there if they should go, and take this resource out of the state with `pulumi state delete`.",
  );
}
