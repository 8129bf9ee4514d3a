// SPDX-License-Identifier: GPL-3.0-or-later
//
// The arithmetic below the fast tree at its limits, which hashes of any input hardly ever reach.
import { expect } from "chai";
import fc from "fast-check";
import { FIELD } from "../src/index.ts";
import { BITS, LIMBS, limbsOf, powerFunc, R, range, rowFunc, VALUE } from "../src/node/tree/montgomery.ts";
import { openFunc, packFunc } from "../src/node/tree/packing.ts";
import { moduleOf } from "../src/node/tree/wasm.ts";

const LONGEST = 5;
/** Every value between rounds is below this. */
const BOUND = (11n * FIELD) / 10n;

/** All limbs but the highest are ones; and the highest value. */
const LARGEST = [(1n << 253n) - 1n, FIELD - 1n];

const memory = new WebAssembly.Memory({ initial: 1 });
const view = new DataView(memory.buffer);
const bytes = moduleOf([rowFunc(LONGEST), powerFunc(), openFunc(), packFunc()], {
  row: 0,
  power: 1,
  open: 2,
  pack: 3,
});
const { row, power, open, pack } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
  env: { memory },
}).exports as {
  row: (coefficients: number, values: number, constant: number, out: number) => void;
  power: (value: number, out: number) => void;
  open: (bytes: number, out: number) => void;
  pack: (value: number, bytes: number) => void;
};
const [COEFFICIENTS, VALUES, CONSTANT, OUT] = [0, 1_024, 2_048, 3_072] as const;

const write = (at: number, values: readonly bigint[]): void => {
  values.flatMap(limbsOf).forEach((limb, i) => {
    view.setBigUint64(at + 8 * i, limb, true);
  });
};
function result(): bigint {
  const limbs = range(0, LIMBS).map((i) => view.getBigUint64(OUT + 8 * i, true));
  for (const limb of limbs) expect(limb < 1n << BITS, "a limb of 29 bits").to.equal(true);
  return limbs.reduce((sum, limb, i) => sum + (limb << (BITS * BigInt(i))), 0n);
}

/** Between 0 and `end`, often with limbs that are all ones, and the ends themselves. */
const below = (end: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.constantFrom(0n, 1n, (1n << 253n) - 1n, (1n << 232n) - 1n, end - 1n),
    fc.bigInt({ min: 0n, max: end - 1n }),
  );

describe("arithmetic of the fast tree", () => {
  it("sums five products of the largest limbs without an overflow, and keeps results small", () => {
    const five = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: LONGEST, maxLength: LONGEST });
    fc.assert(
      fc.property(five(below(FIELD)), five(below(BOUND)), below(FIELD), (coefficients, values, constant) => {
        write(COEFFICIENTS, coefficients);
        write(VALUES, values);
        write(CONSTANT, [constant]);
        row(COEFFICIENTS, VALUES, CONSTANT, OUT);
        const sum = coefficients.reduce((total, each, k) => total + each * values[k]!, constant);
        expect((result() * R - sum) % FIELD).to.equal(0n);
        expect(result() < BOUND).to.equal(true);
      }),
      {
        numRuns: 2_000,
        examples: LARGEST.map((most) => [Array(LONGEST).fill(most), Array(LONGEST).fill(most), FIELD - 1n]),
      },
    );
    expect(VALUE * LONGEST).to.be.below(VALUES);
  });

  it("raises to the fifth power, and keeps results small", () => {
    fc.assert(
      fc.property(below(BOUND), (value) => {
        write(VALUES, [value]);
        power(VALUES, OUT);
        expect((result() * R ** 4n - value ** 5n) % FIELD).to.equal(0n);
        expect(result() < BOUND).to.equal(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("opens 32 bytes, and packs what is below 2 r to the only number below r", () => {
    const word = (at: number, i: number): bigint => view.getBigUint64(at + 8 * i, true) << BigInt(64 * i);
    fc.assert(
      fc.property(below(2n * FIELD), (value) => {
        for (const i of range(0, 4))
          view.setBigUint64(VALUES + 8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true);
        open(VALUES, OUT);
        expect(result()).to.equal(value);
        pack(OUT, VALUES);
        expect(range(0, 4).reduce((sum, i) => sum + word(VALUES, i), 0n)).to.equal(value % FIELD);
      }),
      { numRuns: 1_000, examples: [[FIELD], [FIELD - 1n], [FIELD + 1n], [2n * FIELD - 1n]] },
    );
  });
});
