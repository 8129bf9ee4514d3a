// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { type AnchorPath, type AnchorTree, anchorTree } from "../hashes/tree.ts";
import { Mutex } from "../mutex.ts";
import type { Intake } from "./intake.ts";
import type { AttesterRecords } from "./records.ts";

const KEPT_TREES = 8;

/** Makes the tree of a day's leaves. */
export type TreeMaker = (leaves: readonly bigint[]) => AnchorTree | Promise<AnchorTree>;

/** A day as it goes on chain. */
export type ClosedDay = { day: number; root: bigint; leaves: number };

/**
 * Builds a day's tree out of what intake recorded, once, and hands out paths. Publishing a day's leaves is safe: a leaf
 * hides subject and head behind the head's salt.
 */
export class Anchoring {
  readonly #records: AttesterRecords;
  readonly #intake: Intake;
  readonly #mutex = new Mutex();
  readonly #treeOf: TreeMaker;
  /** Trees of closed days, which never change; a few, since hashing 100,000 leaves takes seconds. */
  readonly #trees = new Map<number, AnchorTree>();

  /**
   * @param records the same ones as the intake's
   * @param treeOf makes a tree: `anchorTree`, or a faster one that gives the same
   */
  constructor(records: AttesterRecords, intake: Intake, treeOf: TreeMaker = anchorTree) {
    this.#records = records;
    this.#treeOf = treeOf;
    this.#intake = intake;
  }

  /**
   * Closes a day: its leaves never change again. Closing it twice gives the same root.
   * @param day days since 1970-01-01 UTC
   * @returns undefined for a day without a leaf, which is not anchored
   * @throws ANCHOR_TOO_EARLY while heads may arrive, ANCHOR_TREE_FULL
   */
  close(day: number): Promise<ClosedDay | undefined> {
    return this.#mutex.run(async () => {
      while ((await this.#records.day(day)) === undefined) {
        const leaves = await this.#intake.leavesOf(day);
        if (leaves.length === 0) return undefined;
        const tree = await this.#treeOf(leaves);
        const closed = await this.#records.transaction((records) =>
          records.saveDay(day, tree.root, tree.leaves),
        );
        if (closed) this.#keep(day, tree);
      }
      const { root, leaves } = await this.#tree(day);
      return { day, root, leaves: leaves.length };
    });
  }

  /**
   * The path that a patient needs for a proof.
   * @throws ANCHOR_DAY_UNKNOWN when the day is not closed, ANCHOR_LEAF_UNKNOWN when it does not hold the leaf
   */
  async path(day: number, leaf: bigint): Promise<AnchorPath> {
    return (await this.#tree(day)).path(leaf);
  }

  /** All leaves of a closed day, in the order of the tree. @throws ANCHOR_DAY_UNKNOWN */
  async leaves(day: number): Promise<readonly bigint[]> {
    return (await this.#tree(day)).leaves;
  }

  async #tree(day: number): Promise<AnchorTree> {
    const kept = this.#trees.get(day);
    if (kept !== undefined) return kept;
    const leaves = await this.#records.day(day);
    if (leaves === undefined) {
      throw new VitalproofError("ANCHOR_DAY_UNKNOWN", `Day ${day} is not closed, or was empty.`, {
        details: { day },
        hint: "Close the day first.",
      });
    }
    return this.#keep(day, await this.#treeOf(leaves));
  }

  #keep(day: number, tree: AnchorTree): AnchorTree {
    const [oldest] = this.#trees.keys();
    if (this.#trees.size >= KEPT_TREES && oldest !== undefined) this.#trees.delete(oldest);
    this.#trees.set(day, tree);
    return tree;
  }
}
