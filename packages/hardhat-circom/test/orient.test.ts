// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { mod, R } from "../src/internal/field.ts";
import { orientConstraints } from "../src/internal/orient.ts";
import { parseR1cs } from "../src/internal/r1cs.ts";

/** A linear combination: coefficients by wire. */
type Side = readonly (readonly [wire: number, coefficient: bigint])[];
type Constraint = readonly [a: Side, b: Side, c: Side];

const HEADER = 64;
/** Where the constraints begin in a file of `r1csOf`. */
const CONSTRAINTS_AT = 12 + 12 + HEADER + 12;

/** An r1cs file of these constraints, written here and not by circom. */
function r1csOf(nWires: number, constraints: readonly Constraint[]): Uint8Array {
  const size = constraints.flat().reduce((sum, side) => sum + 4 + 36 * side.length, 0);
  const file = new Uint8Array(CONSTRAINTS_AT + size);
  const view = new DataView(file.buffer);
  const scalar = (at: number, value: bigint) => {
    for (let i = 0; i < 32; i++) file[at + i] = Number((value >> BigInt(8 * i)) & 255n);
  };
  file.set(Buffer.from("r1cs"));
  view.setUint32(4, 1, true);
  view.setUint32(8, 2, true);
  view.setUint32(12, 1, true);
  view.setBigUint64(16, BigInt(HEADER), true);
  view.setUint32(24, 32, true);
  scalar(28, R);
  view.setUint32(60, nWires, true);
  view.setUint32(84, constraints.length, true);
  view.setUint32(88, 2, true);
  view.setBigUint64(92, BigInt(size), true);
  let at = CONSTRAINTS_AT;
  for (const side of constraints.flat()) {
    view.setUint32(at, side.length, true);
    at += 4;
    for (const [wire, coefficient] of side) {
      view.setUint32(at, wire, true);
      scalar(at + 4, coefficient);
      at += 36;
    }
  }
  return file;
}

/** What a file says, read by a reader of its own. */
function constraintsOf(file: Uint8Array): Constraint[] {
  const { nConstraints, constraints } = parseR1cs(file);
  let at = 0;
  const side = (): Side => {
    const terms = constraints.getUint32(at, true);
    at += 4;
    return Array.from({ length: terms }, () => {
      const wire = constraints.getUint32(at, true);
      let coefficient = 0n;
      for (let i = 3; i >= 0; i--) {
        coefficient = (coefficient << 64n) | constraints.getBigUint64(at + 4 + 8 * i, true);
      }
      at += 36;
      return [wire, coefficient] as const;
    });
  };
  const read = Array.from({ length: nConstraints }, () => [side(), side(), side()] as const);
  expect(at, "bytes read").to.equal(constraints.byteLength);
  return read;
}

const textOf = (side: Side) => side.map((term) => term.join("*")).join("+");

/** Each constraint as an equation, in which the order of the factors means nothing. */
function equationsOf(file: Uint8Array): string[] {
  return constraintsOf(file).map(
    ([a, b, c]) => `${[textOf(a), textOf(b)].sort().join(" · ")} = ${textOf(c)}`,
  );
}

function wiresInB(file: Uint8Array): number {
  return new Set(constraintsOf(file).flatMap(([, b]) => b.map(([wire]) => wire))).size;
}

function satisfies(file: Uint8Array, witness: readonly bigint[]): boolean {
  const value = (side: Side) =>
    mod(side.reduce((sum, [wire, coefficient]) => sum + coefficient * witness[wire]!, 0n));
  return constraintsOf(file).every(([a, b, c]) => mod(value(a) * value(b)) === value(c));
}

function oriented(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  orientConstraints(copy);
  return copy;
}

/** out = x * (y + 2z) + …, each product with its short side in A: wires 1, x, y, z, and one for each product. */
const lopsided = () =>
  r1csOf(7, [
    [
      [[1, 1n]],
      [
        [2, 1n],
        [3, 2n],
      ],
      [[4, 1n]],
    ],
    [
      [[1, R - 1n]],
      [
        [2, 3n],
        [4, 1n],
        [0, 5n],
      ],
      [[5, 1n]],
    ],
    [
      [[5, 1n]],
      [[5, 1n]],
      [
        [6, 1n],
        [0, R - 7n],
      ],
    ],
  ]);

/** A witness of `lopsided`. */
function lopsidedWitness(x: bigint, y: bigint, z: bigint): bigint[] {
  const first = mod(x * (y + 2n * z));
  const second = mod(-x * (3n * y + first + 5n));
  return [1n, x, y, z, first, second, mod(second * second + 7n)];
}

/** Two constraints for which taking sides one after the other ends with three wires in B in place of two. */
const misleading = () =>
  r1csOf(5, [
    [
      [[2, 1n]],
      [
        [0, 1n],
        [4, 1n],
      ],
      [[1, 1n]],
    ],
    [
      [
        [1, 1n],
        [2, 1n],
        [3, 1n],
      ],
      [
        [4, 1n],
        [0, 1n],
      ],
      [],
    ],
  ]);

/** Small systems of all shapes, sides without terms included; the same in every run. */
function manySystems(count: number): Uint8Array[] {
  let state = 12_345;
  const below = (n: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: count }, () => {
    const wires = 3 + below(8);
    const side = (): Side => {
      const chosen = new Set(Array.from({ length: below(5) }, () => below(wires)));
      return [...chosen].map((wire) => [wire, 1n + BigInt(below(9))] as const);
    };
    return r1csOf(
      wires,
      Array.from({ length: 1 + below(7) }, () => [side(), side(), side()] as const),
    );
  });
}

/** A circuit of this repository, as it was built, with every second constraint the other way round. */
function builtCircuit(name: string): Uint8Array | undefined {
  const path = join(import.meta.dirname, `../../../build/circuits/${name}/${name}.r1cs`);
  if (!existsSync(path)) return undefined;
  const file = readFileSync(path);
  const turned = constraintsOf(file).map(([a, b, c], i): Constraint => (i % 2 === 0 ? [b, a, c] : [a, b, c]));
  return r1csOf(parseR1cs(file).nWires, turned);
}

describe("orienting constraints", () => {
  it("puts the short sides into B", () => {
    const file = lopsided();
    expect(wiresInB(file)).to.equal(5);
    expect(wiresInB(oriented(file))).to.equal(2);
    expect(constraintsOf(oriented(file)).map(([, b]) => textOf(b))).to.deep.equal([
      "1*1",
      `1*${R - 1n}`,
      "5*1",
    ]);
  });

  it("keeps every constraint in its place, as an equation, and every byte around them", () => {
    const file = lopsided();
    const turned = oriented(file);
    expect(turned).to.not.deep.equal(file);
    expect(equationsOf(turned)).to.deep.equal(equationsOf(file));
    expect(turned.slice(0, CONSTRAINTS_AT)).to.deep.equal(file.slice(0, CONSTRAINTS_AT));
    const inside = new Uint8Array(file.length + 20).fill(7);
    inside.set(file, 10);
    orientConstraints(inside.subarray(10, 10 + file.length));
    expect([...inside.subarray(0, 10), ...inside.subarray(10 + file.length)]).to.deep.equal(
      Array(20).fill(7),
    );
    expect(inside.slice(10, 10 + file.length)).to.deep.equal(turned);
  });

  it("a witness of one is a witness of the other, and what is none of one is none of the other", () => {
    const [file, turned] = [lopsided(), oriented(lopsided())];
    for (const [x, y, z] of [
      [3n, 5n, 8n],
      [R - 1n, 0n, 1n],
      [R >> 1n, R - 2n, R - 3n],
    ] as const) {
      const witness = lopsidedWitness(x, y, z);
      for (const each of [file, turned]) expect(satisfies(each, witness)).to.equal(true);
      for (const wire of [4, 5, 6]) {
        const wrong = witness.with(wire, mod(witness[wire]! + 1n));
        for (const each of [file, turned]) expect(satisfies(each, wrong), `wire ${wire}`).to.equal(false);
      }
    }
  });

  it("takes the wires that stand in B anyway, and else those that many constraints share", () => {
    const ones = (...wires: number[]): Side => wires.map((wire) => [wire, 1n]);
    const squareLast = r1csOf(6, [
      [ones(1, 2, 3, 4), ones(5), []],
      [ones(1, 2, 3, 4), ones(1, 2, 3, 4), []],
    ]);
    expect([wiresInB(squareLast), wiresInB(oriented(squareLast))]).to.deep.equal([5, 4]);
    const shared = r1csOf(4, [
      [ones(1), ones(2), []],
      [ones(1), ones(3), []],
    ]);
    expect([wiresInB(shared), wiresInB(oriented(shared))]).to.deep.equal([2, 1]);
  });

  it("leaves a file as it is where taking sides in turn would make it worse", () => {
    const file = misleading();
    expect(wiresInB(file)).to.equal(2);
    expect(oriented(file)).to.deep.equal(file);
  });

  it("on systems of all shapes: the same equations, no more wires in B, and nothing left for a second run", () => {
    const systems = manySystems(3000);
    let better = 0;
    for (const [i, file] of systems.entries()) {
      const turned = oriented(file);
      expect(equationsOf(turned), `system ${i}`).to.deep.equal(equationsOf(file));
      expect(wiresInB(turned), `system ${i}`).to.be.lessThanOrEqual(wiresInB(file));
      expect(oriented(turned), `system ${i}`).to.deep.equal(turned);
      if (wiresInB(turned) < wiresInB(file)) better++;
    }
    expect(better).to.be.greaterThan(systems.length / 3);
  });

  it("a real circuit: as it was built nothing is left to do, and from any other order it becomes better", function () {
    this.timeout(60_000);
    const file = builtCircuit("enrolment");
    if (file === undefined) {
      console.log("      skipped: the circuits are not built; run hardhat circuits build");
      this.skip();
    }
    const built = readFileSync(join(import.meta.dirname, "../../../build/circuits/enrolment/enrolment.r1cs"));
    expect(oriented(built)).to.deep.equal(Uint8Array.from(built));
    const turned = oriented(file);
    expect(equationsOf(turned)).to.deep.equal(equationsOf(built));
    expect(wiresInB(turned)).to.be.lessThan(wiresInB(file));
    expect(wiresInB(turned)).to.be.lessThanOrEqual(Math.ceil(wiresInB(built) * 1.1));
  });

  describe("refuses, with a RangeError and nothing changed,", () => {
    const edited = (at: number, value: number) => {
      const file = lopsided();
      new DataView(file.buffer).setUint32(at, value, true);
      return file;
    };
    const cases: Record<string, () => Uint8Array> = {
      "an empty file": () => new Uint8Array(0),
      "a file of another kind": () => new TextEncoder().encode("not at all a system of constraints"),
      "another version": () => edited(4, 2),
      "another field": () => edited(28, 5),
      "a file without constraints": () => edited(88, 3),
      "a file without a header": () => edited(12, 3),
      "a file cut off in its constraints": () => lopsided().slice(0, -1),
      "more constraints than there are": () => edited(84, 4),
      "far more constraints than there are": () => edited(84, 0xffff_ffff),
      "fewer constraints than there are": () => edited(84, 2),
      "a side longer than the file": () => edited(CONSTRAINTS_AT, 1_000_000),
      "a last side longer than the file": () => edited(lopsided().length - 4 - 36 * 2, 3),
      "a last side shorter than what follows": () => edited(lopsided().length - 4 - 36 * 2, 1),
      "a wire that is none, in A": () => edited(CONSTRAINTS_AT + 4, 7),
      "a wire that is none, in B": () => edited(CONSTRAINTS_AT + 44, 0xffff_ffff),
      "a wire that is none, in C": () => edited(lopsided().length - 36, 7),
    };
    for (const [what, make] of Object.entries(cases)) {
      it(what, () => {
        const file = make();
        const copy = file.slice();
        expect(() => orientConstraints(file)).to.throw(RangeError);
        expect(file).to.deep.equal(copy);
      });
    }
  });
});
