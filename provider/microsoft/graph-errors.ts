import { z } from "zod";
import { retryAfterMilliseconds, TransientError } from "../deadline.ts";

/** An answer of Graph, or of one part of a batch. */
export interface GraphResponse {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string | undefined>;
  /** The parsed JSON body; `undefined` where there is none, or none that is JSON. */
  body: unknown;
}

/** What Graph said when it refused or failed. */
export interface GraphFailure {
  status: number;
  /** Graph's error code, such as `Request_ResourceNotFound`; empty where it was not Graph that answered. */
  code: string;
  requestId: string | undefined;
}

/** Graph refused a request: sending it again would change nothing. */
export class GraphError extends Error implements GraphFailure {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(message: string, failure: GraphFailure) {
    super(message);
    this.status = failure.status;
    this.code = failure.code;
    this.requestId = failure.requestId;
  }
}

/**
 * Graph failed, or nobody knows what became of the request. A read is then worth another try; before a write is sent
 * again, somebody has to find out whether it took place.
 */
export class GraphUnavailable extends TransientError {
  /** True where the server may have acted on the request before it failed. */
  readonly mayHaveActed: boolean;

  constructor(message: string, options: { mayHaveActed: boolean; retryAfter?: number | undefined; cause?: unknown }) {
    super(message, options);
    this.mayHaveActed = options.mayHaveActed;
  }
}

/** True where Graph itself says that the object does not exist (any more, or yet); a proxy's 404 says nothing. */
export function isNotFound(error: unknown): boolean {
  return error instanceof GraphError && error.status === 404 && error.code !== "";
}

/** True where Graph itself says that the application lacks a permission. */
export function isForbidden(error: unknown): boolean {
  return error instanceof GraphError && error.status === 403 && error.code !== "";
}

/**
 * True where the service that invites does not know the guest's new address: it reads the directory, and may lag behind.
 *
 * Source: MicrosoftDocs/azure-docs #71825 and #86773, msgraph-beta-sdk-dotnet #394.
 */
export function isUnknownAddress(error: unknown): boolean {
  return (
    error instanceof GraphError && error.status === 400 && /match any emails on the user object/i.test(error.message)
  );
}

/** Statuses that Graph's guidance says to wait out, besides 429. */
const passing = [408, 500, 502, 503, 504];

/**
 * The error for an answer that Graph never gives to that request: something between has answered, and nobody knows
 * whether Graph has seen the request.
 */
export function notGraphs({ status, headers, body }: GraphResponse): { message: string; failure: GraphFailure } {
  const what = body === undefined ? "an empty body" : (headers["content-type"] ?? "no content type");
  const where = headers.location === undefined ? "" : ` that leads to ${originOf(headers.location)}`;
  const message =
    `Something that is not Microsoft Graph answered ${status} with ${what}${where}; is there a proxy in between? ` +
    `(client request id ${headers["client-request-id"]})`;
  return { message, failure: { status, code: "", requestId: undefined } };
}

/** The server that a redirect names, without the path: a sign-in page's may hold secrets. */
function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : "a page of the same server";
}

/** The error that an answer of 400 or above stands for. */
export function errorOf(response: GraphResponse): GraphError | GraphUnavailable {
  const { status, headers } = response;
  const { code, message, innerError } = graphErrorObject(response.body);
  const requestId = headers["request-id"] ?? innerError["request-id"];
  const id = requestId ?? (headers["client-request-id"] && `client ${headers["client-request-id"]}`);
  const who = code === "" ? "Something that is not Microsoft Graph (a proxy?)" : "Microsoft Graph";
  const said = [code, message].filter(Boolean).join(": ") || headers["content-type"] || "no reason given";
  const text = `${who} answered ${status} ${said}${id ? ` (request id ${id})` : ""}`;

  const retryAfter = retryAfterMilliseconds(headers["retry-after"]);
  if (status === 429) return new GraphUnavailable(text, { mayHaveActed: false, retryAfter });
  // Some of Graph's 500s never pass (microsoft-graph-docs #22397).
  if (status === 500 && /Unable to find target address/i.test(message)) {
    return new GraphError(text, { status, code, requestId });
  }
  if (passing.includes(status)) return new GraphUnavailable(text, { mayHaveActed: true, retryAfter });
  return new GraphError(text, { status, code, requestId });
}

/** Older services behind Graph write `odata.error`, and a message as an object with its language. */
const errorObject = z.object({
  code: z.string().min(1),
  message: z
    .union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)])
    .nullish()
    .catch(undefined),
  innerError: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});
const graphErrorBody = z.union([
  z.object({ error: errorObject }).transform(({ error }) => error),
  z.object({ "odata.error": errorObject }).transform((body) => body["odata.error"]),
]);

/** Graph's error object; without a code where the body is none. */
function graphErrorObject(body: unknown): { code: string; message: string; innerError: { "request-id"?: string } } {
  const parsed = graphErrorBody.safeParse(body);
  if (!parsed.success) return { code: "", message: "", innerError: {} };
  const { code, message, innerError } = parsed.data;
  return { code, message: (message ?? "").trim().replace(/\.$/, ""), innerError: innerError ?? {} };
}

/**
 * What the provider does to a guest, as it is named in errors, and the least application permission of Microsoft Graph
 * for it.
 *
 * Source: the permissions tables of Microsoft's reference pages of the requests that the action sends.
 */
export const leastPermissions = {
  invite: { name: "User.Invite.All", why: "to send invitations" },
  "invite again": { name: "User.Invite.All", why: "to send invitations" },
  mail: { name: "Mail.Send (and Mail.ReadWrite)", why: "to mail guests from the mailbox that mailFrom names" },
  "look up": { name: "User.Read.All", why: "to see who is a guest already" },
  read: { name: "User.Read.All", why: "to compare the guest with the stack" },
  change: { name: "User.ReadUpdate.All or User.ReadWrite.All", why: "to change a guest's name, type or profile" },
  "give a new address to": {
    name: "User.ReadWrite.All, and User.Invite.All,",
    why: "to change a guest's address and have them accept again",
  },
  "find the sponsors of": {
    name: "User.Read.All",
    why: "to find sponsors by user principal name; object ids need no look-up",
  },
  "set the sponsors of": { name: "User.ReadWrite.All", why: "to change sponsors" },
  restore: { name: "User.DeleteRestore.All", why: "to bring a guest back from the recycle bin" },
  "take access from": {
    name: "GroupMember.ReadWrite.All (for groups) or AppRoleAssignment.ReadWrite.All (for applications)",
    why: "to take away what the list gave",
  },
  disable: { name: "User.EnableDisableAccount.All (with User.Read.All)", why: "to block a guest's sign-in" },
  delete: { name: "User.ReadWrite.All", why: "to remove guests" },
};
export type Action = keyof typeof leastPermissions;

/**
 * The error for the person who runs Pulumi: which guest, what was tried, what Graph said, what to do.
 *
 * @param action what was tried
 * @param who the guest: an address, or an object id where no address is known
 * @param cause what went wrong
 */
export function cannot(action: Action, who: string, cause: unknown): Error {
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/[.\s]+$/, "");
  return new Error(`Cannot ${action} ${who}: ${reason}. ${nextStep(action, cause)}`.trim(), { cause });
}

/**
 * What to do about a refusal that is no lack of a permission, by what Graph says.
 *
 * Source: Microsoft's page "Troubleshoot B2B collaboration", and the issues of microsoft-graph-docs.
 */
const refusals: readonly [says: RegExp, todo: string][] = [
  [
    /invitations not allowed/i,
    "The tenant restricts who may invite (Entra, External collaboration settings, guest invite settings): with " +
      '"admins and guest inviters" the application needs User.Invite.All itself, and "no one" refuses every invitation.',
  ],
  [
    /verified domain/i,
    "The address belongs to a domain of this tenant: its people are members, and need no invitation.",
  ],
  [/group email address/i, "The address is a group's or a mailing list's: invite its people one by one."],
  [
    /primary smtp address is an invalid value|unable to find target address/i,
    "Graph finds no mailbox behind the address: correct the address, or ask the guest for another one.",
  ],
  [
    /cross-?tenant access/i,
    "The tenant's cross-tenant access settings block the guest's organisation: allow it there, or take the guest off the list.",
  ],
  [
    /proxyAddress/i,
    "Another object of the directory (a contact, a deleted user) has the address: find and change it, then run again.",
  ],
  [
    /domain.*not allowed|not allowed.*domain|policy.*domain|domain.*policy/i,
    "The tenant's collaboration restrictions do not allow the guest's domain: allow it in Entra's External collaboration settings, or take the guest off the list.",
  ],
];

/** What Graph refuses for guests with privileges, whatever permission the application has ("Sensitive actions"). */
const privileged: readonly Action[] = ["change", "give a new address to", "disable", "delete", "restore"];

/** What Graph answers to an invitation without its permission: not 403 but this. */
function lacksPermission({ status, code, message }: GraphError): boolean {
  return status === 403 || (status === 401 && (code === "Unauthorized" || /insufficient privileges/i.test(message)));
}

function nextStep(action: Action, cause: unknown): string {
  const refusal = cause instanceof GraphError ? refusals.find(([says]) => says.test(cause.message)) : undefined;
  if (refusal !== undefined) return refusal[1];
  if (cause instanceof GraphError && lacksPermission(cause)) {
    const { name, why } = leastPermissions[action];
    const role = privileged.includes(action)
      ? " If it has that: a guest who holds an administrator role, or is in a role-assignable group, takes a directory role that is higher than theirs (User Administrator at least) as well."
      : "";
    // Source: Microsoft's page "Reset redemption status for a guest user".
    const person =
      action === "give a new address to"
        ? " An application can't do this to a guest with a directory role at all: sign in as a person (az login), or take the role away while the address changes."
        : "";
    return (
      `The application needs the Microsoft Graph application permission ${name} ${why}: ` +
      `grant it in the app registration, with admin consent, and run again.${role}${person}`
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
