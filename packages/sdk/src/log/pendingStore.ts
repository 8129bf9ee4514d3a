// SPDX-License-Identifier: GPL-3.0-or-later
import { parseRecord } from "../internal/json.ts";
import type { Store } from "../store.ts";
import { DAY } from "../time/epochs.ts";
import type { PendingReadings } from "./pendingReadings.ts";

/** Time, then one code per channel. */
type Stored = [time: number, ...codes: number[]];

/**
 * A record with the readings of one day, in order of time: its day since 1970 UTC, which of the day's two records it is,
 * how many readings at its beginning are sealed, and how many it has in all.
 */
export type Piece = [day: number, side: 0 | 1, sealed: number, readings: number];

/** What a log's state says about its pending readings. */
export type StoredPending = { pending: Stored[]; pieces?: Piece[] };

/** So many readings are in the log's state itself: a fortnight of a glucose sensor and more. */
const IN_STATE = 10_000;

/**
 * Where a log's pending readings are kept: few of them in the log's state, many in records of a day each, so that
 * neither memory nor a text has to hold all of them at once. A day's record that changes is written next to the old one,
 * and the state says which of the two counts. So readings are stored all or not at all.
 */
export class PendingStore {
  readonly #store: Store;
  readonly #name: string;
  #pieces: readonly Piece[];

  constructor(store: Store, name: string, pieces: readonly Piece[] = []) {
    this.#store = store;
    this.#name = name;
    this.#pieces = pieces;
  }

  /** Adds what is stored. @throws LOG_CORRUPT */
  async load(stored: StoredPending, into: PendingReadings): Promise<void> {
    for (const piece of this.#pieces) {
      const [, , sealed, readings] = piece;
      const key = pieceKey(this.#name, piece);
      const { pending } = parseRecord<StoredPending>(
        key,
        (await this.#store.read(key)) ?? "",
        (value) => Array.isArray(value.pending) && value.pending.length === readings,
      );
      for (const [time, ...codes] of pending.slice(sealed)) into.add(time, codes);
    }
    for (const [time, ...codes] of stored.pending) into.add(time, codes);
  }

  /**
   * Writes the records of the days that changed.
   * @returns what the state must say for them to count; once it does, `settle` removes what does not count any more
   */
  async write(pending: PendingReadings, changed: (day: number) => boolean): Promise<PendingText> {
    if (pending.length <= IN_STATE) return { pending: textOf(pending, 0, pending.length), pieces: [] };
    const before = new Map(this.#pieces.map((piece) => [piece[0], piece]));
    const pieces: Piece[] = [];
    for (let from = 0; from < pending.length; ) {
      const day = dayOf(pending.time(from));
      let to = from + 1;
      while (to < pending.length && dayOf(pending.time(to)) === day) to += 1;
      const old = before.get(day);
      if (old !== undefined && !changed(day)) pieces.push(old);
      else {
        const piece: Piece = [day, old?.[1] === 0 ? 1 : 0, 0, to - from];
        const text = `{"pending":[${textOf(pending, from, to)}]}`;
        await this.#store.write(pieceKey(this.#name, piece), text);
        pieces.push(piece);
      }
      from = to;
    }
    return { pending: "", pieces };
  }

  /** As `write`, where the first readings were taken away and nothing else changed. */
  async writeWithoutFirst(pending: PendingReadings, count: number): Promise<PendingText> {
    if (this.#pieces.length === 0 || pending.length <= IN_STATE) return this.write(pending, () => false);
    let left = count;
    const pieces: Piece[] = [];
    for (const [day, side, sealed, readings] of this.#pieces) {
      const gone = Math.min(left, readings - sealed);
      left -= gone;
      if (sealed + gone < readings) pieces.push([day, side, sealed + gone, readings]);
    }
    return { pending: "", pieces };
  }

  /** The state was written: removes the records that it names no more. */
  async settle({ pieces }: PendingText): Promise<void> {
    const named = new Set(pieces.map((piece) => pieceKey(this.#name, piece)));
    const others = this.#pieces.map((piece) => pieceKey(this.#name, piece)).filter((key) => !named.has(key));
    this.#pieces = pieces;
    for (const key of others) await this.#store.remove(key);
  }
}

/** For the state: readings as the inside of a list, because their texts are joined without an object for each. */
export type PendingText = { readonly pending: string; readonly pieces: readonly Piece[] };

export function isStoredPending({ pending, pieces = [] }: Record<string, unknown>): boolean {
  return (
    Array.isArray(pending) &&
    Array.isArray(pieces) &&
    pieces.every((piece) => Array.isArray(piece) && piece.length === 4 && piece.every(Number.isSafeInteger))
  );
}

export function countOf({ pending, pieces = [] }: StoredPending): number {
  return pieces.reduce((sum, [, , sealed, readings]) => sum + readings - sealed, pending.length);
}

export function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

function pieceKey(name: string, [day, side]: Piece): string {
  return `log/${name}/pending/${day}-${side}`;
}

function textOf(pending: PendingReadings, from: number, to: number): string {
  const texts: string[] = [];
  for (let place = from; place < to; place++) {
    texts.push(`[${pending.time(place)},${pending.codes(place).join()}]`);
  }
  return texts.join();
}
