// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on the circuit "impact", at 2 epochs of 5 samples on 3 axes. Witnesses
// come from the liar's twin, so what refuses is the constraint system.
import { expect } from "chai";
import fc from "fast-check";
import { inputOf } from "./support/claim.ts";
import { impactHolds } from "./support/impact.ts";
import {
  claimOf,
  codesOf,
  decides,
  GREATEST,
  label,
  N,
  OF_VALID,
  proves,
  type Sample,
  shape,
  T,
  TOP,
  theCircuit,
  window,
  ZERO,
} from "./support/impactCircuit.ts";
import { sdkDecides } from "./support/sdk.ts";
import { type ImpactTerms, NO_BOUND, openTermsOf } from "./support/terms.ts";

const LONG = process.env.LONG === "1";
const RUNS = LONG ? 1000 : 80;

describe("circuits: impact-test", () => {
  it("T14: an honest claim has a witness, from the honest generator too, and circom_tester agrees", async () => {
    const circuit = await theCircuit();
    for (const terms of [
      { minRun: 2n, countMin: 2n },
      { minRun: 0n, countMin: 4n, countMax: 6n },
    ]) {
      const witness = await circuit.honest(inputOf(claimOf(window("##.?##.?.."), { ...T, ...terms })));
      expect(circuit.system.violated(witness)).to.deep.equal([]);
      await circuit.tester.checkConstraints(witness);
    }
  });

  it("T4 T8 T14: agrees with the plain evaluation, and with the SDK's, on random samples, missing axes and terms", async function () {
    this.timeout(3_600_000);
    // Twice as many: programs may have fewer thresholds than the circuit opens.
    const runs = 2 * RUNS;
    let [held, decided] = [0, 0];
    const axis = (missing: number) =>
      fc.oneof(
        { weight: 20 - missing, arbitrary: fc.integer({ min: 1, max: shape.codes }) },
        { weight: missing, arbitrary: fc.constant(0) },
      );
    const samples = fc
      .integer({ min: 0, max: 5 })
      .chain((missing) =>
        fc.array(fc.array(axis(missing), { minLength: 3, maxLength: 3 }), { minLength: N, maxLength: N }),
      );
    await fc.assert(
      fc.asyncProperty(
        samples,
        fc.constantFrom(0n, OF_VALID),
        fc.record({
          near: fc.integer({ min: 0, max: N - 1 }),
          nudge: fc.integer({ min: 0, max: 1 }),
          minRun: fc.constantFrom(0n, 0n, 1n, 1n, 2n, 3n, 10n, 11n),
          countMin: fc.constantFrom(0n, 0n, 0n, 1n, 1n, 2n, 3n, 4n),
          countMax: fc.constantFrom(0n, 1n, 2n, 3n, 4n, 6n, NO_BOUND),
          loose: fc.boolean(),
          coverageMin: fc.constantFrom(0n, 0n, 0n, 5_000n, 8_000n, 8_001n, 10_000n),
        }),
        async (axes, flags, { near, nudge, minRun, countMin, countMax, loose, coverageMin }) => {
          const flat = axes.flat().map(BigInt);
          const codes = Array.from({ length: shape.epochs }, (_, e) =>
            flat.slice(e * shape.slots, (e + 1) * shape.slots),
          );
          // A threshold at some sample's own square, so that one step decides.
          // Mostly one that a program may name: what one axis shows unsaturated.
          const squares = [...axes.slice(near), ...axes.slice(0, near)].map((sample) =>
            sample.reduce((sum, code) => sum + (code - ZERO) ** 2, 0),
          );
          const named = near === 0 ? undefined : squares.find((each) => each + nudge <= GREATEST);
          const square = named ?? squares[0]!;
          const terms = openTermsOf("impact", shape, {
            flags,
            threshold: BigInt(Math.max(1, square + nudge)),
            minRun,
            countMin,
            countMax: loose && countMin > 0n ? NO_BOUND : countMax,
            // No program may have terms of valid readings without it.
            coverageMin: flags === OF_VALID && coverageMin === 0n ? 1n : coverageMin,
          });
          const expected = impactHolds(shape, terms, codes);
          if (expected) held++;
          expect(await proves(codes, terms)).to.equal(expected);
          const third = sdkDecides("impact", "test-3x5", terms, { ofValid: flags === OF_VALID }, codes);
          if (third === undefined) return;
          decided++;
          expect(third, "the SDK").to.equal(expected);
        },
      ),
      { numRuns: runs, seed: 20_261_120 },
    );
    expect(decided, "the SDK takes many terms").to.be.greaterThan(runs / 4);
    expect(held, "some must hold").to.be.greaterThan(runs / 5);
    expect(held, "some must not").to.be.lessThan((runs * 4) / 5);
  });

  it("T4 T14: every bound holds at its exact value and not one step beyond, by samples and by events, in both semantics", async () => {
    // Samples: 5 impacts, 2 missing. Runs: 2, 1, 2; the gaps stand in the middle of a run and beside one.
    const codes = window("##?#..?##.");
    const exact: [Partial<ImpactTerms>, Partial<ImpactTerms>][] = [];
    const both = (
      common: Partial<ImpactTerms>,
      name: keyof ImpactTerms,
      at: number | bigint,
      beyond: number | bigint,
    ) =>
      exact.push([
        { ...common, [name]: BigInt(at) },
        { ...common, [name]: BigInt(beyond) },
      ]);
    const samples = { minRun: 0n };
    both(samples, "countMin", 5, 6);
    both(samples, "countMax", 7, 6);
    both({ ...samples, countMax: 7n }, "countMin", 5, 6);
    both({ ...samples, flags: OF_VALID }, "countMin", 5, 6);
    both({ ...samples, flags: OF_VALID }, "countMax", 5, 4);
    // Events, fewest: "##" may or may not go on to "#", so they are one event only if minRun is reached before.
    both({ minRun: 1n }, "countMin", 2, 3);
    both({ minRun: 2n }, "countMin", 2, 3);
    both({ countMin: 2n }, "minRun", 2, 3);
    // Events, most: both gaps filled for the claimant's harm.
    both({ minRun: 1n }, "countMax", 3, 2);
    both({ minRun: 2n }, "countMax", 2, 1);
    both({ minRun: 3n }, "countMax", 2, 1);
    both({ minRun: 4n }, "countMax", 1, 0);
    both({ countMax: 0n }, "minRun", 5, 4);
    // Of valid: "###" and "##", both bounds at once.
    both({ flags: OF_VALID, minRun: 1n, countMax: 2n }, "countMin", 2, 3);
    both({ flags: OF_VALID, minRun: 1n, countMin: 1n }, "countMax", 2, 1);
    both({ flags: OF_VALID, countMin: 1n }, "minRun", 3, 4);
    both({ flags: OF_VALID, countMax: 1n }, "minRun", 3, 2);
    for (const flags of [0n, OF_VALID]) both({ flags }, "coverageMin", 8_000, 8_001);
    for (const [at, beyond] of exact) {
      expect(await decides(codes, { ...T, ...at }), `${label(at)} at`).to.equal(true);
      expect(await decides(codes, { ...T, ...beyond }), `${label(beyond)} beyond`).to.equal(false);
    }
  });

  it("T4 T6 T14: the threshold is exact at a sample's own square, at LOW and HIGH, and up to its greatest value", async () => {
    const counts = (axes: Sample, threshold: bigint) =>
      decides(codesOf(Array.from({ length: N }, () => axes)), { threshold, minRun: 0n, countMin: 1n });
    const squares: [Sample, bigint][] = [
      [[0, 0, 1], 1n],
      [[1, 1, 1], 3n],
      [[-3, 0, 4], 25n],
      [[-6, 0, 0], 36n], // LOW
      [[6, 0, 0], 36n], // HIGH
      [[-6, -6, -6], 108n],
      [[6, 6, 6], 108n],
    ];
    for (const [axes, square] of squares) {
      expect(await counts(axes, square), `${axes} at ${square}`).to.equal(true);
      expect(await counts(axes, square + 1n), `${axes} at ${square + 1n}`).to.equal(false);
    }
    expect(await counts([0, 0, 0], 1n), "no acceleration is no impact").to.equal(false);
    // Thresholds that no reading reaches are thresholds all the same.
    for (const threshold of [109n, 146n, 147n, 148n, TOP - 1n, TOP]) {
      expect(await counts([6, 6, 6], threshold), `${threshold}`).to.equal(false);
      const none = { threshold, minRun: 0n, countMax: 0n };
      expect(await decides(codesOf(Array.from({ length: N }, () => [6, 6, 6])), none)).to.equal(true);
    }
  });

  it("T8: a missing axis is no acceleration: its square, the greatest of all, never makes an impact", async () => {
    const quiet = codesOf([...Array.from({ length: N - 1 }, (): Sample => [0, 0, 0]), [undefined, 6, 6]]);
    for (const threshold of [1n, 49n, 121n]) {
      for (const minRun of [0n, 1n]) {
        const terms = { threshold, minRun, countMin: 1n, flags: 0n };
        expect(await decides(quiet, terms), `${threshold}`).to.equal(false);
        expect(await decides(quiet, { ...terms, flags: OF_VALID }), `${threshold}`).to.equal(false);
        // For "at most" it may have been one.
        expect(await decides(quiet, { threshold, minRun, countMax: 0n }), `${threshold}`).to.equal(false);
        expect(await decides(quiet, { threshold, minRun, countMax: 1n }), `${threshold}`).to.equal(true);
      }
    }
    for (const mark of ["x", "y", "z", "?"]) {
      const codes = window(`.........${mark}`);
      // Nor does it count as covered, and one missing axis is one missing sample.
      expect(await decides(codes, { ...T, coverageMin: 9_000n }), mark).to.equal(true);
      expect(await decides(codes, { ...T, coverageMin: 9_001n }), mark).to.equal(false);
    }
    // One axis of every sample left out: nothing is left, whatever the other two say.
    expect(await decides(window("xyzxyzxyzx"), { threshold: 1n, minRun: 0n }), "all partial").to.equal(false);
  });

  it("T4: samples against events: minRun 0, 1, the window's length and more", async () => {
    const codes = window("##########");
    expect(await decides(codes, { ...T, minRun: 0n, countMin: 10n, countMax: 10n })).to.equal(true);
    expect(await decides(codes, { ...T, minRun: 0n, countMin: 11n })).to.equal(false);
    expect(await decides(codes, { ...T, minRun: 1n, countMin: 1n })).to.equal(true);
    expect(await decides(codes, { ...T, minRun: 1n, countMin: 2n })).to.equal(false);
    // Runs cross the border of two epochs.
    expect(await decides(codes, { ...T, minRun: 10n, countMin: 1n })).to.equal(true);
    expect(await decides(codes, { ...T, minRun: 11n, countMin: 1n })).to.equal(false);
    expect(await decides(codes, { ...T, minRun: 11n, countMax: 0n })).to.equal(true);
    expect(await decides(codes, { ...T, minRun: NO_BOUND, countMax: 0n })).to.equal(true);
    expect(await decides(codes, { ...T, minRun: NO_BOUND, countMin: 1n })).to.equal(false);
    // minRun 0 on quiet samples: a run of length 0 is no event.
    for (const flags of [0n, OF_VALID]) {
      expect(await decides(window(".........."), { ...T, flags, minRun: 0n, countMin: 1n })).to.equal(false);
      expect(await decides(window(".........."), { ...T, flags, minRun: 0n, countMax: 0n })).to.equal(true);
    }
  });

  it("T4: 65535 is no upper bound; in the worst case events have one bound, samples may have two", async () => {
    const codes = window("##.##.##..");
    for (const countMax of [3n, 10n, NO_BOUND - 1n]) {
      const terms = { ...T, minRun: 2n, countMin: 3n, countMax };
      expect(await decides(codes, terms), `worst case, at most ${countMax}`).to.equal(false);
      expect(await decides(codes, { ...terms, flags: OF_VALID }), `of valid, ${countMax}`).to.equal(true);
      expect(await decides(codes, { ...terms, countMin: 0n }), `at most ${countMax} alone`).to.equal(true);
    }
    expect(await decides(codes, { ...T, minRun: 2n, countMin: 3n, countMax: NO_BOUND })).to.equal(true);
    expect(await decides(codes, { ...T, minRun: 0n, countMin: 6n, countMax: 6n })).to.equal(true);
    expect(await decides(codes, { ...T, minRun: 0n, countMin: 6n, countMax: 5n })).to.equal(false);
    expect(await decides(codes, { ...T, minRun: 0n, countMin: NO_BOUND })).to.equal(false);
  });

  it("T8: the runs' worst case is that of all fillings: every window of 4 marks, all thresholds of length and direction", async function () {
    this.timeout(600_000);
    // 81 windows of impact, none, missing before six quiet samples; LONG tells all.
    const every = LONG ? 1 : 11;
    for (let n = 0; n < 81; n += every) {
      const marks = Array.from({ length: 4 }, (_, i) => "#.?"[Math.floor(n / 3 ** i) % 3]).join("");
      const codes = window(`${marks}......`);
      for (const minRun of [1n, 2n]) {
        const text = (countMin: bigint, countMax: bigint) => ({ ...T, minRun, countMin, countMax });
        for (const k of [1n, 2n]) await decides(codes, text(k, NO_BOUND));
        for (const k of [0n, 1n]) await decides(codes, text(0n, k));
      }
    }
  });
});
