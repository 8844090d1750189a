/** How many rows of each list are tried, from all to none. */
const rowLimits = [Number.POSITIVE_INFINITY, 1000, 500, 250, 120, 60, 30, 15, 5, 0];

/**
 * Renders with as many rows as fit.
 *
 * @param render makes the text with at most so many rows of each list
 * @param longest in characters as a reader counts them (UTF-16 units, which is never fewer)
 */
export function sizedToFit(render: (rows: number) => string, longest: number): string {
  for (const rows of rowLimits) {
    const text = render(rows);
    if (text.length <= longest) return text;
  }
  // Not even the headings fit; a cut comment still says what it is.
  return `${render(0).slice(0, longest - 2)}…\n`;
}
