/** A group of the tenant: the Graph properties that the local tenant keeps, under Graph's names. */
export interface Group {
  id: string;
  createdDateTime: string;
  deletedDateTime: null;
  description: string | null;
  displayName: string;
  groupTypes: string[];
  isAssignableToRole: boolean;
  mail: string | null;
  mailEnabled: boolean;
  mailNickname: string;
  onPremisesSyncEnabled: boolean | null;
  securityEnabled: boolean;
  visibility: string | null;
}

/** A security group with nothing set but what every group has. */
export function emptyGroup(given: Pick<Group, "id" | "displayName" | "createdDateTime" | "mailNickname">): Group {
  return {
    deletedDateTime: null,
    description: null,
    groupTypes: [],
    isAssignableToRole: false,
    mail: null,
    mailEnabled: false,
    onPremisesSyncEnabled: null,
    securityEnabled: true,
    visibility: null,
    ...given,
  };
}
