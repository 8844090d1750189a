import type { Wording } from "../wording.ts";

export const spanish: Wording = {
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
