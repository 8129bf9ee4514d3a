// SPDX-License-Identifier: GPL-3.0-or-later
import { type AnchorTree, sortedLeaves, unknownLeaf } from "../../hashes/tree.ts";
import { hashPart, type Level, levelsOf, nodesOf } from "./levels.ts";
import { NODE, ownHasher } from "./nodeHasher.ts";

/**
 * The same as `anchorTree`, some seven times faster: a WebAssembly module of the hash is made on the first call. A tree holds
 * 64 bytes per leaf, and the leaves. The thread is busy for about 20 µs per leaf; `threadedAnchorTree` leaves it free.
 * @param leaves at least one, non-zero, no two alike
 * @throws INVALID_ARGUMENT, ANCHOR_TREE_FULL
 */
export function fastAnchorTree(leaves: readonly bigint[]): AnchorTree {
  const sorted = sortedLeaves(leaves);
  const levels = levelsOf(sorted.length);
  const nodes = new Uint8Array(NODE * nodesOf(levels));
  writeLeaves(nodes, sorted);
  const whole = { from: 0, to: sorted.length, above: 0, made: levels.length - 1 };
  hashPart(ownHasher(), nodes, levels, whole);
  return treeOf(sorted, nodes, levels);
}

export function writeLeaves(nodes: Uint8Array, leaves: readonly bigint[]): void {
  const view = new DataView(nodes.buffer, nodes.byteOffset);
  leaves.forEach((leaf, i) => {
    // Each takes the lowest 64 bits.
    for (let word = 0; word < 4; word++)
      view.setBigUint64(NODE * i + 8 * word, leaf >> BigInt(64 * word), true);
  });
}

/** @param nodes of all levels, hashed */
export function treeOf(leaves: readonly bigint[], nodes: Uint8Array, levels: readonly Level[]): AnchorTree {
  const view = new DataView(nodes.buffer, nodes.byteOffset);
  const nodeAt = (i: number): bigint => {
    const word = (k: number): bigint => view.getBigUint64(NODE * i + 8 * k, true);
    return (((((word(3) << 64n) | word(2)) << 64n) | word(1)) << 64n) | word(0);
  };
  const root = nodeAt(levels.at(-1)!.first);
  return {
    root,
    leaves,
    path(leaf) {
      let position = positionOf(leaf, leaves);
      if (position === undefined) throw unknownLeaf(leaf);
      const siblings: bigint[] = [];
      let index = 0;
      for (const { first, size } of levels) {
        const sibling = position ^ 1;
        if (sibling < size) {
          index |= (position & 1) << siblings.length;
          siblings.push(nodeAt(first + sibling));
        }
        position >>= 1;
      }
      return { root, leaf, index, siblings };
    },
  };
}

/** A map of a million leaves would take more memory than their nodes. */
function positionOf(leaf: bigint, sorted: readonly bigint[]): number | undefined {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < leaf) from = middle + 1;
    else to = middle;
  }
  return sorted[from] === leaf ? from : undefined;
}
