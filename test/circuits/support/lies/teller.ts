// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a liar says about one circuit, and to whom.

import { mod } from "@vitalproof/hardhat-circom/attack";
import type { Circuit } from "../circuit.ts";
import { type Claim, inputOf } from "../claim.ts";
import type { Base, Court } from "../mutants.ts";
import type { Shape } from "../shapes.ts";
import type { TermsHeader } from "../terms.ts";
import type { CircuitInput } from "../tester.ts";

export type Changes = readonly (readonly [wire: number, value: bigint])[];

export interface Teller {
  readonly court: Court;
  readonly shape: Shape;
  /** Slots of the whole period. */
  readonly slots: number;
  /** A sample that takes seconds, or every lie. */
  readonly sample: boolean;
  wire(name: string, at?: number): number;
  /** Epochs from all slots in a row. */
  split(flat: readonly bigint[]): bigint[][];
  /** Epochs of so many slots with each code. */
  codesOf(...groups: readonly (readonly [code: number, count: number])[]): bigint[][];
  liar(name: string, input: CircuitInput): Promise<Base>;
  world(name: string, claim: Claim<TermsHeader>, overrides?: CircuitInput): Promise<Base>;
  /** The claim as it is, and with every signal and array taken from each donor in turn. */
  argue(base: Base, donors: readonly Base[]): void;
  set(base: Base, name: string, ...changes: Changes): void;
}

export interface TellerOptions {
  readonly circuit: Circuit;
  readonly court: Court;
  readonly shape: Shape;
  readonly sample: boolean;
}

export function tellerOf({ circuit, court, shape, sample }: TellerOptions): Teller {
  const split = (flat: readonly bigint[]) =>
    Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));
  const liar = async (name: string, input: CircuitInput): Promise<Base> => ({
    name,
    witness: await circuit.liar(input),
  });
  // A sample splices only the first worlds; every lie that is built by hand is told all the same.
  let budget = 4;
  return {
    court,
    shape,
    slots: shape.epochs * shape.slots,
    sample,
    wire: finder(circuit),
    split,
    codesOf: (...groups) =>
      split(groups.flatMap(([code, count]) => new Array<bigint>(count).fill(BigInt(code)))),
    liar,
    world: (name, claim, overrides = {}) => liar(name, inputOf(claim, overrides)),
    argue(base, donors) {
      court.hear("", base, new Map());
      for (const donor of donors) if (!sample || --budget >= 0) court.splice(base, donor);
    },
    set(base, name, ...changes) {
      court.hear(name, base, new Map(changes.map(([w, value]) => [w, mod(value)])));
    },
  };
}

/** Wires by name, without the places of anonymous components: `Steps.hot[3]` may be several. */
function finder(circuit: Circuit) {
  const wires = new Map<string, number[]>();
  for (const name of circuit.system.names()) {
    const short = name.replace(/(?<=[A-Za-z0-9])_\d+_\d+/g, "");
    const found = wires.get(short);
    if (found === undefined) wires.set(short, [circuit.system.wire(name)]);
    else found.push(circuit.system.wire(name));
  }
  return (name: string, at = 0): number => {
    const wire = wires.get(name)?.[at];
    if (wire === undefined) throw new Error(`no wire ${name} #${at}`);
    return wire;
  };
}
