import type { Wording } from "../wording.ts";

export const french: Wording = {
  language: "fr",
  subject: "{organisation} vous invite",
  heading: "{organisation} vous invite",
  introduction: "{inviter} vous a invité, au nom de {organisation}, à collaborer en tant que personne externe.",
  messageFrom: "Un message de {organisation}",
  noMessage:
    "Une fois l’invitation acceptée, vous pourrez ouvrir les applications que {organisation} partage avec vous.",
  organisation: "Organisation",
  domain: "Domaine",
  invitedAs: "Adresse invitée",
  accept: "Accepter l’invitation",
  link: "Ou ouvrez ce lien :",
  meaningHeading: "Ce que signifie accepter",
  meaning: [
    "{organisation} tient pour vous un compte d’invité, avec votre nom et votre adresse e-mail.",
    "{organisation} voit quand vous vous y connectez et ce que vous y faites, et décide de ce que vous pouvez ouvrir.",
    "Vous pouvez quitter l’organisation à tout moment.",
  ],
  unexpected:
    "N’acceptez que si vous connaissez {organisation}. Si vous n’attendiez pas ce message, ne faites rien : il ne se passera rien.",
  rehearsal: "Répétition : ce message vient d’un locataire local et n’a pas quitté la machine où il fonctionne.",
};
