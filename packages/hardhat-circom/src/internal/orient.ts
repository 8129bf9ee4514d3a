// SPDX-License-Identifier: GPL-3.0-or-later
import { parseR1cs, type R1cs } from "./r1cs.ts";

/** A side of a constraint: where its terms begin in the constraints section, and how many there are. */
interface Side {
  readonly at: number;
  readonly terms: number;
}

/**
 * Exchanges the sides of constraints `A · B = C` so that as few wires as possible are in B. Each wire there costs the
 * prover a multiplication in the second group of the curve, which costs three times as much as one in the first. Circom
 * puts the sides in an order of its own. `A · B = B · A`, so the system says the same, and every witness of one is a
 * witness of the other.
 *
 * Wires on both sides of one constraint (bits, squares) are in B anyway. After them every constraint in turn takes
 * for B the side with fewer wires that are not there yet; one that many constraints could share counts less.
 * A file that this would make worse stays as it is.
 *
 * @param file an r1cs file; changed in place
 * @throws RangeError for a file that is not an r1cs
 */
export function orientConstraints(file: Uint8Array): void {
  const r1cs = parseR1cs(file);
  const sides = sidesOf(r1cs);
  const { constraints } = r1cs;
  const wire = (side: Side, i: number) => constraints.getUint32(side.at + 4 + 36 * i, true);

  const uses = new Uint32Array(r1cs.nWires);
  const inB = new Uint8Array(r1cs.nWires);
  const before = new Uint8Array(r1cs.nWires);
  const seen = new Uint32Array(r1cs.nWires);
  for (const [c, [a, b]] of sides.entries()) {
    for (let i = 0; i < a.terms; i++) {
      uses[wire(a, i)]!++;
      seen[wire(a, i)] = c + 1;
    }
    for (let i = 0; i < b.terms; i++) {
      uses[wire(b, i)]!++;
      before[wire(b, i)] = 1;
      if (seen[wire(b, i)] === c + 1) inB[wire(b, i)] = 1;
    }
  }

  const cost = (side: Side): number => {
    let sum = 0;
    for (let i = 0; i < side.terms; i++) if (inB[wire(side, i)] === 0) sum += 1 / uses[wire(side, i)]!;
    return sum;
  };
  const exchanged = sides.filter(([a, b]) => {
    const exchange = cost(a) < cost(b);
    const chosen = exchange ? a : b;
    for (let i = 0; i < chosen.terms; i++) inB[wire(chosen, i)] = 1;
    return exchange;
  });
  const count = (wires: Uint8Array) => wires.reduce((sum, isThere) => sum + isThere, 0);
  if (count(inB) > count(before)) return;

  const bytes = new Uint8Array(constraints.buffer, constraints.byteOffset, constraints.byteLength);
  for (const [a, b] of exchanged) {
    const left = bytes.slice(a.at, b.at);
    const right = bytes.slice(b.at, b.at + 4 + 36 * b.terms);
    bytes.set(right, a.at);
    bytes.set(left, a.at + right.length);
  }
}

function sidesOf({ nConstraints, nWires, constraints }: R1cs): [Side, Side][] {
  let at = 0;
  const next = (): Side => {
    const side = { at, terms: constraints.getUint32(at, true) };
    at += 4 + 36 * side.terms;
    for (let i = 0; i < side.terms; i++) {
      if (constraints.getUint32(side.at + 4 + 36 * i, true) >= nWires) {
        throw new RangeError("an r1cs file with a wire that it does not have");
      }
    }
    return side;
  };
  const sides = Array.from({ length: nConstraints }, () => {
    const pair: [Side, Side] = [next(), next()];
    next();
    return pair;
  });
  if (at !== constraints.byteLength)
    throw new RangeError("an r1cs file whose constraints end elsewhere than they say");
  return sides;
}
