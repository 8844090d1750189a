import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { findingsOf, nearestName, type Path } from "../../model/findings.ts";
import { guestSchema } from "../../model/guest.ts";
import { bareGuestListSchema } from "../../model/guest-list.ts";
import { formsOf, innerOf } from "../../model/property.ts";
import { asProblem, shown } from "../problem.ts";
import { entriesOf, fileProblem, type ListSource } from "./list-rules.ts";

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
      .filter(([key, schema]) => key !== "sponsors" && isCell(schema))
      .map(([key]) => [key, [key]]),
  ),
};

function isCell(schema: z.core.$ZodType): boolean {
  return isListOfText(schema) || formsOf(schema).some((form) => ["string", "enum", "boolean"].includes(form));
}

function isListOfText(schema: z.core.$ZodType): boolean {
  const inner = innerOf(schema) ?? schema;
  return inner instanceof z.ZodArray && formsOf(inner.element as z.core.$ZodType).join() === "string";
}

function columnSchema(key: string): z.core.$ZodType {
  return guestSchema.shape[key as keyof typeof guestSchema.shape];
}

/** The one version of the portal's file that there is. */
const portalVersion = "version:v1.0";

interface Row {
  cells: string[];
  line: number;
}

interface Column {
  /** The heading's name as written: what stands in brackets, or all of it. */
  name: string;
  steps: Path;
}

/**
 * Reads a CSV list file: the portal's bulk-invite file as it is, or one with short headings such as `email,displayName`.
 *
 * @param file the file's name, for error messages
 * @param text what it holds, a byte order mark allowed
 * @returns its guests, or what is wrong with it
 */
export function csvListFile(file: string, text: string): ListSource {
  const parsed = rowsOf(file, text);
  if ("problems" in parsed) return { entries: [], guests: [], problems: parsed.problems };
  const [header, ...rows] = parsed.rows;
  const headed = columnsOf(file, header);
  if ("problems" in headed) return { entries: [], guests: [], problems: headed.problems };

  const document = rows.map((row) => guestOf(row, headed.columns));
  const at = (steps: Path) => placeOf(file, rows, headed.columns, steps);
  const entries = entriesOf(document, [], {}, false, at);
  const result = bareGuestListSchema.safeParse(document);
  const found = result.success ? [] : findingsOf(result.error, document, bareGuestListSchema);
  const problems = [
    ...surplusCells(file, rows, headed.columns),
    ...found.map((finding) => asProblem(finding, document, at)),
  ];
  return { entries, problems, guests: result.success ? result.data : [] };
}

/** The rows that hold something, without the portal's version line. */
function rowsOf(file: string, text: string): { rows: Row[] } | Pick<ListSource, "problems"> {
  let records: { record: string[]; info: { bytes: number } }[];
  try {
    records = parse(text, { bom: true, info: true, relax_column_count: true, trim: true }) as never;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const place = { file, line: Number(error.lines) };
    return { problems: [fileProblem(place, `this is no CSV: ${error.message}`, "put a cell with quotes in quotes")] };
  }
  const lines = linesAt(
    text,
    records.map(({ info }) => info.bytes),
  );
  const rows = records
    .map(({ record }, index) => ({ cells: record, line: lines[index] ?? 1 }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));

  const version = rows[0]?.cells[0] ?? "";
  if (!version.startsWith("version:")) return { rows };
  if (version === portalVersion) return { rows: rows.slice(1) };
  const rule = `the portal's file has the version line ${portalVersion}`;
  const remedy = "download the template again, or take the line out";
  return { problems: [fileProblem({ file, line: rows[0]?.line ?? 1 }, rule, remedy, "version", version)] };
}

/**
 * The line on which each record begins, from the offsets at which they end. csv-parse's own count takes a CRLF in a
 * quoted cell for two line breaks.
 */
function linesAt(text: string, ends: readonly number[]): number[] {
  const bytes = Buffer.from(text);
  let [line, from] = [1, 0];
  return ends.map((end) => {
    const begin = line;
    for (let at = bytes.indexOf(lineFeed, from); at >= 0 && at < end; at = bytes.indexOf(lineFeed, at + 1)) line += 1;
    from = end;
    return begin;
  });
}

const lineFeed = 10;

function columnsOf(file: string, header: Row | undefined): { columns: Column[] } | Pick<ListSource, "problems"> {
  const line = header?.line ?? 1;
  const headings = header?.cells ?? [];
  if (headings.length === 1 && headings[0]?.includes(";")) {
    const rule = "the cells are separated by semicolons, and the portal's file has commas";
    const remedy = 'save it as "CSV UTF-8 (comma delimited)"';
    return { problems: [fileProblem({ file, line }, rule, remedy)] };
  }
  const problems: ListSource["problems"] = [];
  const named = headings.map((heading) => {
    const name = /\[([^\]]*)\]/.exec(heading)?.[1]?.trim() ?? heading;
    const known = Object.keys(columns);
    const key = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (key === undefined) {
      const near = nearestName(name, known);
      const remedy = near === undefined ? `take it out; known are ${known.join(", ")}` : `write "${near}"`;
      problems.push(fileProblem({ file, line }, "unknown column", remedy, shown(name)));
    }
    return { name, steps: columns[key ?? ""] ?? [] };
  });
  for (const [index, { steps, name }] of named.entries()) {
    const first = named.findIndex((other) => other.steps.join() === steps.join());
    if (steps.length > 0 && first < index) {
      problems.push(
        fileProblem({ file, line }, `the column ${shown(named[first]?.name)} says the same`, "keep one", name),
      );
    }
  }
  if (!named.some(({ steps }) => steps[0] === "email") && problems.length === 0) {
    const rule = "a column with the guests' addresses is expected";
    const remedy = 'begin the file with the headings of the portal\'s template, or with "email"';
    problems.push(fileProblem({ file, line }, rule, remedy, "inviteeEmail"));
  }
  return problems.length > 0 ? { problems } : { columns: named };
}

function guestOf({ cells }: Row, named: readonly Column[]): Record<string, unknown> {
  const guest: Record<string, unknown> = {};
  for (const [index, { steps }] of named.entries()) {
    const cell = cells[index] ?? "";
    if (cell === "" && steps[0] !== "email") continue;
    const [key, part] = steps as [string, string?];
    if (part === undefined) guest[key] = cellValue(key, cell);
    else guest[key] = { ...(guest[key] as object | undefined), [part]: part === "cc" ? copies(cell) : cell };
  }
  return guest;
}

/** The portal writes `true` or `TRUE`, as spreadsheets do. Several names in one cell stand apart by semicolons. */
function cellValue(key: string, cell: string): string | boolean | string[] {
  const lower = cell.toLowerCase();
  const schema = columnSchema(key);
  if (isListOfText(schema)) return cell.split(";").map((part) => part.trim());
  return formsOf(schema).join() === "boolean" && /^(?:true|false)$/.test(lower) ? lower === "true" : cell;
}

/** Several addresses stand apart by semicolons; which mails take several, the model says. */
function copies(cell: string): string | string[] {
  const addresses = cell.split(";").map((address) => address.trim());
  return addresses.length > 1 ? addresses : cell;
}

function surplusCells(file: string, rows: readonly Row[], named: readonly Column[]): ListSource["problems"] {
  return rows
    .filter(({ cells }) => cells.slice(named.length).some((cell) => cell !== ""))
    .map(({ cells, line }) => {
      const rule = `the row has ${cells.length} cells, and there are ${named.length} headings`;
      const remedy = "put a cell that has a comma in quotes";
      return fileProblem({ file, line }, rule, remedy, `column ${named.length + 1}`, cells[named.length]);
    });
}

function placeOf(file: string, rows: readonly Row[], named: readonly Column[], [row, ...steps]: Path) {
  const column = named.find((candidate) => candidate.steps.join() === steps.slice(0, candidate.steps.length).join());
  return { path: column?.name ?? steps.join("."), place: { file, line: rows[Number(row)]?.line ?? 1 } };
}
