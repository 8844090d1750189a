import type { Wording } from "../wording.ts";

export const danish: Wording = {
  language: "da",
  subject: "{organisation} inviterer dig som gæst",
  heading: "{organisation} inviterer dig",
  introduction: "{inviter} har på vegne af {organisation} inviteret dig til at samarbejde med dem som gæst.",
  messageFrom: "En besked fra {organisation}",
  noMessage: "Når du har accepteret, kan du åbne de programmer, som {organisation} deler med dig.",
  organisation: "Organisation",
  domain: "Domæne",
  invitedAs: "Inviteret som",
  accept: "Acceptér invitationen",
  link: "Eller åbn dette link:",
  meaningHeading: "Det betyder det at acceptere",
  meaning: [
    "{organisation} opretter en gæstekonto til dig med dit navn og din e-mailadresse.",
    "{organisation} kan se, hvornår du logger på hos dem, og hvad du gør der, og bestemmer, hvad du kan åbne.",
    "Du kan forlade organisationen når som helst.",
  ],
  unexpected:
    "Acceptér kun, hvis du kender {organisation}. Hvis du ikke ventede denne mail, skal du ikke gøre noget: så sker der intet.",
  rehearsal: "En prøve: denne mail kommer fra en lokal lejer og har ikke forladt den maskine, den kører på.",
};
