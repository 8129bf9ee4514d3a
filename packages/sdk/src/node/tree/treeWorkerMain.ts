// SPDX-License-Identifier: GPL-3.0-or-later
//
// A thread that hashes the lower levels of one part of a tree, into memory that it shares with the thread that asked.
import { workerData } from "node:worker_threads";
import { hashPart, levelsOf, type Part } from "./levels.ts";
import { type HasherParts, nodeHasher } from "./nodeHasher.ts";

export type TreeTask = {
  readonly parts: HasherParts;
  /** Over shared memory; of all levels, with the leaves written. */
  readonly nodes: Uint8Array;
  /** Of the whole tree. */
  readonly leaves: number;
  readonly part: Part;
};

const { parts, nodes, leaves, part } = workerData as TreeTask;
hashPart(nodeHasher(parts), nodes, levelsOf(leaves), part);
