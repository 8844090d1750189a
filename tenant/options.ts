import type { FaultRule } from "./http/faults.ts";
import type { LoggedRequest } from "./http/request-log.ts";
import type { InboxOptions } from "./mail/catch-all-inbox.ts";
import type { InvitationMail } from "./store/mails.ts";
import type { PasscodeMail } from "./tenant-context.ts";

/** What one local tenant is started with. */
export interface TenantOptions {
  /** The folder that keeps everything between two starts. Made when it is missing. One tenant a folder at a time. */
  dataDir: string;
  /** The TCP port on 127.0.0.1. 0, the default, takes a free one. */
  port?: number;
  /** For how many seconds reads do not see a write yet (Graph is eventually consistent). Default 0. */
  replicationLagSeconds?: number;
  /** How long an access token is good for, in seconds. Default 3,599, as Entra's. */
  tokenLifetimeSeconds?: number;
  /** Whether Graph's published request limits apply (429 with Retry-After). Default false. */
  throttling?: boolean;
  /** The external-collaboration settings: which domains may be invited. Default: every domain. */
  collaboration?: CollaborationRules;
  /** Faults that are set from the start; see `tenant/README.md`. */
  faults?: readonly FaultRule[];
  /** Where the inbox listens. Default: no mail is sent; it is recorded, and sent by a later start with an inbox. */
  mail?: InboxOptions;
  /** Called after an invitation that asks for a mail is committed. The answer to the caller does not wait for it. */
  onInvitation?: (mail: InvitationMail) => void | Promise<void>;
  /** Called with each one-time passcode that a guest asks for at sign-in; the page waits for it. */
  onPasscode?: (mail: PasscodeMail) => void | Promise<void>;
  /**
   * Called with each request as it arrives, and again when it is done and its answer is about to leave; the request waits
   * for it. Where it throws, the connection is cut: a request that has just arrived is then left undone.
   */
  onRequest?: (request: Readonly<LoggedRequest>, moment: "arrived" | "done") => void | Promise<void>;
  /** The clock. Default: the machine's. Tests turn it forward instead of waiting. */
  now?: () => Date;
}

/** Either an allow list or a deny list, as the portal's "Collaboration restrictions" has them. Subdomains are separate. */
export interface CollaborationRules {
  allowedDomains?: readonly string[];
  deniedDomains?: readonly string[];
}
