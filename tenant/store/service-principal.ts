/** A role that an application lets its users have. */
export interface AppRole {
  id: string;
  allowedMemberTypes: ("User" | "Application")[];
  description: string;
  displayName: string;
  isEnabled: boolean;
  origin: "Application";
  value: string | null;
}

/** An enterprise application: the Graph properties that the local tenant keeps, under Graph's names. */
export interface ServicePrincipal {
  id: string;
  accountEnabled: boolean;
  alternativeNames: string[];
  appDescription: string | null;
  appDisplayName: string;
  appId: string;
  appOwnerOrganizationId: string;
  appRoleAssignmentRequired: boolean;
  appRoles: AppRole[];
  createdDateTime: string;
  deletedDateTime: null;
  description: string | null;
  displayName: string;
  homepage: string | null;
  loginUrl: string | null;
  logoutUrl: string | null;
  notes: string | null;
  notificationEmailAddresses: string[];
  oauth2PermissionScopes: [];
  preferredSingleSignOnMode: string | null;
  replyUrls: string[];
  servicePrincipalNames: string[];
  servicePrincipalType: "Application";
  signInAudience: "AzureADMyOrg";
  tags: string[];
}

/** The role that stands for default access, where an application has no roles of its own (Graph, "appRoleAssignment"). */
export const defaultAccess = "00000000-0000-0000-0000-000000000000";

/** A service principal with nothing set but what every one has. */
export function emptyServicePrincipal(
  given: Pick<ServicePrincipal, "id" | "appId" | "displayName" | "createdDateTime" | "appOwnerOrganizationId">,
): ServicePrincipal {
  return {
    accountEnabled: true,
    alternativeNames: [],
    appDescription: null,
    appDisplayName: given.displayName,
    appRoleAssignmentRequired: false,
    appRoles: [],
    deletedDateTime: null,
    description: null,
    homepage: null,
    loginUrl: null,
    logoutUrl: null,
    notes: null,
    notificationEmailAddresses: [],
    oauth2PermissionScopes: [],
    preferredSingleSignOnMode: null,
    replyUrls: [],
    servicePrincipalNames: [given.appId],
    servicePrincipalType: "Application",
    signInAudience: "AzureADMyOrg",
    tags: ["WindowsAzureActiveDirectoryIntegratedApp"],
    ...given,
  };
}
