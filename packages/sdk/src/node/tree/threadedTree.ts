// SPDX-License-Identifier: GPL-3.0-or-later
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { VitalproofError } from "../../errors.ts";
import { type AnchorTree, sortedLeaves } from "../../hashes/tree.ts";
import { treeOf, writeLeaves } from "./fastTree.ts";
import { hashPart, levelsOf, nodesOf } from "./levels.ts";
import { hasherParts, NODE, ownHasher } from "./nodeHasher.ts";
import type { TreeTask } from "./treeWorkerMain.ts";

/** Levels that are made here, of 32 nodes at most: every thread gets whole subtrees below them. */
const TOP = 5;
/** Starting a thread takes as long as hashing so many leaves. */
const WORTH = 4_096;

export type ThreadedTreeOptions = {
  /** 1 or more; 32 at most are started. Default: a core fewer than there are, which is left to the caller's thread. */
  threads?: number;
};

/**
 * The same as `fastAnchorTree` in other threads, which end with the tree: the caller's thread stays free but for sorting and
 * packing, about 2 µs per leaf. Up to 4,096 leaves are hashed here.
 * @param leaves at least one, non-zero, no two alike
 * @throws INVALID_ARGUMENT, ANCHOR_TREE_FULL; an Error of Node's when a thread cannot run to its end
 */
export async function threadedAnchorTree(
  leaves: readonly bigint[],
  { threads = Math.max(1, availableParallelism() - 1) }: ThreadedTreeOptions = {},
): Promise<AnchorTree> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new VitalproofError("INVALID_ARGUMENT", `threads must be a whole number above 0, not ${threads}.`, {
      details: { threads },
      hint: "Leave it out for a thread per core but one.",
    });
  }
  const sorted = sortedLeaves(leaves);
  const levels = levelsOf(sorted.length);
  const nodes = new Uint8Array(new SharedArrayBuffer(NODE * nodesOf(levels)));
  writeLeaves(nodes, sorted);
  const depth = levels.length - 1;
  const lower = sorted.length <= WORTH ? 0 : depth - TOP;
  if (lower > 0) {
    const subtrees = Math.ceil(sorted.length / 2 ** lower);
    const count = Math.min(subtrees, threads);
    const bound = (i: number): number => Math.floor((i * subtrees) / count) * 2 ** lower;
    const tasks = Array.from(
      { length: count },
      (_, i): TreeTask => ({
        parts: hasherParts(),
        nodes,
        leaves: sorted.length,
        part: { from: bound(i), to: Math.min(bound(i + 1), sorted.length), above: 0, made: lower },
      }),
    );
    await Promise.all(tasks.map(run));
  }
  hashPart(ownHasher(), nodes, levels, {
    from: 0,
    to: sorted.length,
    above: lower,
    made: depth - lower,
  });
  return treeOf(sorted, nodes, levels);
}

function run(task: TreeTask): Promise<void> {
  // Run from source the file ends in .ts, from the published package in .js.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./treeWorkerMain.${extension}`, import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`A thread that hashes a day's tree ended early (code ${code}).`));
    });
  });
}
