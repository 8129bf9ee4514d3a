// SPDX-License-Identifier: GPL-3.0-or-later
import { type HashPairs, NODE } from "./nodeHasher.ts";

/** Where a level's nodes are among all nodes. */
export type Level = { readonly first: number; readonly size: number };

/** The levels of a LeanIMT, leaves first, the root last. */
export function levelsOf(leaves: number): Level[] {
  const levels: Level[] = [{ first: 0, size: leaves }];
  for (let size = leaves, first = 0; size > 1; ) {
    first += size;
    size = Math.ceil(size / 2);
    levels.push({ first, size });
  }
  return levels;
}

export const nodesOf = (levels: readonly Level[]): number => levels.reduce((sum, { size }) => sum + size, 0);

/** Whole subtrees side by side: all nodes of some levels above some leaves. */
export type Part = {
  /** The leaves: `from` is a multiple of 2^(above + made), and `to` is one or the end of all leaves. */
  readonly from: number;
  readonly to: number;
  /** The level that is read first, 0 for the leaves, and how many levels are made out of it. */
  readonly above: number;
  readonly made: number;
};

/** Makes nodes out of those below. A lone left child goes up unchanged. */
export function hashPart(
  hashPairs: HashPairs,
  nodes: Uint8Array,
  levels: readonly Level[],
  part: Part,
): void {
  const { from, to, above, made } = part;
  for (let level = above + 1; level <= above + made; level++) {
    const [below, here] = [levels[level - 1]!, levels[level]!];
    const start = Math.floor(from / 2 ** level);
    const end = Math.min(here.size, Math.ceil(to / 2 ** level));
    const pairs = Math.min(end, Math.floor(below.size / 2)) - start;
    const [source, target] = [below.first + 2 * start, here.first + start];
    hashPairs(
      nodes.subarray(NODE * source, NODE * (source + 2 * pairs)),
      nodes.subarray(NODE * target, NODE * (target + pairs)),
    );
    if (start + pairs < end) {
      const lone = below.first + below.size - 1;
      nodes.copyWithin(NODE * (here.first + end - 1), NODE * lone, NODE * (lone + 1));
    }
  }
}
