// SPDX-License-Identifier: GPL-3.0-or-later
import { LeanIMT } from "@zk-kit/lean-imt";
import { poseidon2 } from "poseidon-lite/poseidon2";
import { VitalproofError } from "../errors.ts";
import { assertField, isFieldElement } from "../field.ts";
import { MAX_DEPTH } from "../generated/protocol.ts";

/** `P2(left, right)`; used for nothing but nodes of the anchor tree. */
export function nodeOf(left: bigint, right: bigint): bigint {
  return poseidon2([left, right]);
}

/** The way from a leaf to a root of a LeanIMT, in which a lone left child goes up unchanged. */
export type AnchorPath = {
  root: bigint;
  leaf: bigint;
  /** Bit i says on which side of `siblings[i]` the path runs. */
  index: number;
  /** Only the levels that have a sibling; their number is the circuit's `depth`. */
  siblings: bigint[];
};

export type AnchorTree = {
  readonly root: bigint;
  readonly leaves: readonly bigint[];
  /** @throws ANCHOR_LEAF_UNKNOWN */
  path(leaf: bigint): AnchorPath;
};

/**
 * Leaves as a tree has them: sorted, so that the tree depends on the set alone and says nothing about who came first.
 * @param leaves at least one, non-zero, no two alike
 * @throws INVALID_ARGUMENT, ANCHOR_TREE_FULL
 */
export function sortedLeaves(leaves: readonly bigint[]): bigint[] {
  const sorted = [...leaves].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  sorted.forEach((leaf, i) => {
    assertField("leaf", leaf);
    if (leaf === 0n || leaf === sorted[i - 1]) {
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        leaf === 0n ? "A leaf is 0." : `Leaf ${leaf} is there twice.`,
        {
          details: { leaf },
        },
      );
    }
  });
  if (sorted.length === 0) {
    throw new VitalproofError("INVALID_ARGUMENT", "A tree without leaves has no root.", {
      hint: "An empty day is not anchored.",
    });
  }
  if (sorted.length > 2 ** MAX_DEPTH) {
    throw new VitalproofError(
      "ANCHOR_TREE_FULL",
      `${sorted.length} leaves do not fit a tree of depth ${MAX_DEPTH}.`,
      {
        details: { leaves: sorted.length, maxDepth: MAX_DEPTH },
        hint: "Split the attester's stream into several groups.",
      },
    );
  }
  return sorted;
}

export function unknownLeaf(leaf: bigint): VitalproofError {
  return new VitalproofError("ANCHOR_LEAF_UNKNOWN", `Leaf ${leaf} is not in this tree.`, {
    details: { leaf },
  });
}

/**
 * The day's tree. In Node `fastAnchorTree` of `@vitalproof/sdk/node` gives the same in a seventh of the time.
 * @param leaves at least one, non-zero, no two alike
 * @throws INVALID_ARGUMENT, ANCHOR_TREE_FULL
 */
export function anchorTree(leaves: readonly bigint[]): AnchorTree {
  const sorted = sortedLeaves(leaves);
  const tree = new LeanIMT<bigint>(nodeOf);
  tree.insertMany(sorted);
  const positions = new Map(sorted.map((leaf, i) => [leaf, i]));
  return {
    root: tree.root,
    leaves: sorted,
    path(leaf) {
      const at = positions.get(leaf);
      if (at === undefined) throw unknownLeaf(leaf);
      const { root, index, siblings } = tree.generateProof(at);
      return { root, leaf, index, siblings };
    },
  };
}

/** The root that a path gives; undefined when it is deeper than `MAX_DEPTH` or malformed. */
export function rootOfPath(path: Omit<AnchorPath, "root">): bigint | undefined {
  const { leaf, index, siblings } = path;
  if (siblings.length > MAX_DEPTH || !Number.isInteger(index) || index < 0 || index >= 2 ** siblings.length) {
    return undefined;
  }
  if (!isFieldElement(leaf) || leaf === 0n || !siblings.every(isFieldElement)) return undefined;
  return siblings.reduce(
    (node, sibling, level) => ((index >> level) & 1 ? nodeOf(sibling, node) : nodeOf(node, sibling)),
    leaf,
  );
}
