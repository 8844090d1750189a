import { LineCounter, parseDocument } from "yaml";
import { withDefaults } from "../guest.ts";
import { bareGuestListSchema, guestListFileSchema } from "./guest-list-schema.ts";
import { entriesOf, fileProblem, type GuestSource } from "./guest-source.ts";
import { type Path, pathText } from "./path-text.ts";
import { schemaProblems } from "./schema-problems.ts";
import { mostAliases, yamlPlaces } from "./yaml-places.ts";

/**
 * Reads a YAML list file: a list of guests, or `{ redirectUrl, message, …, invitations: [...] }` with defaults of its own.
 *
 * @param file the file's name, for error messages
 * @param text what it holds
 * @returns its guests with the file's defaults filled in, or what is wrong with it
 */
export function yamlGuestList(file: string, text: string): GuestSource {
  const read = readYaml(file, text);
  if ("problems" in read) return { entries: [], guests: [], problems: read.problems };
  const { document } = read;

  const place = yamlPlaces(file, text, document);
  const at = (steps: Path) => ({ path: pathText(steps), place: place(steps) ?? { file } });
  const entries = Array.isArray(document)
    ? entriesOf(document, [], {}, false, at)
    : entriesOf(document, ["invitations"], document as object, false, at);

  const schema = Array.isArray(document) ? bareGuestListSchema : guestListFileSchema;
  const result = schema.safeParse(document);
  if (!result.success) {
    const found = schemaProblems(result.error, document, schema);
    const problems = found.map(({ steps, atKey, ...problem }) => ({
      ...problem,
      place: place(steps, atKey) ?? { file },
    }));
    return { entries, guests: [], problems };
  }
  if (Array.isArray(result.data)) return { entries, guests: result.data, problems: [] };
  const { invitations, ...defaults } = result.data;
  return { entries, guests: invitations.map((guest) => withDefaults(guest, defaults)), problems: [] };
}

/** One slip in the syntax makes many errors; the first ones say where it is. */
const mostErrors = 5;

function readYaml(file: string, text: string): { document: unknown } | Pick<GuestSource, "problems"> {
  const lineCounter = new LineCounter();
  // Level "error": that a second document follows, whose guests would be lost without a word, counts as an error.
  const options = { lineCounter, logLevel: "error", prettyErrors: false } as const;
  const parsed = parseDocument(text.replace(/^\ufeff/, ""), options);
  if (parsed.errors.length > 0) {
    const problems = parsed.errors.slice(0, mostErrors).map(({ pos, message }) => {
      const { line, col } = lineCounter.linePos(pos[0]);
      return fileProblem({ file, line, column: col }, `this is no YAML: ${message}`, "correct it");
    });
    return { problems };
  }
  try {
    const document: unknown = parsed.toJS({ maxAliasCount: mostAliases });
    if (typeof document === "object" && document !== null) return { document };
    const rule = "a list file holds a list of guests, or a map with invitations";
    return { problems: [fileProblem({ file }, rule, 'begin each guest with "- email: …"')] };
  } catch {
    const rule = `a list file has at most ${mostAliases} aliases (*name)`;
    return { problems: [fileProblem({ file }, rule, "write the values out")] };
  }
}
