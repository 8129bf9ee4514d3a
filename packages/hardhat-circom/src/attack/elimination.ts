// SPDX-License-Identifier: GPL-3.0-or-later
import { R } from "../internal/field.ts";
import { Contradiction } from "./contradiction.ts";
import type { RowIndex } from "./rowIndex.ts";
import type { Row } from "./rows.ts";

/** Rows with a wire in common that are compared with each other. */
const MOST_LEFTOVERS = 12;

/** Gauss-Jordan elimination between rows that are not of two-valued wires alone. Its rows are fully reduced. */
export class Elimination {
  readonly #index: RowIndex;
  readonly #isTwoValued: (wire: number) => boolean;
  readonly #widest: number;
  readonly #pivots = new Map<number, Row>();
  readonly #waiting: Row[] = [];
  #unsorted = false;
  /** Rows that the elimination left between two-valued wires, by their wires. */
  readonly #leftovers = new Map<number, Row[]>();

  /** @param widest rows wider than this take no part */
  constructor(index: RowIndex, isTwoValued: (wire: number) => boolean, widest: number) {
    this.#index = index;
    this.#isTwoValued = isTwoValued;
    this.#widest = widest;
  }

  /** A row for `next`. */
  offer(row: Row): void {
    this.#waiting.push(row);
    this.#unsorted = true;
  }

  next(): Row | undefined {
    if (this.#unsorted) {
      // Short rows first: what is left of the long ones then is as simple as it gets.
      this.#waiting.sort((a, b) => b.terms.size - a.terms.size);
      this.#unsorted = false;
    }
    return this.#waiting.pop();
  }

  /** The wire that a row of the elimination defines has a value now. */
  release(row: Row, wire: number): void {
    this.#pivots.delete(wire);
    row.pivot = -1;
    row.entered = false;
  }

  /**
   * Takes a row in.
   * @returns the reduced row where it defines a wire
   * @throws Contradiction if the rows exclude each other
   */
  enter(source: Row): Row | undefined {
    // A row that changed since is queued, and comes again.
    if (source.entered || source.terms.size < 2 || source.terms.size > this.#widest) return undefined;
    if (source.every(this.#isTwoValued)) return undefined;
    source.entered = true;
    const row = source.copy();
    for (const wire of [...row.terms.keys()]) {
      const by = this.#pivots.get(wire);
      const coefficient = row.terms.get(wire);
      if (by !== undefined && coefficient !== undefined) row.add(-coefficient, by);
    }
    if (row.terms.size === 0) {
      if (row.constant !== 0n) throw new Contradiction("linear equations contradict each other");
      return undefined;
    }
    let pivot = -1;
    if (row.terms.size > 1) for (const wire of row.terms.keys()) if (!this.#isTwoValued(wire)) pivot = wire;
    if (pivot < 0) {
      this.#index.add(row);
      if (row.terms.size > 1) this.#compare(row);
      return undefined;
    }
    row.normalise(pivot);
    for (const other of this.#index.of(pivot)) {
      const coefficient = other.terms.get(pivot);
      if (other.pivot < 0 || coefficient === undefined) continue;
      for (const wire of other.add(-coefficient, row)) this.#index.enter(wire, other);
      this.#index.queue(other);
    }
    row.pivot = pivot;
    row.entered = true;
    this.#pivots.set(pivot, row);
    for (const wire of row.terms.keys()) this.#index.enter(wire, row);
    return row;
  }

  /** Sums and differences of what the elimination leaves between two-valued wires: often one-hot conditions. */
  #compare(row: Row): void {
    const others = new Set<Row>();
    for (const wire of row.terms.keys())
      for (const other of this.#leftovers.get(wire) ?? []) others.add(other);
    for (const other of others) {
      for (const factor of [1n, -1n]) {
        const sum = row.copy();
        sum.add(factor, other);
        let small = sum.terms.size > 1;
        for (const coefficient of sum.terms.values()) small &&= coefficient === 1n || coefficient === R - 1n;
        if (small) this.#index.add(sum);
      }
    }
    for (const wire of row.terms.keys()) {
      const known = this.#leftovers.get(wire);
      if (known === undefined) this.#leftovers.set(wire, [row]);
      else if (known.length < MOST_LEFTOVERS) known.push(row);
    }
  }
}
