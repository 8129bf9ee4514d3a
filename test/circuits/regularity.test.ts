// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on the circuit "regularity", at 2 epochs of 16 slots. Witnesses come
// from the liar's twin, so what refuses is the constraint system.
import { expect } from "chai";
import fc from "fast-check";
import { inputOf } from "./support/claim.ts";
import { regularityHolds } from "./support/regularity.ts";
import {
  claimOf,
  decides,
  epoch,
  GREATEST,
  label,
  N,
  OF_VALID,
  proves,
  STEP,
  SUM,
  shape,
  theCircuit,
} from "./support/regularityCircuit.ts";
import { sdkDecides } from "./support/sdk.ts";
import { NO_BOUND, openTermsOf, type RegularityTerms } from "./support/terms.ts";

const LONG = process.env.LONG === "1";
const RUNS = LONG ? 1000 : 80;

describe("circuits: regularity-test", () => {
  it("T14: an honest claim has a witness, from the honest generator too, and circom_tester agrees", async () => {
    const input = inputOf(
      claimOf([epoch([5, 16]), epoch([9, 10])], { low: 4n, high: 6n, level: 10n, epochsMin: 1n }),
    );
    const circuit = await theCircuit();
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
});
