/** Tables as text: in columns for a terminal, in Markdown for a page. */
import stringWidth from "string-width";

/** Where the cells of a column stand. */
export type Alignment = "left" | "right";

type Row = readonly string[];

const gap = "  ";

/**
 * Rows as lines in columns, each as wide as its widest cell.
 *
 * @param rows one line of text a cell; a row may be shorter than others
 * @param alignments one a column; left where there is none
 * @returns one line a row, without space at its end
 */
export function inColumns(rows: readonly Row[], alignments: readonly Alignment[] = []): string[] {
  const widths = columnWidths(rows);
  const line = (row: Row) =>
    row.map((cell, column) => {
      const endsLine = column === row.length - 1 && alignments[column] !== "right";
      return endsLine ? cell : padded(cell, widths[column] ?? 0, alignments[column]);
    });
  return rows.map((row) => line(row).join(gap).trimEnd());
}

/**
 * The same below headings and a rule.
 *
 * @param headings one a column
 */
export function withHeadings(headings: Row, rows: readonly Row[], alignments?: readonly Alignment[]): string[] {
  const rule = columnWidths([headings, ...rows]).map((width) => "─".repeat(width));
  return inColumns([headings, rule, ...rows], alignments);
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
