/**
 * The known name that a mistyped one most likely means.
 *
 * @param name the name as written
 * @param known the names there are
 * @returns the nearest one, or `undefined` when none is near
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  return nearest(name, known, 1)[0];
}

/**
 * The known names that a mistyped one most likely means, the nearest first.
 *
 * @param name the name as written
 * @param known the names there are
 * @param most how many to answer at most
 */
export function nearest(name: string, known: readonly string[], most = 3): string[] {
  const written = name.slice(0, 64).toLowerCase();
  return known
    .map((candidate) => ({ candidate, distance: editDistance(written, candidate.slice(0, 64).toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

/** Levenshtein distance: how many letters to add, drop or change. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const [left = 0, above = 0, corner = 0] = [next[j], row[j + 1], row[j]];
      next.push(Math.min(left + 1, above + 1, corner + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
