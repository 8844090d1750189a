import { TransientError } from "../deadline.ts";
import { GraphError } from "../microsoft/graph-errors.ts";

/** What the provider does to a guest, as it is named in errors. */
export type Action =
  | "invite"
  | "invite again"
  | "look up"
  | "read"
  | "change"
  | "set the sponsors of"
  | "restore"
  | "take access from"
  | "disable"
  | "delete";

/**
 * The least application permission of Microsoft Graph for each.
 *
 * Source: the permissions tables of Microsoft's reference pages of the requests that the action sends.
 */
const permissions: Record<Action, { name: string; why: string }> = {
  invite: { name: "User.Invite.All", why: "to send invitations" },
  "invite again": { name: "User.Invite.All", why: "to send invitations" },
  "look up": { name: "User.Read.All", why: "to see who is a guest already" },
  read: { name: "User.Read.All", why: "to compare the guest with the stack" },
  change: { name: "User.ReadWrite.All", why: "to change a guest's name, type or profile" },
  "set the sponsors of": { name: "User.ReadWrite.All", why: "to change sponsors" },
  restore: { name: "User.DeleteRestore.All", why: "to bring a guest back from the recycle bin" },
  "take access from": {
    name: "GroupMember.ReadWrite.All (for groups) or AppRoleAssignment.ReadWrite.All (for applications)",
    why: "to take away what the list gave",
  },
  disable: { name: "User.EnableDisableAccount.All", why: "to block a guest's sign-in" },
  delete: { name: "User.ReadWrite.All", why: "to remove guests" },
};

/**
 * The error for the person who runs Pulumi: which guest, what was tried, what Graph said, what to do.
 *
 * @param action what was tried
 * @param who the guest: an address, or an object id where no address is known
 * @param cause what went wrong
 */
export function failure(action: Action, who: string, cause: unknown): Error {
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/[.\s]+$/, "");
  return new Error(`Cannot ${action} ${who}: ${reason}. ${nextStep(action, cause)}`.trim(), { cause });
}

function nextStep(action: Action, cause: unknown): string {
  if (cause instanceof GraphError && cause.status === 403) {
    const { name, why } = permissions[action];
    return (
      `The application needs the Microsoft Graph application permission ${name} ${why}: ` +
      "grant it in the app registration, with admin consent, and run again."
    );
  }
  if (cause instanceof GraphError && cause.status === 401) {
    return "Graph did not take the application's token: check the tenant, the cloud and the app registration.";
  }
  if (cause instanceof TransientError) {
    const asked = cause.retryAfter === undefined ? "" : ` (it asked to wait ${Math.ceil(cause.retryAfter / 1000)} s)`;
    return `It was tried again until the resource's time was up${asked}. Run again later: guests who are there already are not invited twice.`;
  }
  if (cause instanceof Error && cause.name === "TimeoutError") {
    return "The resource's time was up. Run again later: guests who are there already are not invited twice.";
  }
  return "";
}
