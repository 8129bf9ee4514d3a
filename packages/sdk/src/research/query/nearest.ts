// SPDX-License-Identifier: GPL-3.0-or-later

/** The name that was most likely meant; undefined when none is similar. Upper and lower case do not matter. */
export function nearestOf(given: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(given.length / 3));
  const wanted = given.toLowerCase();
  let nearest: string | undefined;
  let least = Math.min(most + 1, wanted.length);
  for (const name of names) {
    const distance = distanceOf(wanted, name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** Levenshtein's distance: how many characters are put in, left out or replaced. */
function distanceOf(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1));
    }
    above = row;
  }
  return above[b.length]!;
}
