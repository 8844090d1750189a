import type { Wording } from "../wording.ts";

export const german: Wording = {
  language: "de",
  subject: "{organisation} lädt Sie als Gast ein",
  heading: "{organisation} lädt Sie ein",
  introduction: "{inviter} hat Sie im Namen von {organisation} eingeladen, als Gast mitzuarbeiten.",
  messageFrom: "Eine Nachricht von {organisation}",
  noMessage: "Sobald Sie angenommen haben, können Sie die Anwendungen öffnen, die {organisation} für Sie freigibt.",
  organisation: "Organisation",
  domain: "Domäne",
  invitedAs: "Eingeladen als",
  accept: "Einladung annehmen",
  link: "Oder öffnen Sie diesen Link:",
  meaningHeading: "Was das Annehmen bedeutet",
  meaning: [
    "{organisation} führt für Sie ein Gastkonto mit Ihrem Namen und Ihrer E-Mail-Adresse.",
    "{organisation} sieht, wann Sie sich dort anmelden und was Sie dort tun, und bestimmt, was Sie öffnen können.",
    "Sie können die Organisation jederzeit verlassen.",
  ],
  unexpected:
    "Nehmen Sie nur an, wenn Sie {organisation} kennen. Wenn Sie diese Mail nicht erwartet haben, tun Sie nichts: Dann geschieht auch nichts.",
  rehearsal: "Eine Probe: Diese Mail kommt von einem lokalen Mandanten und hat dessen Rechner nicht verlassen.",
};
