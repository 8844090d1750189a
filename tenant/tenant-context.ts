import type { KeyObject } from "node:crypto";
import type { JWK } from "jose";
import type { Applications } from "./directory/applications.ts";
import type { Database } from "./directory/database.ts";
import type { Invitations } from "./directory/invitations.ts";
import type { InvitationMail, Mails } from "./directory/mails.ts";
import type { Settings } from "./directory/settings.ts";
import type { Users } from "./directory/users.ts";
import type { FaultRules } from "./faults.ts";
import type { Throttle } from "./graph/throttling.ts";
import type { CollaborationRules } from "./options.ts";
import type { RequestLog } from "./request-log.ts";

/** What every handler may use: the directory behind it, and how this tenant is set. */
export interface TenantContext {
  /** `https://127.0.0.1:PORT`, without a slash at the end. Known once the server listens. */
  url: string;
  settings: Settings;
  database: Database;
  users: Users;
  applications: Applications;
  invitations: Invitations;
  mails: Mails;
  /** Signs access tokens, verifies them, and is published for others to verify them. */
  signingKey: { sign: KeyObject; verify: KeyObject; published: JWK };
  tokenLifetimeSeconds: number;
  collaboration: CollaborationRules;
  requests: RequestLog;
  faults: FaultRules;
  /** Absent: no limits. */
  throttle?: Throttle;
  onInvitation: (mail: InvitationMail) => void | Promise<void>;
  now: () => Date;
}
