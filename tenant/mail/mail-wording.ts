/** The standard text of the invitation mail in one language. `{organisation}` and `{inviter}` stand for the names. */
export interface Wording {
  /** BCP 47. */
  language: string;
  subject: string;
  heading: string;
  /** Who invites. */
  introduction: string;
  /** Above the personal message. */
  messageFrom: string;
  /** In place of a personal message. */
  noMessage: string;
  organisation: string;
  domain: string;
  invitedAs: string;
  /** On the button. */
  accept: string;
  /** Above the plain link. */
  link: string;
  /** What accepting means. */
  meaningHeading: string;
  meaning: readonly string[];
  unexpected: string;
  rehearsal: string;
}

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

const danish: Wording = {
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

const german: Wording = {
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

const french: Wording = {
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

const spanish: Wording = {
  language: "es",
  subject: "{organisation} le invita",
  heading: "{organisation} le invita",
  introduction: "{inviter} le ha invitado, en nombre de {organisation}, a colaborar como persona externa.",
  messageFrom: "Un mensaje de {organisation}",
  noMessage: "Cuando haya aceptado, podrá abrir las aplicaciones que {organisation} comparte con usted.",
  organisation: "Organización",
  domain: "Dominio",
  invitedAs: "Dirección invitada",
  accept: "Aceptar la invitación",
  link: "O abra este enlace:",
  meaningHeading: "Qué significa aceptar",
  meaning: [
    "{organisation} mantiene para usted una cuenta de invitado, con su nombre y su dirección de correo.",
    "{organisation} ve cuándo inicia sesión allí y qué hace allí, y decide qué puede abrir.",
    "Puede abandonar la organización en cualquier momento.",
  ],
  unexpected:
    "Acepte solo si conoce {organisation}. Si no esperaba este mensaje, no haga nada: en ese caso no ocurre nada.",
  rehearsal: "Un ensayo: este mensaje viene de un inquilino local y no ha salido de la máquina en la que funciona.",
};

const wordings: readonly Wording[] = [english, danish, german, french, spanish];

/**
 * The wording for the language that an invitation asks for.
 *
 * @param language a BCP 47 tag; `da-DK` gets Danish
 * @returns English where there is no wording for the language
 */
export function wordingFor(language: string): Wording {
  const [base] = language.toLowerCase().split(/[-_]/);
  return wordings.find((wording) => wording.language === base) ?? english;
}

/** Puts the names into a text. */
export function fill(text: string, names: { organisation: string; inviter: string }): string {
  return text.replace(/\{(organisation|inviter)\}/g, (_, name: "organisation" | "inviter") => names[name]);
}
