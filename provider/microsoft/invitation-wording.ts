/** The standard text of a mail in one language. `{organisation}`, `{domain}` and `{email}` stand for the names. */
export interface MailWording {
  /** BCP 47. */
  language: string;
  subject: string;
  greeting: string;
  /** Who invites, and to what. */
  introduction: string;
  /** Above the personal message. */
  messageFrom: string;
  /** What happens on accepting. */
  meaning: string;
  /** On the button. */
  accept: string;
  /** Above the plain link. */
  link: string;
  /** Where the guest arrives. */
  arrival: string;
  organisation: string;
  domain: string;
  invitedAs: string;
  /** What to do about a mail that nobody expected. */
  unexpected: string;
}

const english: MailWording = {
  language: "en",
  subject: "{organisation} invites you as a guest",
  greeting: "Hello {displayName},",
  introduction: "{organisation} invites you to use its applications as a guest.",
  messageFrom: "A message from {organisation}:",
  meaning:
    "When you accept, {organisation} keeps a guest account with your name and e-mail address, and sees when you sign in there. You can leave at any time.",
  accept: "Accept invitation",
  link: "If the button does not work, open this link:",
  arrival: "You will arrive at:",
  organisation: "Organisation",
  domain: "Domain",
  invitedAs: "Invited address",
  unexpected:
    "If you did not expect this invitation, do not accept it. Ask your contact at {organisation}, by a way that you already know.",
};

const german: MailWording = {
  language: "de",
  subject: "{organisation} lädt Sie als Gast ein",
  greeting: "Guten Tag {displayName},",
  introduction: "{organisation} lädt Sie ein, ihre Anwendungen als Gast zu nutzen.",
  messageFrom: "Eine Nachricht von {organisation}:",
  meaning:
    "Wenn Sie annehmen, führt {organisation} ein Gastkonto mit Ihrem Namen und Ihrer E-Mail-Adresse und sieht, wann Sie sich dort anmelden. Sie können es jederzeit verlassen.",
  accept: "Einladung annehmen",
  link: "Falls die Schaltfläche nicht funktioniert, öffnen Sie diesen Link:",
  arrival: "Sie gelangen zu:",
  organisation: "Organisation",
  domain: "Domäne",
  invitedAs: "Eingeladene Adresse",
  unexpected:
    "Wenn Sie diese Einladung nicht erwartet haben, nehmen Sie sie nicht an. Fragen Sie Ihren Kontakt bei {organisation} auf einem Weg, den Sie schon kennen.",
};

const french: MailWording = {
  language: "fr",
  subject: "{organisation} vous invite",
  greeting: "Bonjour {displayName},",
  introduction: "{organisation} vous invite à utiliser ses applications en tant que membre externe.",
  messageFrom: "Un message de {organisation} :",
  meaning:
    "Si vous acceptez, {organisation} tient un compte d’invité avec votre nom et votre adresse e-mail, et voit quand vous vous y connectez. Vous pouvez le quitter à tout moment.",
  accept: "Accepter l’invitation",
  link: "Si le bouton ne fonctionne pas, ouvrez ce lien :",
  arrival: "Vous arriverez sur :",
  organisation: "Organisation",
  domain: "Domaine",
  invitedAs: "Adresse invitée",
  unexpected:
    "Si vous n’attendiez pas cette invitation, ne l’acceptez pas. Renseignez-vous auprès de votre contact chez {organisation}, par un moyen que vous connaissez déjà.",
};

const spanish: MailWording = {
  language: "es",
  subject: "{organisation} le invita",
  greeting: "Hola, {displayName}:",
  introduction: "{organisation} le invita a usar sus aplicaciones como persona externa.",
  messageFrom: "Un mensaje de {organisation}:",
  meaning:
    "Si acepta, {organisation} mantiene una cuenta de invitado con su nombre y su dirección de correo, y ve cuándo inicia sesión allí. Puede abandonarla en cualquier momento.",
  accept: "Aceptar la invitación",
  link: "Si el botón no funciona, abra este enlace:",
  arrival: "Llegará a:",
  organisation: "Organización",
  domain: "Dominio",
  invitedAs: "Dirección invitada",
  unexpected:
    "Si no esperaba esta invitación, no la acepte. Pregunte a su contacto en {organisation} por una vía que ya conozca.",
};

const danish: MailWording = {
  language: "da",
  subject: "{organisation} inviterer dig som gæst",
  greeting: "Hej {displayName}",
  introduction: "{organisation} inviterer dig til at bruge deres programmer som gæst.",
  messageFrom: "En besked fra {organisation}:",
  meaning:
    "Når du accepterer, opretter {organisation} en gæstekonto med dit navn og din e-mailadresse og kan se, hvornår du logger på der. Du kan forlade den når som helst.",
  accept: "Acceptér invitationen",
  link: "Hvis knappen ikke virker, så åbn dette link:",
  arrival: "Du kommer til:",
  organisation: "Organisation",
  domain: "Domæne",
  invitedAs: "Inviteret adresse",
  unexpected:
    "Hvis du ikke ventede denne invitation, skal du ikke acceptere den. Spørg din kontakt hos {organisation} ad en vej, du allerede kender.",
};

const wordings: readonly MailWording[] = [english, german, french, spanish, danish];

/**
 * The standard text in a language.
 *
 * @param language a BCP 47 tag: `da-DK` gets Danish
 * @returns English where there is no text in the language, or none is asked for
 */
export function mailWording(language = "en"): MailWording {
  const [base] = language.toLowerCase().split("-");
  return wordings.find((wording) => wording.language === base) ?? english;
}
