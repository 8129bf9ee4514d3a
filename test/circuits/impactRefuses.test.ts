// SPDX-License-Identifier: GPL-3.0-or-later
import { mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import fc from "fast-check";
import { headsOf, inputOf } from "./support/claim.ts";
import { impactHolds } from "./support/impact.ts";
import {
  claimOf,
  codesOf,
  decides,
  label,
  N,
  OF_VALID,
  proves,
  refused,
  shape,
  T,
  TOP,
  window,
} from "./support/impactCircuit.ts";
import { type ImpactTerms, NO_BOUND, openTermsOf, packTerms } from "./support/terms.ts";
import { termsLies } from "./support/wiring.ts";

const LONG = process.env.LONG === "1";

describe("circuits: impact-test, what it refuses", () => {
  it("T3 T4: thresholds, counts and lengths at the edges of the field and of their ranges are refused", async () => {
    const codes = window("##.##.##..");
    const change = (terms: Partial<ImpactTerms>) => {
      const claim = claimOf(codes, T);
      return inputOf(claim, { terms: mod(packTerms({ ...claim.terms, ...terms })) });
    };
    await refused({
      "threshold 0: every sample would be an impact": change({ threshold: 0n }),
      "threshold 2^BITS + 1": change({ threshold: TOP + 1n, countMax: 0n }),
      "threshold 2^(BITS + 1)": change({ threshold: 2n * TOP, countMax: 0n }),
      "threshold 2^(BITS + 1) + 1": change({ threshold: 2n * TOP + 1n }),
      "threshold 2^32 - 1": change({ threshold: (1n << 32n) - 1n, countMax: 0n }),
      "flag 1": change({ flags: 2n }),
      ...termsLies(
        claimOf(codes, T),
        ["threshold", "minRun", "countMin", "countMax", "coverageMin"],
        88n + 94n,
      ),
    });
  });

  it("T5: nothing is provable from nothing, however wide the bounds", async () => {
    for (const flags of [0n, OF_VALID]) {
      for (const minRun of [0n, 1n, NO_BOUND]) {
        const wide = { threshold: 1n, flags, minRun, countMin: 0n, countMax: NO_BOUND };
        expect(await decides(window("??????????"), wide), `${label(wide)}`).to.equal(false);
        expect(await decides(window("xxyyzzxyz?"), wide), "no whole sample").to.equal(false);
        expect(await decides(window("?????????."), wide), "one sample is something").to.equal(true);
      }
    }
  });

  it("T6: a code outside the table is refused, also where packing would hide it", async () => {
    const codes = window("##.##.##..");
    const open = { ...T, minRun: 0n };
    for (const value of [14n, 15n, 16n, 17n, 2n ** 9n, R - 1n, R - 2n, 2n ** 252n, mod(-13n)]) {
      const strange = [codes[0]!, codes[1]!.map((code, i) => (i === 7 ? value : code))];
      expect(await proves(strange, open), `${value}`).to.equal(false);
    }
    // Same word, same head: one axis lends 16 to its neighbour, and a quiet sample turns into an impact.
    const lent = codes.map((row) => [...row]);
    lent[1]![12] = lent[1]![12]! + 16n;
    lent[1]![13] = lent[1]![13]! - 1n;
    expect(headsOf(claimOf(lent, {}))).to.deep.equal(headsOf(claimOf(codes, {})));
    expect(await proves(lent, { ...open, countMin: 7n })).to.equal(false);
    expect(await proves(codes, { ...open, countMin: 6n })).to.equal(true);
    // The ends of the table are in it.
    const ends = codesOf(Array.from({ length: N }, (_, i) => (i % 2 === 0 ? [-6, -6, -6] : [6, 6, 6])));
    expect(await proves(ends, { threshold: 108n, minRun: 10n, countMin: 1n })).to.equal(true);
  });

  it("T8: dropping readings never turns a failing claim into a passing one (worst case, every bound)", async () => {
    // Each fails by one with everything there.
    const failing: readonly [marks: string, terms: Partial<ImpactTerms>][] = [
      ["##..##..#.", { minRun: 0n, countMin: 6n }],
      ["##..##..#.", { minRun: 0n, countMax: 4n }],
      ["##..##..#.", { minRun: 2n, countMin: 3n }],
      ["##..##..#.", { minRun: 2n, countMax: 1n }],
      ["##########", { minRun: 5n, countMin: 2n }],
      ["#.#.#.#.#.", { minRun: 1n, countMax: 4n }],
      ["#.#.#.#.#.", { minRun: 3n, countMin: 1n }],
      ["##..##..#?", { minRun: 0n, countMin: 1n, coverageMin: 9_001n }],
    ];
    for (const [marks, terms] of failing) {
      expect(await decides(window(marks), { ...T, ...terms }), label(terms)).to.equal(false);
      for (let drop = 0; drop < N; drop += LONG ? 1 : 3) {
        const whole = `${marks.slice(0, drop)}?${marks.slice(drop + 1)}`;
        expect(await decides(window(whole), { ...T, ...terms }), `${label(terms)}, ${whole}`).to.equal(false);
        // A single axis is dropped just as well.
        const codes = window(marks).map((row, e) =>
          row.map((code, i) => (e * shape.slots + i === 3 * drop + (drop % 3) ? 0n : code)),
        );
        expect(await decides(codes, { ...T, ...terms }), `${label(terms)}, axis of ${drop}`).to.equal(false);
      }
      const two = `?${marks.slice(1, 5)}??${marks.slice(7)}`;
      expect(await decides(window(two), { ...T, ...terms }), `${label(terms)}, ${two}`).to.equal(false);
    }
  });

  it("T8: in the plain evaluation no dropping helps at all: 1,500 random claims and drops", () => {
    let held = 0;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("#", ".", "#", ".", "?"), { minLength: N, maxLength: N }),
        fc.array(fc.integer({ min: 0, max: 3 * N - 1 }), { minLength: 1, maxLength: 4 }),
        fc.record({
          minRun: fc.bigInt(0n, 4n),
          countMin: fc.bigInt(0n, 3n),
          countMax: fc.constantFrom(0n, 1n, 2n, 3n, 5n, NO_BOUND, NO_BOUND),
          coverageMin: fc.constantFrom(0n, 3_000n, 5_000n),
        }),
        (marks, drops, bounds) => {
          const codes = window(marks.join(""));
          const fewer = codes.map((row, e) =>
            row.map((code, i) => (drops.includes(e * shape.slots + i) ? 0n : code)),
          );
          const terms = openTermsOf("impact", shape, { ...T, ...bounds });
          if (!impactHolds(shape, terms, fewer)) return;
          held++;
          expect(impactHolds(shape, terms, codes)).to.equal(true);
        },
      ),
      { numRuns: 1_500, seed: 20_261_120 },
    );
    expect(held).to.be.greaterThan(100);
  });

  it("T8: of-valid obeys its coverage", async () => {
    const terms = { ...T, flags: OF_VALID, minRun: 0n, countMin: 3n, countMax: 3n, coverageMin: 7_000n };
    expect(await decides(window("#.#.#..???"), terms)).to.equal(true);
    expect(await decides(window("#.#.#.????"), terms)).to.equal(false);
  });
});
