/** The command `report`: who the guests of a tenant are, since when, who answers for them, and who should be looked at. */
import path from "node:path";
import { declaredGuests } from "../components/config/declared-guests.ts";
import { listFile, projectFiles, stackFile } from "../components/config/project-files.ts";
import { report } from "../components/problem.ts";
import { namespace } from "../model/names.ts";
import { type Command, exitStatus, placeOptions, type StackPlace, Stop, stackPlace } from "./command-line.ts";
import { say } from "./log-lines.ts";
import { keepFile, type StackConfig } from "./pulumi-run.ts";
import { signIn } from "./signed-in.ts";
import { type ListedGuest, readStanding } from "./standing/guest-standing.ts";
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
      const listed = listedGuests(place, signedIn.config);
      const standing = await readStanding(signedIn, { stack: place.stack, listed, now: new Date() });
      say(standingText(standing));
      for (const [format, write] of Object.entries(formats)) {
        const file = line.values[format];
        if (file === undefined) continue;
        keepFile(path.resolve(file), write(standing));
        say(`\nWritten: ${file}`);
      }
    } finally {
      await signedIn.close();
    }
    return exitStatus.fine;
  },
};

/** The guests of a list, with the mark of the last mail that somebody asked for, and the sponsors. */
export type ListedGuests = readonly (ListedGuest & {
  resend?: string | undefined;
  sponsors?: readonly string[] | undefined;
})[];

/**
 * The guests that a stack declares.
 *
 * @throws Stop with everything that is wrong with the list
 */
export function listedGuests({ project, stack }: StackPlace, config: StackConfig): ListedGuests {
  const files = projectFiles(project, project);
  const prefix = `${namespace}:`;
  const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
  const file = stackFile(files, stack.split("/").at(-1) ?? stack);
  const result = declaredGuests({
    values: Object.fromEntries(own.map(([key, { value = "" }]) => [key.slice(prefix.length), value])),
    secretKeys: new Set(own.filter(([, { secret }]) => secret).map(([key]) => key.slice(prefix.length))),
    ...(file && { stackFile: file }),
    readList: (listed) => listFile(files, listed),
  });
  if ("problems" in result) {
    const subject = `the guest list of stack "${stack}"`;
    throw new Stop(report(subject, result.problems, result.more, result.note), exitStatus.failed);
  }
  const { defaults, invitations, listed } = result.list;
  return [...invitations, ...listed].map((guest) => {
    const { email, expires = defaults.expires, resend = defaults.resend, sponsors = defaults.sponsors } = guest;
    return {
      email,
      expires: typeof expires === "string" ? expires : undefined,
      resend: resend === undefined ? undefined : String(resend),
      sponsors: Array.isArray(sponsors) ? sponsors.filter((sponsor) => typeof sponsor === "string") : undefined,
    };
  });
}
