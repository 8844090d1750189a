import { z } from "zod";
import { nearestName, type Path } from "../../model/findings.ts";
import { guestSchema } from "../../model/guest.ts";
import { formsOf, innerOf, shown } from "../../model/property.ts";
import { fileProblem, firstOf, type Problem, type Problems, together } from "../problem.ts";
import { type CsvRow, cellText, csvRows, headingKey, type UserExport, userExport } from "./csv-rows.ts";
import { checkedGuests, entriesOf, type ListSource, unreadable } from "./list-rules.ts";

/**
 * The columns of the portal's bulk-invite file, by the name in brackets; then our own names, which may stand beside them
 * or head a file of their own. Source: Microsoft's tutorial "Bulk invite B2B collaboration users".
 */
const columns: Record<string, Path> = {
  inviteeEmail: ["email"],
  inviteRedirectURL: ["redirectUrl"],
  sendEmail: ["sendInvitation"],
  customizedMessageBody: ["message", "body"],
  language: ["message", "language"],
  cc: ["message", "cc"],
  ...Object.fromEntries(
    Object.entries(guestSchema.shape)
      // A cell holds a word or a list of names; what has parts of its own has no column.
      .filter(([, schema]) => isCell(schema))
      .map(([key]) => [key, [key]]),
  ),
};

const columnNames = Object.keys(columns);

const byHeading = new Map(Object.entries(columns).map(([name, steps]) => [headingKey(name), steps]));

function isCell(schema: z.core.$ZodType): boolean {
  return isListOfText(schema) || formsOf(schema).some((form) => ["string", "enum", "boolean"].includes(form));
}

function isListOfText(schema: z.core.$ZodType): boolean {
  const inner = innerOf(schema) ?? schema;
  return inner instanceof z.ZodArray && formsOf(inner.element as z.core.$ZodType).join() === "string";
}

/** One text, or a list of them. */
function isOneOrSeveral(schema: z.core.$ZodType): boolean {
  const inner = innerOf(schema) ?? schema;
  return inner instanceof z.ZodUnion && inner.options.some(isListOfText);
}

export interface CsvColumn {
  /** The heading's name as written: what stands in brackets, or all of it. */
  name: string;
  /** Where in the row its cells are. */
  index: number;
  /** Where in a guest its cells go. */
  steps: Path;
}

/** The file's columns, and how to read rows that the portal exported. */
interface Head {
  columns: CsvColumn[];
  exported: UserExport | undefined;
}

/**
 * Reads a CSV list file: the portal's bulk-invite file or its export of users as they are, or a file with short headings
 * such as `email,displayName`. Commas, semicolons, tabs or bars stand between the cells.
 *
 * @param file the file's name, for error messages
 * @param text what it holds, a byte order mark allowed
 * @returns its guests, or what is wrong with it
 */
export function csvListFile(file: string, text: string): ListSource {
  const parsed = csvRows(file, text);
  if ("problem" in parsed) return unreadable(parsed.problem);
  const [header, ...all] = parsed.rows;
  const { columns: known, exported, ...wrongHead } = headOf(file, header, all);
  if (wrongHead.problems.length > 0) return { entries: [], guests: [], ...wrongHead };

  const [members, rows] = exported === undefined ? [[], all] : parted(all, ({ cells }) => exported.isMember(cells));
  const document = rows.map((row) => guestOf(row, known, exported));
  const at = (steps: Path) => placeOf(file, rows, known, exported, steps);
  const entries = entriesOf(document, [], {}, false, at);
  const guests = checkedGuests(document, [], at);
  const { problems, more } = together([surplusCells(file, rows, header?.cells.length ?? 0), guests]);
  const list: ListSource = { entries, problems, more, guests: problems.length > 0 ? [] : guests.guests };
  return members.length === 0 ? list : { ...list, warnings: [membersLeftOut(file, members)] };
}

/** A CSV list file that is read to be changed. */
export interface CsvTable extends Head {
  /** The character between its cells. */
  delimiter: string;
  headings: CsvRow | undefined;
  rows: CsvRow[];
}

/**
 * Reads a CSV list file to change it.
 *
 * @returns its rows, and what each column means; or the first thing that keeps it from being read
 */
export function csvTable(file: string, text: string): CsvTable | { problem: Problem } {
  const parsed = csvRows(file, text);
  if ("problem" in parsed) return parsed;
  const [headings, ...rows] = parsed.rows;
  const { columns: known, exported, problems } = headOf(file, headings, rows);
  const [problem] = problems;
  return problem === undefined
    ? { delimiter: parsed.delimiter, headings, rows, columns: known, exported }
    : { problem };
}

/** What the headings say. A column without a heading and without cells is none. */
function headOf(file: string, header: CsvRow | undefined, rows: readonly CsvRow[]): Head & Problems {
  const line = header?.line ?? 1;
  const headings = (header?.cells ?? []).map(headingName);
  const exported = userExport(headings);
  const known: CsvColumn[] = [];
  const first = new Map<string, string>();
  function* wrong(): Generator<() => Problem> {
    for (const [index, name] of headings.entries()) {
      if (name === "") {
        const row = rows.find(({ cells }) => cells[index]);
        if (row !== undefined) yield () => withoutHeading(file, row, index);
        continue;
      }
      const steps = byHeading.get(headingKey(name));
      if (steps === undefined) {
        if (!exported?.isOther(name)) yield () => unknownColumn(file, line, name);
        continue;
      }
      const other = first.get(steps.join());
      if (other === undefined) first.set(steps.join(), name);
      else yield () => fileProblem({ file, line }, `the column ${shown(other)} says the same`, "keep one", name);
      known.push({ name, index, steps });
    }
  }
  const found = firstOf(wrong());
  const hasAddresses = exported !== undefined || first.has("email");
  if (hasAddresses || found.problems.length > 0) return { ...found, columns: known, exported };
  const rule = "a column with the guests' addresses is expected";
  const remedy = 'begin the file with the headings of the portal\'s template, or with "email"';
  const problem = fileProblem({ file, line }, rule, remedy, "inviteeEmail");
  return { problems: [problem], more: 0, columns: known, exported };
}

/** What stands in brackets, as in the portal's headings, or all of it. */
function headingName(heading: string): string {
  const [open, close] = [heading.indexOf("["), heading.indexOf("]")];
  return open >= 0 && open < close ? heading.slice(open + 1, close).trim() : heading.trim();
}

function unknownColumn(file: string, line: number, name: string): Problem {
  const near = nearestName(name, columnNames);
  const remedy = near === undefined ? `take it out; known are ${columnNames.join(", ")}` : `write "${near}"`;
  return fileProblem({ file, line }, "unknown column", remedy, shown(name));
}

function withoutHeading(file: string, { cells, line }: CsvRow, index: number): Problem {
  const rule = "the column has no heading, and this row has a cell in it";
  return fileProblem(
    { file, line },
    rule,
    "give it a heading, or empty its cells",
    `column ${index + 1}`,
    cells[index],
  );
}

function guestOf({ cells }: CsvRow, known: readonly CsvColumn[], exported: UserExport | undefined) {
  const guest: Record<string, unknown> = exported === undefined ? {} : { email: exported.address(cells) };
  for (const { index, steps } of known) {
    const cell = cellText(cells[index] ?? "", steps[0] === "message");
    if (cell === "" && steps[0] !== "email") continue;
    const [key, part] = steps as [string, string?];
    if (part === undefined) guest[key] = cellValue(key, cell);
    else guest[key] = { ...(guest[key] as object | undefined), [part]: part === "cc" ? copies(cell) : cell };
  }
  return guest;
}

/** Several names in one cell stand apart by semicolons. */
function cellValue(key: string, cell: string): string | boolean | string[] {
  const schema = guestSchema.shape[key as keyof typeof guestSchema.shape];
  if (isListOfText(schema)) return cell.split(";").map((part) => part.trim());
  if (isOneOrSeveral(schema)) return copies(cell);
  const word = cell.toLowerCase();
  if (formsOf(schema).join() !== "boolean") return cell;
  return trueWords.has(word) || (falseWords.has(word) ? false : cell);
}

/** Several addresses stand apart by semicolons; what takes several, the model says. */
function copies(cell: string): string | string[] {
  const addresses = cell.split(";").map((address) => address.trim());
  return addresses.length > 1 ? addresses : cell;
}

/** The words that spreadsheets write for true and false, in the languages of the people who use them. */
const trueWords = new Set(
  "true wahr vrai verdadero vero verdadeiro waar sand sant sann tosi prawda pravda igaz adevărat doğru истина".split(
    " ",
  ),
);
const falseWords = new Set(
  "false falsch faux falso onwaar falsk falskt usann epätosi fałsz nepravda hamis fals yanlış ложь".split(" "),
);

function surplusCells(file: string, rows: readonly CsvRow[], headings: number): Problems {
  function* found() {
    for (const { cells, line } of rows) {
      if (cells.length <= headings || cells.slice(headings).every((cell) => cell === "")) continue;
      const rule = `the row has ${cells.length} cells, and there are ${headings} headings`;
      const remedy = "put a cell that has a comma, or what else stands between the cells, in quotes";
      yield () => fileProblem({ file, line }, rule, remedy, `column ${headings + 1}`, cells[headings]);
    }
  }
  return firstOf(found());
}

/** Members cannot be invited; an export of all users has many. */
function membersLeftOut(file: string, members: readonly CsvRow[]): string {
  const rows = members.length === 1 ? "1 row is a member" : `${members.length} rows are members`;
  const why = "no #EXT# in the user principal name, and the type is not Guest";
  return `${file}:${members[0]?.line}: ${rows} of your organisation (${why}) and can't be invited: left out.`;
}

function placeOf(
  file: string,
  rows: readonly CsvRow[],
  known: readonly CsvColumn[],
  exported: UserExport | undefined,
  [row, ...steps]: Path,
) {
  const column = known.find((candidate) => candidate.steps.join() === steps.slice(0, candidate.steps.length).join());
  const name = column?.name ?? (steps[0] === "email" ? exported?.addressHeading : undefined) ?? steps.join(".");
  return { path: name, place: { file, line: rows[Number(row)]?.line ?? 1 } };
}

function parted<T>(values: readonly T[], isFirst: (value: T) => boolean): [T[], T[]] {
  const { first = [], second = [] } = Object.groupBy(values, (value) => (isFirst(value) ? "first" : "second"));
  return [first, second];
}
