// SPDX-License-Identifier: GPL-3.0-or-later
//
// The fast tree is the SDK's anchorTree, which is LeanIMT with poseidon-lite, to the bit.
import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { poseidon2 } from "poseidon-lite/poseidon2";
import { VECTORS } from "../scripts/vectors.ts";
import {
  anchorTree,
  FIELD,
  fastAnchorTree,
  randomFieldElement,
  threadedAnchorTree,
} from "../src/node/index.ts";
import { NODE, ownHasher } from "../src/node/tree/nodeHasher.ts";
import { codeRejected, codeThrown } from "./support.ts";

type Pair = readonly [bigint, bigint];

const element = fc.bigInt({ min: 0n, max: FIELD - 1n });

/** All hashes of one call. */
function hashed(pairs: readonly Pair[]): bigint[] {
  const write = (value: bigint): Buffer =>
    Buffer.from(value.toString(16).padStart(2 * NODE, "0"), "hex").reverse();
  const from = Buffer.concat(pairs.flat().map(write));
  const to = Buffer.alloc(NODE * pairs.length);
  ownHasher()(from, to);
  return pairs.map((_, i) =>
    BigInt(
      `0x${Buffer.from(to.subarray(NODE * i, NODE * (i + 1)))
        .reverse()
        .toString("hex")}`,
    ),
  );
}

const someLeaves = (count: number): bigint[] => Array.from({ length: count }, () => randomFieldElement());

function expectSame(leaves: readonly bigint[]): void {
  const [fast, plain] = [fastAnchorTree(leaves), anchorTree(leaves)];
  expect(fast.root, `root of ${leaves.length}`).to.equal(plain.root);
  expect(fast.leaves).to.deep.equal(plain.leaves);
  for (const leaf of leaves)
    expect(fast.path(leaf), `path in ${leaves.length}`).to.deep.equal(plain.path(leaf));
}

describe("the fast hash of nodes", () => {
  it("T12: gives the vectors' hashes", () => {
    const all = JSON.parse(readFileSync(`${VECTORS}hashes.json`, "utf8")) as {
      hash: string;
      inputs: [string, string];
      output: string;
    }[];
    const nodes = all.filter(({ hash }) => hash === "node");
    expect(nodes.length).to.be.greaterThan(10);
    const made = hashed(nodes.map(({ inputs: [left, right] }): Pair => [BigInt(left), BigInt(right)]));
    expect(made).to.deep.equal(nodes.map(({ output }) => BigInt(output)));
  });

  it("T12: gives poseidon-lite's hashes of the ends of the field, and around every limb's and word's end", () => {
    const bits = [28n, 29n, 58n, 64n, 128n, 192n, 232n, 252n, 253n];
    const edges = [
      0n,
      1n,
      2n,
      FIELD - 1n,
      FIELD - 2n,
      FIELD >> 1n,
      ...bits.flatMap((n) => [(1n << n) - 1n, 1n << n]),
    ];
    const pairs = edges.flatMap((left) => edges.map((right): Pair => [left, right]));
    expect(hashed(pairs)).to.deep.equal(pairs.map(([left, right]) => poseidon2([left, right])));
  });

  it("T12: gives poseidon-lite's hashes of anything, in calls of any size", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(element, element), { minLength: 1, maxLength: 40 }), (pairs) => {
        expect(hashed(pairs)).to.deep.equal(pairs.map(([left, right]) => poseidon2([left, right])));
      }),
    );
  });
});

describe("the fast tree", () => {
  it("T7 T12: has the root and every path of LeanIMT around powers of two", () => {
    const sizes = new Set([1, 2, 4, 8, 16, 32, 64, 128, 256].flatMap((size) => [size - 1, size, size + 1]));
    sizes.delete(0);
    for (const size of sizes) expectSame(someLeaves(size));
  });

  it("T7 T12: has the root and every path of LeanIMT for any set of 1 to 300 leaves in any order", () => {
    const leaf = fc.bigInt({ min: 1n, max: FIELD - 1n });
    fc.assert(fc.property(fc.uniqueArray(leaf, { minLength: 1, maxLength: 300, size: "max" }), expectSame), {
      numRuns: 30,
    });
  });

  it("T7 T12: has the root and every path of LeanIMT for more leaves than one call hashes", () => {
    for (const size of [1_023, 1_025, 2_050]) expectSame(someLeaves(size));
  });

  it("T7 T12: gives the trees of the vectors", () => {
    const trees = JSON.parse(readFileSync(`${VECTORS}trees.json`, "utf8")) as {
      leaves: string[];
      root: string;
      paths: { leaf: string; index: number; siblings: string[] }[];
    }[];
    expect(trees.length).to.be.greaterThan(3);
    for (const { leaves, root, paths } of trees) {
      const tree = fastAnchorTree(leaves.map(BigInt));
      expect(tree.root).to.equal(BigInt(root));
      for (const { leaf, index, siblings } of paths) {
        expect(tree.path(BigInt(leaf)))
          .to.include({ index })
          .and.deep.include({ siblings: siblings.map(BigInt) });
      }
    }
  });

  it("refuses what anchorTree refuses", () => {
    for (const leaves of [[], [0n], [1n, 2n, 1n], [FIELD], [-1n]]) {
      const code = codeThrown(() => anchorTree(leaves));
      expect(code).to.not.equal("nothing");
      expect(codeThrown(() => fastAnchorTree(leaves))).to.equal(code);
    }
    const tree = fastAnchorTree([2n, 4n, 6n]);
    for (const leaf of [0n, 1n, 5n, 7n, FIELD]) {
      expect(codeThrown(() => tree.path(leaf))).to.equal("ANCHOR_LEAF_UNKNOWN");
    }
  });
});

describe("the tree made in threads", () => {
  it("T7 T12: is the same, whatever the threads and wherever their parts end", async function () {
    this.timeout(120_000);
    for (const [size, threads] of [
      [300, 2],
      [4_096, 2],
      [4_097, 1],
      [4_097, 40],
      [4_351, 3],
      [6_145, 2],
      [8_193, 5],
    ] as const) {
      const leaves = someLeaves(size);
      const [threaded, fast] = [await threadedAnchorTree(leaves, { threads }), fastAnchorTree(leaves)];
      expect(threaded.root, `${size} leaves`).to.equal(fast.root);
      for (const leaf of leaves) expect(threaded.path(leaf)).to.deep.equal(fast.path(leaf));
    }
  });

  it("leaves the caller's thread free while others hash", async function () {
    this.timeout(60_000);
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 1);
    try {
      await threadedAnchorTree(someLeaves(20_000));
    } finally {
      clearInterval(counting);
    }
    expect(turns).to.be.greaterThan(20);
  });

  it("refuses what anchorTree refuses, and numbers that are not of threads", async () => {
    expect(await codeRejected(threadedAnchorTree([1n, 1n]))).to.equal("INVALID_ARGUMENT");
    expect(await codeRejected(threadedAnchorTree([]))).to.equal("INVALID_ARGUMENT");
    for (const threads of [0, 1.5, Number.NaN]) {
      expect(await codeRejected(threadedAnchorTree([1n], { threads }))).to.equal("INVALID_ARGUMENT");
    }
  });
});
