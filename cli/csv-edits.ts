/** Changes of a CSV list file that leave every other row as it was. */
import { type CsvColumn, csvTable } from "../components/config/csv-list-file.ts";
import { safeCell } from "../components/config/csv-rows.ts";
import { fileProblem, type Problem } from "../components/problem.ts";
import { canonicalAddress } from "../model/email-address.ts";
import { valueAt } from "../model/findings.ts";

/** A guest in the words of a list. */
type Values = Readonly<Record<string, unknown>>;

/** What is to become of a file. Guests are named by their canonical address. */
export interface CsvChanges {
  add?: readonly Values[];
  remove?: ReadonlySet<string>;
  /** New values by address; those without a column are left out. */
  set?: ReadonlyMap<string, Values>;
}

/**
 * Changes a CSV list file.
 *
 * @param file its name, for error messages
 * @param text what it holds
 * @returns the new text, or why the change is not possible
 */
export function changedCsv(
  file: string,
  text: string,
  { add = [], remove = new Set(), set = new Map() }: CsvChanges,
): { text: string } | { problem: Problem } {
  const table = csvTable(file, text);
  if ("problem" in table) return table;
  const { columns, exported, headings, rows, delimiter } = table;
  if (exported !== undefined) {
    const rule = "an export of users is read, and not written to";
    return { problem: fileProblem({ file }, rule, "name another list file, such as --list lists/fabrikam.yaml") };
  }
  const known = new Set(columns.map(({ steps }) => steps.join(".")));
  const without = add.flatMap(namesOf).find((name) => !known.has(name));
  if (without !== undefined) {
    const place = { file, line: headings?.line ?? 1 };
    const remedy = `add a column "${without}", or name another list file with --list`;
    return { problem: fileProblem(place, `the file has no column for "${without}"`, remedy) };
  }

  const bytes = Buffer.from(text);
  const lineBreak = bytes.includes("\r\n") ? "\r\n" : "\n";
  const address = columns.find(({ steps }) => steps.join() === "email")?.index ?? 0;
  const width = headings?.cells.length ?? 0;
  const pieces: Buffer[] = [];
  let at = 0;
  for (const {
    cells,
    bytes: [begin, end],
  } of rows) {
    const who = canonicalAddress(cells[address] ?? "");
    const changed = set.get(who);
    const line = changed && rowOf(columns, changed, cells);
    if (!remove.has(who) && (line === undefined || line.join("\0") === cells.join("\0"))) continue;
    pieces.push(bytes.subarray(at, begin));
    if (line !== undefined && !remove.has(who)) pieces.push(Buffer.from(csvLine(line, delimiter) + lineBreak));
    at = end;
  }
  pieces.push(bytes.subarray(at));
  const kept = Buffer.concat(pieces).toString("utf8");
  const added = add.map((guest) => csvLine(rowOf(columns, guest, Array(width).fill("")), delimiter) + lineBreak);
  const needsBreak = added.length > 0 && kept !== "" && !kept.endsWith("\n");
  return { text: kept + (needsBreak ? lineBreak : "") + added.join("") };
}

/** A new CSV list file: its headings, then one row for each guest. */
export function newCsv(headings: readonly string[], guests: readonly Values[]): string {
  const columns = headings.map((name, index) => ({ name, index, steps: [name] }));
  const rows = guests.map((guest) => rowOf(columns, guest, Array(headings.length).fill("")));
  return [headings, ...rows].map((row) => `${csvLine(row, ",")}\n`).join("");
}

/** The names of a guest's values, those of the message's parts with a dot. */
function namesOf(guest: Values): string[] {
  return Object.entries(guest).flatMap(([key, value]) =>
    key === "message" ? Object.keys(value as object).map((part) => `${key}.${part}`) : [key],
  );
}

/** A row's cells with a guest's values in their columns. */
function rowOf(columns: readonly CsvColumn[], guest: Values, cells: readonly string[]): string[] {
  const row = [...cells];
  for (const { index, steps } of columns) {
    const value = valueAt(guest, steps);
    if (value !== undefined) row[index] = safeCell(Array.isArray(value) ? value.join("; ") : String(value));
  }
  return row;
}

function csvLine(cells: readonly string[], delimiter: string): string {
  const isPlain = (cell: string) => !/["\r\n]|^\s|\s$/.test(cell) && !cell.includes(delimiter);
  return cells.map((cell) => (isPlain(cell) ? cell : `"${cell.replaceAll('"', '""')}"`)).join(delimiter);
}

/** The addresses in a CSV list file, now and before, of one guest after the other. */
export function csvAddresses(
  file: string,
  text: string,
): { guests: { email: string | undefined; formerly: string[] }[] } | { problem: Problem } {
  const table = csvTable(file, text);
  if ("problem" in table) return table;
  const { columns, exported, rows } = table;
  const indexOf = (name: string) => columns.find(({ steps }) => steps.join() === name)?.index ?? -1;
  const [email, formerly] = [Math.max(0, indexOf("email")), indexOf("formerly")];
  return {
    guests: rows.map(({ cells }) => ({
      email: exported?.address(cells) ?? cells[email],
      formerly: (cells[formerly] ?? "").split(";"),
    })),
  };
}
