/** The picture of docs/scale.md: how the time grows with the number of guests. */

/** One line of the picture: seconds by number of guests. */
export interface Growth {
  name: string;
  seconds: ReadonlyMap<number, number>;
}

const [width, height] = [720, 420];
const edge = { left: 70, right: 215, top: 50, bottom: 50 };
const colours = ["#0b62c4", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#be185d"];

/**
 * Draws the lines, both axes logarithmic: a straight line that rises by one field for each field is linear growth.
 *
 * @param title says what was measured, and when
 * @returns an SVG that is readable on light and on dark pages
 */
export function growthPicture(title: string, growths: readonly Growth[]): string {
  const points = growths.flatMap(({ seconds }) => [...seconds]);
  const x = scale(
    points.map(([guests]) => guests),
    edge.left,
    width - edge.right,
  );
  const y = scale(
    points.map(([, seconds]) => seconds),
    height - edge.bottom,
    edge.top,
  );
  const drawn = growths.map(({ name, seconds }, index) => {
    const at = [...seconds].sort(([one], [other]) => one - other).map(([guests, time]) => [x.at(guests), y.at(time)]);
    const [endX = 0, endY = 0] = at.at(-1) ?? [];
    return { name, colour: colours[index % colours.length], at, endX, endY };
  });
  const labels = apart(drawn);
  const lines = drawn.flatMap(({ name, colour, at, endX }, index) => {
    const path = at.map(([px = 0, py = 0]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ");
    const dots = at.map(
      ([px = 0, py = 0]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colour}"/>`,
    );
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
      `<text x="${(endX + 8).toFixed(1)}" y="${((labels[index] ?? 0) + 4).toFixed(1)}" fill="${colour}">${name}</text>`,
    ];
  });
  const vertical = x.marks.flatMap((guests) => [
    `<line x1="${x.at(guests)}" y1="${edge.top}" x2="${x.at(guests)}" y2="${height - edge.bottom}" stroke="#d4d4d8"/>`,
    `<text x="${x.at(guests)}" y="${height - edge.bottom + 18}" text-anchor="middle">${guests.toLocaleString("en-US")}</text>`,
  ]);
  const horizontal = y.marks.flatMap((seconds) => [
    `<line x1="${edge.left}" y1="${y.at(seconds)}" x2="${width - edge.right}" y2="${y.at(seconds)}" stroke="#d4d4d8"/>`,
    `<text x="${edge.left - 8}" y="${y.at(seconds) + 4}" text-anchor="end">${seconds} s</text>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#27272a">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${edge.left}" y="26" font-size="14" font-weight="600">${title}</text>`,
    ...vertical,
    ...horizontal,
    `<text x="${(edge.left + width - edge.right) / 2}" y="${height - 10}" text-anchor="middle">guests</text>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

/** Where the names of lines stand that end in one place: each below the one above, with room for its text. */
function apart(ends: readonly { endX: number; endY: number }[]): number[] {
  const heights = ends.map(({ endY }) => endY);
  const downwards = [...ends.keys()].sort((one, other) => (heights[one] ?? 0) - (heights[other] ?? 0));
  for (const [place, index] of downwards.entries()) {
    const above = downwards.slice(0, place).filter((other) => ends[other]?.endX === ends[index]?.endX);
    heights[index] = Math.max(heights[index] ?? 0, ...above.map((other) => (heights[other] ?? 0) + lineHeight));
  }
  return heights;
}

const lineHeight = 14;

/** A logarithmic axis with a mark at each power of ten around the values. */
function scale(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const marks = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));
  const at = (value: number) => Number((from + ((Math.log10(value) - low) / (high - low)) * (to - from)).toFixed(1));
  return { marks, at };
}
