// SPDX-License-Identifier: GPL-3.0-or-later
import type { Row } from "./rows.ts";

/** Rows by their unknown wires, and those that wait to be looked at because they changed. */
export class RowIndex {
  readonly #rowsOf = new Map<number, Set<Row>>();
  readonly #waiting: Row[] = [];

  /** Includes rows from which the wire has vanished since. */
  of(wire: number): Iterable<Row> {
    return this.#rowsOf.get(wire) ?? [];
  }

  /** The rows of a wire that is known now: they are not listed under it any more. */
  close(wire: number): Iterable<Row> {
    const rows = this.of(wire);
    this.#rowsOf.delete(wire);
    return rows;
  }

  add(row: Row): void {
    for (const wire of row.terms.keys()) this.enter(wire, row);
    this.queue(row);
  }

  enter(wire: number, row: Row): void {
    const rows = this.#rowsOf.get(wire);
    if (rows === undefined) this.#rowsOf.set(wire, new Set([row]));
    else rows.add(row);
  }

  queue(row: Row): void {
    if (row.queued) return;
    row.queued = true;
    this.#waiting.push(row);
  }

  next(): Row | undefined {
    const row = this.#waiting.pop();
    if (row !== undefined) row.queued = false;
    return row;
  }
}
