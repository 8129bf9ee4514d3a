// SPDX-License-Identifier: GPL-3.0-or-later
import { mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import fc from "fast-check";
import { headsOf, inputOf } from "./support/claim.ts";
import { regularityHolds } from "./support/regularity.ts";
import {
  type Codes,
  claimOf,
  decides,
  epoch,
  GREATEST,
  label,
  N,
  OF_VALID,
  proves,
  refused,
  SUM,
  shape,
} from "./support/regularityCircuit.ts";
import { NO_BOUND, openTermsOf, packTerms, type RegularityTerms } from "./support/terms.ts";
import { termsLies } from "./support/wiring.ts";

const LONG = process.env.LONG === "1";

describe("circuits: regularity-test, what it refuses", () => {
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
