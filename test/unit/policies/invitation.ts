/** The type tokens of invitations. */
export const invitation = "entra-guests:index:Invitation";
export const officialInvitation = "azuread:index/invitation:Invitation";
