/** The command `report`: who the guests of a tenant are, since when, who answers for them, and who should be looked at. */
import path from "node:path";
import { type Command, exitStatus, placeOptions, type StackPlace, stackPlace } from "./command-line.ts";
import { type ListedGuest, listedGuests } from "./declared-list.ts";
import { lineWidth, say } from "./log-lines.ts";
import { keepFile } from "./pulumi-run.ts";
import { type SignedIn, signIn, signInEnvironment } from "./signed-in.ts";
import { type AskedTenant, readStanding, type Standing } from "./standing/guest-standing.ts";
import { pageOf } from "./standing/standing-page.ts";
import { standingCsv, standingJson, standingMarkdown, standingText } from "./standing/standing-tables.ts";

const formats = { html: pageOf, csv: standingCsv, json: standingJson, markdown: standingMarkdown } as const;

/** Shows how the guests stand, and writes it to the files that are asked for. Changes nothing. */
export const reportCommand: Command = {
  options: {
    ...placeOptions,
    html: { value: "FILE", help: "Write one HTML page with pictures that needs nothing else." },
    csv: { value: "FILE", help: "Write one line a guest, for a spreadsheet." },
    json: { value: "FILE", help: "Write everything, for a program." },
    markdown: { value: "FILE", help: "Write it for a pull request or a run's summary page." },
  },
  ends: [exitStatus.fine, exitStatus.failed, exitStatus.usage],
  async run(line) {
    const place = stackPlace(line);
    const signedIn = await signIn(place);
    try {
      const { standing } = await standingAndList(place, signedIn);
      say(standingText(standing, lineWidth()));
      const written = Object.entries(formats).flatMap(([format, write]) => {
        const file = line.values[format];
        if (file === undefined) return [];
        keepFile(path.resolve(file), write(standing));
        return [file];
      });
      if (written.length > 0) say(`\nWritten: ${written.join(", ")}`);
    } finally {
      await signedIn.close();
    }
    return exitStatus.fine;
  },
};

/**
 * How the guests of a stack's tenant stand, and the stack's list.
 *
 * @throws Stop where the list is wrong, or Graph refuses
 */
export async function standingAndList(
  place: StackPlace,
  signedIn: AskedTenant & Pick<SignedIn, "config">,
): Promise<{ standing: Standing; listed: ListedGuest[] }> {
  const listed = listedGuests(place, signedIn.config, signInEnvironment(place));
  return { standing: await readStanding(signedIn, { stack: place.stack, listed, now: new Date() }), listed };
}
