// SPDX-License-Identifier: GPL-3.0-or-later
import { inverse, mod } from "../internal/field.ts";
import { Units } from "./digits.ts";

/** What a row was made of: constraints by index, two-valued forms by -1 - index, each with its factor. */
export type Parts = ReadonlyMap<number, bigint>;

/** A linear equation over wires that are not known yet: Σ coefficient·wire + constant = 0. */
export class Row {
  readonly terms: Map<number, bigint>;
  constant: bigint;
  readonly parts: Map<number, bigint>;
  /** Of its steps. */
  units = new Units();
  /** Of a row of the elimination: the wire that it defines, with coefficient 1. */
  pivot = -1;
  queued = false;
  /** The elimination knows it, or a copy of it. */
  entered = false;

  constructor(terms: Map<number, bigint>, constant: bigint, parts: Map<number, bigint>) {
    this.terms = terms;
    this.constant = mod(constant);
    this.parts = parts;
  }

  /** Whether all its wires are as asked. */
  every(asked: (wire: number) => boolean): boolean {
    for (const wire of this.terms.keys()) if (!asked(wire)) return false;
    return true;
  }

  copy(): Row {
    return new Row(new Map(this.terms), this.constant, new Map(this.parts));
  }

  /** Adds a multiple of another row. @returns wires that were not in it before */
  add(factor: bigint, other: Row): number[] {
    this.units = new Units();
    const fresh: number[] = [];
    for (const [wire, coefficient] of other.terms) {
      const before = this.terms.get(wire);
      const after = mod((before ?? 0n) + factor * coefficient);
      if (after === 0n) this.terms.delete(wire);
      else {
        this.terms.set(wire, after);
        if (before === undefined) fresh.push(wire);
      }
    }
    this.constant = mod(this.constant + factor * other.constant);
    for (const [part, weight] of other.parts) {
      const after = mod((this.parts.get(part) ?? 0n) + factor * weight);
      if (after === 0n) this.parts.delete(part);
      else this.parts.set(part, after);
    }
    return fresh;
  }

  /** Makes the coefficient of a wire 1. */
  normalise(wire: number): void {
    const factor = inverse(this.terms.get(wire)!);
    if (factor === 1n) return;
    this.units = new Units();
    for (const [of, coefficient] of this.terms) this.terms.set(of, mod(coefficient * factor));
    this.constant = mod(this.constant * factor);
    for (const [part, weight] of this.parts) this.parts.set(part, mod(weight * factor));
  }
}
