import { findingsOf, type Path } from "../../model/findings.ts";
import { bareGuestListSchema, guestListFileSchema } from "../../model/guest-list.ts";
import { shown } from "../../model/property.ts";
import { withDefaults } from "../defaults.ts";
import { type At, asProblem, fileProblem, firstOf, pathText, together } from "../problem.ts";
import { checkedGuests, entriesOf, type ListSource, unreadable } from "./list-rules.ts";
import { longestWritten } from "./stack-config-file.ts";
import { readYaml, unquotedTexts, type YamlSource } from "./yaml-source.ts";

/**
 * Reads a YAML list file: a list of guests, or `{ redirectUrl, message, …, invitations: [...] }` with defaults of its own.
 *
 * @param file the file's name, for error messages
 * @param text what it holds
 * @param mailFrom the mailbox that the stack config names for all guests
 * @returns its guests with the file's defaults filled in, or what is wrong with it
 */
export function yamlListFile(file: string, text: string, mailFrom?: unknown): ListSource {
  const source = readYaml(file, text);
  if ("problem" in source) return unreadable(source.problem);
  const { value: document, root } = source;
  if (typeof document !== "object" || document === null) {
    const rule = "a list file holds a list of guests, or a map with invitations";
    return unreadable(fileProblem({ file }, rule, 'begin each guest with "- email: …"'));
  }

  const at = placesIn(file, source);
  const isBare = Array.isArray(document);
  const list = isBare ? [] : ["invitations"];
  const unquoted = [
    ...unquotedTexts(source, isBare ? bareGuestListSchema : guestListFileSchema, root ?? undefined, []),
  ];
  const told = new Set(unquoted.map(({ path }) => JSON.stringify(path)));
  const isTold = (path: Path) => told.size > 0 && told.has(JSON.stringify(path));

  const { invitations, ...head } = isBare ? { invitations: document } : (document as Record<string, unknown>);
  const hasGuests = Array.isArray(invitations);
  const settings = guestListFileSchema.safeParse(hasGuests ? { ...head, invitations: [] } : document);
  const wrongHead = settings.success ? [] : findingsOf(settings.error, document, guestListFileSchema);
  const guests = hasGuests ? checkedGuests(document, list, at, isTold) : { ...firstOf([]), guests: [] };
  const { problems, more } = together([
    firstOf(
      unquoted.map(({ node, written, ...words }) => () => ({
        ...at(words.path, false),
        place: source.placeOf(node),
        value: shown(written),
        rule: words.rule,
        remedy: words.remedy,
      })),
    ),
    firstOf(wrongHead.filter(({ path }) => !isTold(path)).map((finding) => () => asProblem(finding, document, at))),
    guests,
  ]);
  const entries = entriesOf(document, list, head, false, at);
  if (problems.length > 0 || !settings.success) return { entries, guests: [], problems, more };
  const { invitations: _, ...defaults } = settings.data;
  return { entries, guests: guests.guests.map((guest) => withDefaults(guest, defaults, mailFrom)), problems, more };
}

/** Finds the place of a value, or of its key; of a missing one, that of the map or list that lacks it. */
function placesIn(file: string, source: YamlSource) {
  return (steps: Path, atKey = false): At => {
    const written = longestWritten(source.value, steps);
    const { key, value } = source.follow(written) ?? {};
    const node = atKey && written.length === steps.length ? (key ?? value) : value;
    return { path: pathText(steps), place: node === undefined ? { file } : source.placeOf(node) };
  };
}
