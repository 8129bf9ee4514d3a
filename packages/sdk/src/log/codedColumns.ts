// SPDX-License-Identifier: GPL-3.0-or-later
import { NumberColumn, type Order, orderOf } from "./numberColumn.ts";

/** Readings as columns of times and codes: a few bytes each, where an object takes a hundred. */
export class CodedColumns {
  readonly #times = new NumberColumn();
  readonly #codes: readonly NumberColumn[];

  constructor(channels: number) {
    this.#codes = Array.from({ length: channels }, () => new NumberColumn());
  }

  get length(): number {
    return this.#times.length;
  }

  add(time: number, codes: readonly number[]): void {
    this.#times.push(time);
    for (const [channel, column] of this.#codes.entries()) column.push(codes[channel]!);
  }

  time(at: number): number {
    return this.#times.at(at);
  }

  codes(at: number): number[] {
    return this.#codes.map((column) => column.at(at));
  }

  /** Whether two readings have the same codes. */
  same(a: number, b: number): boolean {
    return this.#codes.every((column) => column.at(a) === column.at(b));
  }

  /** Whether a reading has these codes. */
  holds(at: number, codes: readonly number[]): boolean {
    return this.#codes.every((column, channel) => column.at(at) === codes[channel]);
  }

  /** Writes a reading's codes into an array. */
  copy(at: number, into: number[] | Uint16Array, from: number): void {
    for (const [channel, column] of this.#codes.entries()) into[from + channel] = column.at(at);
  }

  /** Places of the readings in order of time; those of one time as they were added. */
  order(): Order {
    return orderOf(this.#times);
  }
}

/** The places without those of readings that have the same time and codes as one before. */
export function withoutRepeated(coded: CodedColumns, order: Order): Order {
  const repeated = (place: number): boolean => {
    const at = order.at(place);
    // Those of one time are next to each other.
    for (let before = place - 1; before >= 0; before--) {
      const other = order.at(before);
      if (coded.time(other) !== coded.time(at)) return false;
      if (coded.same(other, at)) return true;
    }
    return false;
  };
  let count = 0;
  for (let place = 0; place < order.length; place++) if (repeated(place)) count += 1;
  if (count === 0) return order;
  const places = new Uint32Array(order.length - count);
  let kept = 0;
  for (let place = 0; place < order.length; place++) if (!repeated(place)) places[kept++] = order.at(place);
  return { length: kept, at: (place) => places[place]! };
}
