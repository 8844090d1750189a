import type { KeyObject } from "node:crypto";
import type { JWK } from "jose";
import type { AssignedApplication } from "./domain/app-access.ts";
import type { BrowserSessions } from "./domain/browser-sessions.ts";
import type { Passcodes } from "./domain/guest-sign-in.ts";
import type { FaultRules } from "./http/faults.ts";
import type { Throttle } from "./http/graph/throttling.ts";
import type { LoggedRequest, RequestLog } from "./http/request-log.ts";
import type { Mailer } from "./mail/mailer.ts";
import type { CollaborationRules } from "./options.ts";
import type { AppRoleAssignments } from "./store/app-role-assignments.ts";
import type { Applications } from "./store/application-store.ts";
import type { AzureRoleAssignments } from "./store/azure-role-store.ts";
import type { Database } from "./store/database.ts";
import type { Groups } from "./store/group-store.ts";
import type { Invitations } from "./store/invitation-store.ts";
import type { InvitationMail, Mails } from "./store/mails.ts";
import type { ServicePrincipals } from "./store/service-principals.ts";
import type { Settings } from "./store/tenant-store.ts";
import type { Users } from "./store/user-store.ts";

export type { AssignedApplication } from "./domain/app-access.ts";

/** A mail with a one-time passcode. */
export interface PasscodeMail {
  to: string;
  code: string;
  organisation: string;
  validMinutes: number;
}

/** What every handler may use: the directory behind it, and how this tenant is set. */
export interface TenantContext {
  /** `https://127.0.0.1:PORT`, without a slash at the end. Known once the server listens. */
  url: string;
  settings: Settings;
  database: Database;
  users: Users;
  applications: Applications;
  groups: Groups;
  servicePrincipals: ServicePrincipals;
  appRoleAssignments: AppRoleAssignments;
  azureRoleAssignments: AzureRoleAssignments;
  /** The resource groups of the Azure subscription. */
  resourceGroups: readonly string[];
  invitations: Invitations;
  mails: Mails;
  passcodes: Passcodes;
  browserSessions: BrowserSessions;
  /** The applications that a guest may use, by themselves or through their groups. */
  applicationsOf: (userId: string) => AssignedApplication[];
  /** Signs access tokens, verifies them, and is published for others to verify them. */
  signingKey: { sign: KeyObject; verify: KeyObject; published: JWK };
  tokenLifetimeSeconds: number;
  collaboration: CollaborationRules;
  requests: RequestLog;
  faults: FaultRules;
  /** Absent: no limits. */
  throttle?: Throttle;
  onInvitation: (mail: InvitationMail) => void | Promise<void>;
  onPasscode: (mail: PasscodeMail) => void | Promise<void>;
  onRequest: (request: Readonly<LoggedRequest>, moment: "arrived" | "done") => void | Promise<void>;
  /** Sends the mails to the inbox that catches all of them. Absent: they are recorded, and nobody gets them. */
  mailer?: Mailer;
  now: () => Date;
}
