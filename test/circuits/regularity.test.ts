// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on the circuit "regularity", at 2 epochs of 16 slots. Witnesses come
// from the liar's twin, so what refuses is the constraint system.

import { mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import {
  headsOf,
  honestClaimOf,
  inputOf,
  NO_BOUND,
  openTermsOf,
  packTerms,
  type RegularityTerms,
  shapeOf,
} from "./support/claim.ts";
import { regularityHolds } from "./support/regularity.ts";
import { sdkDecides } from "./support/sdk.ts";
import type { CircuitInput } from "./support/tester.ts";
import { type Cases, termsLies } from "./support/wiring.ts";

const LONG = process.env.LONG === "1";
const RUNS = LONG ? 1000 : 80;
const shape = shapeOf("regularity-test");
const N = shape.epochs * shape.slots;
/** What one reading can add to an epoch's sum, and all of an epoch's together. */
const STEP = shape.codes - 1;
const GREATEST = shape.slots * STEP;

const OF_VALID = 1n;
const SUM = 2n;

type Codes = readonly (readonly bigint[])[];

describe("circuits: regularity-test", () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await compileInstance("regularity-test", 0);
  });

  const accepts = (input: CircuitInput) => circuit.accepts(input);
  const claimOf = (codes: Codes, terms: Partial<RegularityTerms>) =>
    honestClaimOf("regularity", shape, { codes, terms });
  const proves = (codes: Codes, terms: Partial<RegularityTerms>) => accepts(inputOf(claimOf(codes, terms)));
  const refused = async (cases: Cases) => {
    for (const [name, input] of Object.entries(cases)) expect(await accepts(input), name).to.equal(false);
  };
  /** Both the circuit and the evaluation above, which have to agree. */
  const decides = async (codes: Codes, terms: Partial<RegularityTerms>) => {
    const decision = await proves(codes, terms);
    expect(
      regularityHolds(shape, openTermsOf("regularity", shape, terms), codes),
      "plain evaluation",
    ).to.equal(decision);
    return decision;
  };
  /** One epoch: each code so many times, the rest missing. */
  const epoch = (...groups: readonly (readonly [code: number, count: number])[]) => {
    const row = groups.flatMap(([code, count]) => new Array<bigint>(count).fill(BigInt(code)));
    return [...row, ...new Array<bigint>(shape.slots - row.length).fill(0n)];
  };
  const label = (terms: object) =>
    JSON.stringify(terms, (_, value) => (typeof value === "bigint" ? Number(value) : value));

  it("T14: an honest claim has a witness, from the honest generator too, and circom_tester agrees", async () => {
    const input = inputOf(
      claimOf([epoch([5, 16]), epoch([9, 10])], { low: 4n, high: 6n, level: 10n, epochsMin: 1n }),
    );
    const witness = await circuit.honest(input);
    expect(circuit.system.violated(witness)).to.deep.equal([]);
    await circuit.tester.checkConstraints(witness);
  });

  it("T4 T8 T14: agrees with the plain evaluation, and with the SDK's, on random readings, missing slots and terms", async function () {
    this.timeout(3_600_000);
    let [held, decided] = [0, 0];
    const sparse = fc.integer({ min: 0, max: 9 });
    const row = sparse.chain((missing) =>
      fc.array(
        fc.oneof(
          { weight: 10 - missing, arbitrary: fc.integer({ min: 1, max: shape.codes }) },
          { weight: missing, arbitrary: fc.constant(0) },
        ),
        { minLength: shape.slots, maxLength: shape.slots },
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: shape.epochs, maxLength: shape.epochs }),
        fc.integer({ min: 1, max: shape.codes }),
        fc.integer({ min: 0, max: shape.codes - 1 }),
        fc.constantFrom(0n, 1n, 2n, 3n),
        fc.record({
          near: fc.integer({ min: 0, max: 3 }),
          nudge: fc.integer({ min: -1, max: 1 }),
          epochsMin: fc.integer({ min: 0, max: 2 }),
          epochsMax: fc.constantFrom(0n, 1n, 2n, NO_BOUND, NO_BOUND, NO_BOUND),
          share: fc.constantFrom("shareMin", "shareMax", "coverageMin", "none", "none", "none"),
          shareNudge: fc.integer({ min: -1, max: 1 }),
        }),
        async (rows, low, width, flags, bound) => {
          const codes = rows.map((cells) => cells.map(BigInt));
          const band = { low: BigInt(low), high: BigInt(Math.min(low + width, shape.codes)) };
          const inside = (cells: readonly bigint[]) =>
            cells.filter((code) => code >= band.low && code <= band.high && code > 0n).length;
          const missing = (cells: readonly bigint[]) => cells.filter((code) => code === 0n).length;
          // A level at an epoch's own, least or greatest, so that one step decides.
          const own = codes[bound.near % 2]!;
          const steps = own.reduce((sum, code) => sum + (code > 0n ? Number(code) - 1 : 0), 0);
          const most = bound.near < 2 ? 0 : missing(own) * ((flags & SUM) !== 0n ? STEP : 1);
          const level = ((flags & SUM) !== 0n ? steps : inside(own)) + most + bound.nudge;
          const all = codes.flat();
          const [gaps, hits] = [missing(all), inside(all)];
          const counted = (flags & OF_VALID) !== 0n ? N - gaps : N;
          const exact: Record<string, number> = {
            shareMin: Math.floor((hits * 10_000) / Math.max(counted, 1)),
            shareMax: Math.ceil(((hits + counted - (N - gaps)) * 10_000) / Math.max(counted, 1)),
            coverageMin: Math.floor(((N - gaps) * 10_000) / N),
          };
          const clamp = (value: number, top: number) => BigInt(Math.min(Math.max(value, 0), top));
          const terms = openTermsOf("regularity", shape, {
            ...band,
            flags,
            level: clamp(level, GREATEST),
            epochsMin: BigInt(bound.epochsMin),
            epochsMax: bound.epochsMax,
            ...(bound.share === "none"
              ? {}
              : { [bound.share]: clamp(exact[bound.share]! + bound.shareNudge, 10_000) }),
          });
          const expected = regularityHolds(shape, terms, codes);
          if (expected) held++;
          expect(await proves(codes, terms)).to.equal(expected);
          const third = sdkDecides(
            "regularity",
            "test-16",
            terms,
            { ofValid: (flags & OF_VALID) !== 0n, sum: (flags & SUM) !== 0n },
            codes,
          );
          if (third === undefined) return;
          decided++;
          expect(third, "the SDK").to.equal(expected);
        },
      ),
      { numRuns: RUNS, seed: 20_261_120 },
    );
    expect(decided, "the SDK takes many terms").to.be.greaterThan(RUNS / 4);
    expect(held, "some must hold").to.be.greaterThan(RUNS / 5);
    expect(held, "some must not").to.be.lessThan((RUNS * 4) / 5);
  });

  it("T4 T14: every bound holds at its exact value and not one step beyond, by count and by sum, in both semantics", async () => {
    // First epoch: 8 in the band, 4 outside, 4 missing. Second: 6, 8, 2.
    const codes = [epoch([5, 8], [9, 4]), epoch([6, 6], [2, 8])];
    const band = { low: 4n, high: 6n };
    const [first, second] = [8 * 4 + 4 * 8, 6 * 5 + 8 * 1]; // steps: 64 and 38
    const exact: [Partial<RegularityTerms>, Partial<RegularityTerms>][] = [];
    const both = (
      common: Partial<RegularityTerms>,
      name: keyof RegularityTerms,
      at: number | bigint,
      beyond: number | bigint,
    ) =>
      exact.push([
        { ...common, [name]: BigInt(at) },
        { ...common, [name]: BigInt(beyond) },
      ]);
    for (const flags of [0n, OF_VALID]) {
      // At least: missing adds nothing under either semantics.
      both({ flags, epochsMin: 1n }, "level", 8, 9);
      both({ flags, epochsMin: 2n }, "level", 6, 7);
      both({ flags, level: 7n }, "epochsMin", 1, 2);
      both({ flags: flags | SUM, epochsMin: 1n }, "level", first, first + 1);
      both({ flags: flags | SUM, epochsMin: 2n }, "level", second, second + 1);
      both({ flags: flags | SUM, level: BigInt(second + 1) }, "epochsMin", 1, 2);
      both({ flags }, "coverageMin", 8_125, 8_126); // 26 of 32
    }
    // At most, worst case: a missing reading may have been in the band, or the greatest.
    both({ epochsMax: 0n }, "level", 8 + 4 + 1, 8 + 4);
    both({ epochsMax: 1n }, "level", 6 + 2 + 1, 6 + 2);
    both({ level: 8n }, "epochsMax", 2, 1);
    both({ flags: SUM, epochsMax: 0n }, "level", first + 4 * STEP + 1, first + 4 * STEP);
    both({ flags: SUM, epochsMax: 1n }, "level", second + 2 * STEP + 1, second + 2 * STEP);
    both({}, "shareMin", 4_375, 4_376); // 14 of 32
    both({}, "shareMax", 6_250, 6_249); // 14 + 6 of 32
    // At most, of valid: the level itself.
    both({ flags: OF_VALID, epochsMax: 0n }, "level", 9, 8);
    both({ flags: OF_VALID, epochsMax: 1n }, "level", 7, 6);
    both({ flags: OF_VALID | SUM, epochsMax: 0n }, "level", first + 1, first);
    both({ flags: OF_VALID | SUM, epochsMax: 1n }, "level", second + 1, second);
    both({ flags: OF_VALID }, "shareMin", 5_384, 5_385); // 14 of 26
    both({ flags: OF_VALID }, "shareMax", 5_385, 5_384);
    for (const [at, beyond] of exact) {
      expect(await decides(codes, { ...band, ...at }), `${label(at)} at`).to.equal(true);
      expect(await decides(codes, { ...band, ...beyond }), `${label(beyond)} beyond`).to.equal(false);
    }
  });

  it("T4: 65535 is no upper bound of epochs, and every smaller number is one", async () => {
    const codes = [epoch([5, 16]), epoch([5, 16])];
    expect(await decides(codes, { level: 1n, epochsMax: NO_BOUND })).to.equal(true);
    expect(await decides(codes, { level: 1n, epochsMax: 2n })).to.equal(true);
    expect(await decides(codes, { level: 1n, epochsMax: 1n })).to.equal(false);
    expect(await decides(codes, { level: 1n, epochsMin: 2n, epochsMax: 2n })).to.equal(true);
    expect(await decides(codes, { level: 1n, epochsMin: 3n })).to.equal(false);
    expect(await decides(codes, { level: 1n, epochsMin: NO_BOUND })).to.equal(false);
  });

  it("T4 T6: levels from 0 to the greatest are exact at their ends; the sum at N times the highest code", async () => {
    const top = [epoch([shape.codes, 16]), epoch([shape.codes, 16])];
    const low = [epoch([1, 16]), epoch([1, 16])];
    const greatest = BigInt(GREATEST);
    expect(await decides(top, { flags: SUM, level: greatest, epochsMin: 2n }), "the greatest sum").to.equal(
      true,
    );
    const almost = [epoch([shape.codes, 15], [shape.codes - 1, 1]), top[1]!];
    expect(await decides(almost, { flags: SUM, level: greatest, epochsMin: 2n }), "one step less").to.equal(
      false,
    );
    expect(await decides(almost, { flags: SUM, level: greatest, epochsMin: 1n })).to.equal(true);
    expect(await decides(low, { flags: SUM, level: 1n, epochsMax: 0n }), "LOW adds no step").to.equal(true);
    expect(await decides(low, { flags: SUM, level: 0n, epochsMax: 1n }), "0 is always reached").to.equal(
      false,
    );
    expect(await decides(low, { flags: SUM, level: 0n, epochsMin: 2n })).to.equal(true);
    // By count nothing above the number of slots is ever reached.
    expect(await decides(top, { level: 16n, epochsMin: 2n })).to.equal(true);
    expect(await decides(top, { level: 17n, epochsMin: 1n })).to.equal(false);
    expect(await decides(top, { level: greatest, epochsMax: 0n })).to.equal(true);
    // All but one missing: in the worst case the rest is as great as can be, and no greater.
    const gaps = [epoch([shape.codes, 1]), epoch([shape.codes, 1])];
    expect(await decides(gaps, { flags: SUM, level: greatest, epochsMax: 1n })).to.equal(false);
    const short = [epoch([shape.codes - 1, 1]), epoch([shape.codes - 1, 1])];
    expect(await decides(short, { flags: SUM, level: greatest, epochsMax: 0n })).to.equal(true);
  });

  it("T6: the band's ends at LOW and HIGH", async () => {
    const codes = [epoch([1, 10], [12, 6]), epoch([12, 16])];
    expect(await decides(codes, { low: 1n, high: 1n, level: 10n, epochsMin: 1n })).to.equal(true);
    expect(await decides(codes, { low: 1n, high: 1n, level: 11n, epochsMin: 1n })).to.equal(false);
    expect(await decides(codes, { low: 12n, high: 12n, level: 6n, epochsMin: 2n })).to.equal(true);
    expect(await decides(codes, { low: 2n, high: 11n, level: 1n, epochsMax: 0n })).to.equal(true);
  });

  it("T3 T4: levels, thresholds and bounds at the edges of the field and of their ranges are refused", async () => {
    const codes = [epoch([5, 16]), epoch([6, 16])];
    const change = (terms: Partial<RegularityTerms>) => {
      const claim = claimOf(codes, {});
      return inputOf(claim, { terms: mod(packTerms({ ...claim.terms, ...terms })) });
    };
    await refused({
      "low 0: missing would be inside": change({ low: 0n }),
      "low above high": change({ low: 8n, high: 7n }),
      "high beyond the table": change({ high: BigInt(shape.codes) + 1n }),
      "high 2^K": change({ high: 16n }),
      "high 2^16 - 1": change({ high: 65_535n }),
      "low 2^16 - 1": change({ low: 65_535n }),
      "level above the greatest": change({ flags: SUM, level: BigInt(GREATEST) + 1n, epochsMax: 0n }),
      "level 2^8, the width of Reaches": change({ level: 256n, epochsMax: 0n }),
      "level 2^8 + 1": change({ level: 257n, epochsMax: 0n }),
      "level 2^9": change({ level: 512n, epochsMax: 0n }),
      "level 2^24 - 1": change({ level: (1n << 24n) - 1n }),
      "flag 2": change({ flags: 4n }),
      ...termsLies(
        claimOf(codes, {}),
        ["low", "high", "level", "epochsMin", "epochsMax", "shareMin", "shareMax", "coverageMin"],
        88n + 130n,
      ),
    });
  });

  it("T5: nothing is provable from nothing, however wide the bounds", async () => {
    for (const flags of [0n, 1n, 2n, 3n]) {
      const wide = { flags, level: 0n, epochsMin: 0n, epochsMax: NO_BOUND };
      expect(await decides([epoch(), epoch()], wide), `flags ${flags}`).to.equal(false);
      expect(await decides([epoch(), epoch([1, 1])], wide), "one reading is something").to.equal(true);
    }
  });

  it("T6: a code outside the table is refused, also where packing would hide it", async () => {
    const codes = [epoch([5, 16]), epoch([6, 16])];
    for (const value of [13n, 14n, 15n, 16n, 17n, 2n ** 9n, R - 1n, R - 2n, 2n ** 252n, mod(-13n)]) {
      const strange = [codes[0]!, codes[1]!.map((code, i) => (i === 7 ? value : code))];
      for (const flags of [0n, SUM]) expect(await proves(strange, { flags }), `${value}`).to.equal(false);
    }
    // Same word, same head: slot 3 lends 16 to its neighbour, and the sum is 15 greater.
    const lent = codes.map((row) => [...row]);
    lent[0]![3] = lent[0]![3]! + 16n;
    lent[0]![4] = lent[0]![4]! - 1n;
    expect(headsOf(claimOf(lent, {}))).to.deep.equal(headsOf(claimOf(codes, {})));
    expect(await proves(lent, { flags: SUM, level: 79n, epochsMin: 1n })).to.equal(false);
    expect(await proves(codes, { flags: SUM, level: 80n, epochsMin: 1n })).to.equal(true);
  });

  it("T8: dropping readings never turns a failing claim into a passing one (worst case, every bound)", async () => {
    // Each fails by one reading or one step with everything there.
    const failing: readonly [codes: Codes, terms: Partial<RegularityTerms>][] = [
      [[epoch([5, 11], [9, 5]), epoch([5, 12], [9, 4])], { low: 4n, high: 6n, level: 12n, epochsMin: 2n }],
      [[epoch([5, 11], [9, 5]), epoch([5, 12], [9, 4])], { low: 4n, high: 6n, level: 12n, epochsMax: 0n }],
      [[epoch([5, 16]), epoch([5, 15], [4, 1])], { flags: SUM, level: 64n, epochsMin: 2n }],
      [[epoch([5, 16]), epoch([5, 15], [4, 1])], { flags: SUM, level: 64n, epochsMax: 0n }],
      [[epoch([5, 16]), epoch([1, 16])], { flags: SUM, level: 0n, epochsMax: 1n }],
      [[epoch([5, 11], [9, 5]), epoch([5, 11], [9, 5])], { low: 4n, high: 6n, shareMin: 7_000n }],
      [[epoch([9, 2], [5, 14]), epoch([5, 16])], { low: 8n, high: 12n, shareMax: 600n }],
      [[epoch([9, 15]), epoch([9, 16])], { coverageMin: 10_000n }],
    ];
    for (const [codes, terms] of failing) {
      expect(await decides(codes, terms), label(terms)).to.equal(false);
      for (let drop = 0; drop < N; drop += LONG ? 1 : 10) {
        const fewer = codes.map((row, e) =>
          row.map((code, i) => (e * shape.slots + i === drop || i === 15 ? 0n : code)),
        );
        expect(await decides(fewer, terms), `${label(terms)}, ${drop} dropped`).to.equal(false);
      }
      const [first] = codes;
      expect(await decides([first!, epoch()], terms), `${label(terms)}, an epoch dropped`).to.equal(false);
      expect(await decides([epoch([5, 1]), epoch()], terms), `${label(terms)}, all but one`).to.equal(false);
    }
  });

  it("T8: in the plain evaluation no dropping helps at all: 3,000 random claims and drops", () => {
    let held = 0;
    const code = fc.integer({ min: 0, max: shape.codes });
    const rows = fc.array(fc.array(code, { minLength: 16, maxLength: 16 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.integer({ min: 0, max: N - 1 }), { minLength: 1, maxLength: 6 }),
        fc.record({
          flags: fc.constantFrom(0n, SUM),
          level: fc.bigInt(0n, 100n),
          epochsMin: fc.bigInt(0n, 2n),
          epochsMax: fc.bigInt(0n, 2n),
          shareMin: fc.bigInt(0n, 5_000n),
          shareMax: fc.bigInt(5_000n, 10_000n),
          coverageMin: fc.bigInt(0n, 9_000n),
        }),
        (cells, drops, bounds) => {
          const codes = cells.map((row) => row.map(BigInt));
          const fewer = codes.map((row, e) =>
            row.map((value, i) => (drops.includes(e * shape.slots + i) ? 0n : value)),
          );
          const terms = openTermsOf("regularity", shape, { low: 4n, high: 9n, ...bounds });
          if (!regularityHolds(shape, terms, fewer)) return;
          held++;
          expect(regularityHolds(shape, terms, codes)).to.equal(true);
        },
      ),
      { numRuns: 3_000, seed: 20_261_120 },
    );
    expect(held).to.be.greaterThan(100);
  });

  it("T8: data is never hidden: a slot is missing only if its code is 0, and of-valid obeys its coverage", async () => {
    const terms = { flags: OF_VALID, low: 4n, high: 6n, level: 9n, epochsMin: 2n, coverageMin: 7_000n };
    expect(await decides([epoch([5, 9], [9, 3]), epoch([5, 9], [9, 2])], terms), "23 of 32").to.equal(true);
    expect(await decides([epoch([5, 9], [9, 2]), epoch([5, 9], [9, 2])], terms), "22 of 32").to.equal(false);
  });
});
