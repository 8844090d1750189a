import type { Wording } from "../wording.ts";

export const english: Wording = {
  language: "en",
  subject: "{organisation} invites you as a guest",
  heading: "{organisation} invites you",
  introduction: "{inviter} has invited you, on behalf of {organisation}, to work with them as a guest.",
  messageFrom: "A message from {organisation}",
  noMessage: "Once you have accepted, you can open the applications that {organisation} shares with you.",
  organisation: "Organisation",
  domain: "Domain",
  invitedAs: "Invited as",
  accept: "Accept invitation",
  link: "Or open this link:",
  meaningHeading: "What accepting means",
  meaning: [
    "{organisation} keeps a guest account for you, with your name and your e-mail address.",
    "{organisation} sees when you sign in there and what you do there, and decides what you can open.",
    "You can leave at any time.",
  ],
  unexpected: "Accept only if you know {organisation}. If you did not expect this, do nothing: nothing happens then.",
  rehearsal: "A rehearsal: this mail comes from a local tenant and has not left the machine it runs on.",
};
