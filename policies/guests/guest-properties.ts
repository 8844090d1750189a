/** The properties of an invitation that policies judge. */
export const judgedProperties = [
  "userEmailAddress",
  "redirectUrl",
  "message",
  "userType",
  "sponsors",
  "expires",
  "sendInvitation",
] as const;
export type JudgedProperty = (typeof judgedProperties)[number];

/** The properties of an invitation's `message` that policies judge. */
export type JudgedMessageProperty = "body" | "additionalRecipients";
