/** The command `doctor`: whether all is there that a stack needs in its tenant, line by line, and what to do. */
import { type Command, exitStatus, placeOptions, stackPlace } from "./command-line.ts";
import { say } from "./log-lines.ts";
import { signIn } from "./signed-in.ts";

/** Looks at the sign-in. */
export const doctorCommand: Command = {
  options: placeOptions,
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    const signedIn = await signIn(stackPlace(line));
    const { claims, kind, permissions } = signedIn;
    say(`Signed in to tenant ${claims.tid} as ${kind} ${claims.app_displayname ?? claims.appid}.`);
    say(`Permissions: ${[...permissions].sort().join(", ")}.`);
    await signedIn.close();
    return exitStatus.fine;
  },
};
