/** Tables as text: in columns for a terminal, in Markdown for a page. */
import stringWidth from "string-width";
import { wrapped } from "./log-lines.ts";

/** Where the cells of a column stand. */
export type Alignment = "left" | "right";

type Row = readonly string[];

const gap = "  ";

/** The least room for a last cell beside the others; with less, it goes below them. */
const leastRoom = 30;

/** How far a cell that goes below its row is indented. */
const below = "    ";

/**
 * Rows as lines in columns, each as wide as its widest cell. Where a line gets too long, its last cell is wrapped.
 *
 * @param rows one line of text a cell; a row may be shorter than others
 * @param alignments one a column; left where there is none
 * @param width the longest line; a single long word, such as an address, may exceed it, so that it can be copied
 * @returns one line a row or more, without space at its end
 */
export function inColumns(
  rows: readonly Row[],
  alignments: readonly Alignment[] = [],
  width = Number.POSITIVE_INFINITY,
): string[] {
  const widths = columnWidths(rows);
  return rows.flatMap((row) => {
    const cells = row.map((cell, column) => {
      const endsLine = column === row.length - 1 && alignments[column] !== "right";
      return endsLine ? cell : padded(cell, widths[column] ?? 0, alignments[column]);
    });
    const line = cells.join(gap).trimEnd();
    if (stringWidth(line) <= width) return [line];
    const start = cells.slice(0, -1).map((cell) => cell + gap);
    const [before, last] = [start.join(""), row.at(-1) ?? ""];
    const room = width - stringWidth(before);
    if (before === "" || room >= leastRoom) {
      return wrapped(last, room, stringWidth).map(
        (part, index) => (index === 0 ? before : " ".repeat(stringWidth(before))) + part,
      );
    }
    return [before.trimEnd(), ...wrapped(last, width - below.length, stringWidth).map((part) => below + part)];
  });
}

/**
 * The same below headings and a rule. Columns that do not fit are left out, the last ones first.
 *
 * @param headings one a column
 * @param options `width` of the longest line; `least` columns stay in any case, the last one wrapped
 */
export function withHeadings(
  headings: Row,
  rows: readonly Row[],
  alignments: readonly Alignment[] = [],
  { width = Number.POSITIVE_INFINITY, least = headings.length }: { width?: number; least?: number } = {},
): string[] {
  const widths = columnWidths([headings, ...rows]);
  const needs = (columns: number) => widths.slice(0, columns).reduce((sum, one) => sum + one + gap.length, -gap.length);
  let columns = headings.length;
  while (columns > least && needs(columns) > width) columns--;
  const room = Math.max(0, width - needs(columns - 1) - gap.length);
  const rule = widths
    .slice(0, columns)
    .map((one, column) => "─".repeat(column < columns - 1 ? one : Math.min(one, room)));
  const fitting = [headings, ...rows].map((row) => row.slice(0, columns));
  return inColumns([...fitting.slice(0, 1), rule, ...fitting.slice(1)], alignments, width);
}

/**
 * A Markdown table.
 *
 * @param headings one a column
 * @param rows cells that are Markdown already: without line breaks, pipes escaped
 * @param options `aligned` also fills the columns in the source, for files that people read as text
 */
export function markdownTable(headings: Row, rows: readonly Row[], options: { aligned?: boolean } = {}): string {
  const widths = options.aligned ? columnWidths([headings, ...rows]) : headings.map(() => 0);
  const line = (row: Row) => `| ${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(Math.max(width, 3)));
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}

function columnWidths(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
    });
  }
  return widths;
}

/** Pads by what a terminal shows: `李` takes two columns, a combining accent none. */
function padded(cell: string, width: number, alignment: Alignment = "left"): string {
  const padding = " ".repeat(Math.max(0, width - stringWidth(cell)));
  return alignment === "left" ? cell + padding : padding + cell;
}
