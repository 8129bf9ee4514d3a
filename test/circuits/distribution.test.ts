// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on the two constructions of the circuit "distribution", at 2 epochs
// of 16 slots. Witnesses come from the liar's twin or the forward solver, so
// what refuses is the constraint system.

import { inverse, mod, R } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { type Claim, headsOf, holds, honestClaim, inputOf } from "./support/claim.ts";
import { claimForger } from "./support/claimForger.ts";
import { sdkDecides } from "./support/sdk.ts";
import { shapeOf } from "./support/shapes.ts";
import { openTerms, packTerms, type TermsFields } from "./support/terms.ts";
import type { CircuitInput } from "./support/tester.ts";

const RUNS = process.env.LONG === "1" ? 1000 : 60;

for (const construction of ["direct", "histogram"] as const) {
  const instance = `distribution-${construction}-test`;
  const shape = shapeOf(instance);
  const N = shape.epochs * shape.slots;

  describe(`circuits: ${instance}`, () => {
    let circuit: Circuit;
    before(async () => {
      circuit = await compileInstance(instance, 0);
    });

    const accepts = (input: CircuitInput) => circuit.accepts(input);
    const proves = (claim: Claim, overrides: CircuitInput = {}) => accepts(inputOf(claim, overrides));

    /** Codes with the given number of each, missing slots last. */
    const codesOf = (groups: readonly (readonly [code: number, count: number])[]) => {
      const flat = groups.flatMap(([code, count]) => new Array<bigint>(count).fill(BigInt(code)));
      expect(flat.length).to.equal(N);
      return Array.from({ length: shape.epochs }, (_, e) =>
        flat.slice(e * shape.slots, (e + 1) * shape.slots),
      );
    };
    const refused = async (cases: Record<string, CircuitInput>) => {
      for (const [name, input] of Object.entries(cases)) expect(await accepts(input), name).to.equal(false);
    };

    it("T14: an honest claim has a witness, from the honest generator too, and circom_tester agrees", async () => {
      const witness = await circuit.honest(inputOf(honestClaim(shape)));
      expect(circuit.system.violated(witness)).to.deep.equal([]);
      await circuit.tester.checkConstraints(witness);
    });

    it("T4 T8 T14: agrees with plain counting, and with the SDK, on random readings, missing slots and terms", async function () {
      this.timeout(3_600_000);
      const code = fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 1, max: shape.codes }) },
        { weight: 1, arbitrary: fc.constant(0) },
      );
      let [held, decided] = [0, 0];
      await fc.assert(
        fc.asyncProperty(
          fc.array(code, { minLength: N, maxLength: N }),
          fc.integer({ min: 1, max: shape.codes }),
          fc.integer({ min: 0, max: shape.codes - 1 }),
          fc.constantFrom(0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n),
          fc.constantFrom("shareMin", "shareMax", "meanMin", "meanMax", "coverageMin", "coverageMax", "all"),
          fc.integer({ min: -1, max: 1 }),
          async (flat, low, width, flags, bound, nudge) => {
            const codes = codesOf(flat.map((value) => [value, 1] as const));
            const high = Math.min(low + width, shape.codes);
            const terms = openTerms(shape, { low: BigInt(low), high: BigInt(high), flags });
            const near = tighten(terms, codes.flat(), bound, BigInt(nudge));
            const expected = holds(shape, near, codes);
            if (expected) held++;
            const claim = honestClaim(shape, { codes, terms: near });
            expect(await proves(claim)).to.equal(expected);
            // The SDK decides only about terms that a program may have.
            const bySdk = sdkDecides(
              "distribution",
              "test-16",
              near,
              {
                ofValid: (flags & 1n) !== 0n,
                meanAbove: (flags & 2n) !== 0n,
                meanBelow: (flags & 4n) !== 0n,
              },
              codes,
            );
            if (bySdk === undefined) return;
            decided++;
            expect(bySdk, "the SDK").to.equal(expected);
          },
        ),
        { numRuns: RUNS, seed: 20_261_120 },
      );
      expect(decided, "the SDK takes many terms").to.be.greaterThan(RUNS / 4);
      expect(held, "some must hold").to.be.greaterThan(RUNS / 5);
      expect(held, "some must not").to.be.lessThan((RUNS * 4) / 5);
    });

    /** Sets one bound, or all, to the very value that the readings reach, then off by one. */
    function tighten(terms: TermsFields, all: readonly bigint[], bound: string, nudge: bigint): TermsFields {
      const valid = all.filter((value) => value !== 0n);
      const v = BigInt(valid.length);
      const missing = BigInt(N) - v;
      const ofValid = (terms.flags & 1n) === 1n;
      const counted = ofValid ? v : BigInt(N);
      if (counted === 0n) return terms;
      const adverse = ofValid ? 0n : missing;
      const inside = BigInt(valid.filter((value) => value >= terms.low && value <= terms.high).length);
      const sum = valid.reduce((a, b) => a + b, 0n);
      const ceiling = (a: bigint, b: bigint) => (a + b - 1n) / b;
      const exact: Partial<Record<keyof TermsFields, bigint>> = {
        shareMin: (inside * 10_000n) / counted,
        shareMax: ceiling((inside + adverse) * 10_000n, counted),
        meanMin: (sum + adverse) / counted,
        meanMax: ceiling(sum + adverse * BigInt(shape.codes), counted),
        coverageMin: (v * 10_000n) / BigInt(N),
        coverageMax: ceiling(counted * 10_000n, BigInt(N)),
      };
      const clamp = (name: string, value: bigint) => {
        const top = name.startsWith("mean") ? BigInt(shape.codes) : 10_000n;
        return value < 0n ? 0n : value > top ? top : value;
      };
      const changed = Object.entries(exact).filter(([name]) => bound === "all" || name === bound);
      return {
        ...terms,
        ...Object.fromEntries(changed.map(([name, value]) => [name, clamp(name, value + nudge)])),
      };
    }

    it("T4: every bound holds at its exact value and not one step beyond, in both semantics", async () => {
      // 32 slots: 16 inside the band, 8 outside, 8 missing; sum of codes 16·5 + 8·9.
      const codes = codesOf([
        [5, 16],
        [9, 8],
        [0, 8],
      ]);
      const band = { low: 4n, high: 6n };
      const sum = 16n * 5n + 8n * 9n; // 152
      const exact: [Partial<TermsFields>, Partial<TermsFields>][] = [
        [{ shareMin: 5_000n }, { shareMin: 5_001n }],
        [{ shareMax: 7_500n }, { shareMax: 7_499n }], // missing counts as inside
        [{ meanMin: (sum + 8n) / 32n }, { meanMin: (sum + 8n) / 32n + 1n }],
        [{ meanMax: (sum + 8n * 12n + 31n) / 32n }, { meanMax: (sum + 8n * 12n + 31n) / 32n - 1n }],
        [{ coverageMin: 7_500n }, { coverageMin: 7_501n }],
        [{ coverageMax: 10_000n }, { coverageMax: 9_999n }], // a missing reading may have been one
        [
          { flags: 1n, shareMin: 6_666n },
          { flags: 1n, shareMin: 6_667n },
        ],
        [
          { flags: 1n, shareMax: 6_667n },
          { flags: 1n, shareMax: 6_666n },
        ],
        [
          { flags: 1n, meanMin: 6n },
          { flags: 1n, meanMin: 7n },
        ], // 152 / 24 = 6.33
        [
          { flags: 1n, meanMax: 7n },
          { flags: 1n, meanMax: 6n },
        ],
        [
          { flags: 1n, coverageMin: 7_500n },
          { flags: 1n, coverageMin: 7_501n },
        ],
        [
          { flags: 1n, coverageMax: 7_500n },
          { flags: 1n, coverageMax: 7_499n },
        ],
      ];
      for (const [at, beyond] of exact) {
        const label = JSON.stringify(at, (_, value) => (typeof value === "bigint" ? Number(value) : value));
        expect(
          await proves(honestClaim(shape, { codes, terms: { ...band, ...at } })),
          `${label} at`,
        ).to.equal(true);
        expect(
          await proves(honestClaim(shape, { codes, terms: { ...band, ...beyond } })),
          `${label} beyond`,
        ).to.equal(false);
      }
    });

    it("T4 T14: a strict mean excludes its bound and nothing else, in both semantics, by exactly one step", async () => {
      const ABOVE = 2n;
      const BELOW = 4n;
      // Sum of 32 codes: 16·5 + 16·7 = 192 = 32·6, a mean of exactly 6.
      const exact = codesOf([
        [5, 16],
        [7, 16],
      ]);
      const [more, less] = [1, -1].map((by) =>
        codesOf([
          [5, 16],
          [7, 15],
          [7 + by, 1],
        ]),
      ) as [bigint[][], bigint[][]];
      for (const ofValid of [0n, 1n]) {
        const cases: [string, bigint[][], Partial<TermsFields>, boolean][] = [
          ["at the bound, included", exact, { meanMin: 6n }, true],
          ["at the bound, above", exact, { meanMin: 6n, flags: ABOVE }, false],
          ["one step more, above", more, { meanMin: 6n, flags: ABOVE }, true],
          ["one step less, included", less, { meanMin: 6n }, false],
          ["at the bound, included", exact, { meanMax: 6n }, true],
          ["at the bound, below", exact, { meanMax: 6n, flags: BELOW }, false],
          ["one step less, below", less, { meanMax: 6n, flags: BELOW }, true],
          ["one step more, included", more, { meanMax: 6n }, false],
          // Each flag concerns its own side alone.
          ["below, lower bound reached", exact, { meanMin: 6n, flags: BELOW }, true],
          ["above, upper bound reached", exact, { meanMax: 6n, flags: ABOVE }, true],
          ["both, between", exact, { meanMin: 5n, meanMax: 7n, flags: ABOVE + BELOW }, true],
          ["both, at one bound", exact, { meanMin: 6n, meanMax: 7n, flags: ABOVE + BELOW }, false],
          ["both, nothing between", exact, { meanMin: 6n, meanMax: 6n, flags: ABOVE + BELOW }, false],
          // A mean above 0 asks for nothing; none is below 0 or, all readings HIGH, below the highest code.
          ["above 0", exact, { flags: ABOVE }, true],
          ["below 0", exact, { meanMax: 0n, flags: BELOW }, false],
          ["all at the highest code, below it", codesOf([[12, N]]), { flags: BELOW }, false],
          ["all at the highest code", codesOf([[12, N]]), {}, true],
          ["all at the lowest code, above it", codesOf([[1, N]]), { meanMin: 1n, flags: ABOVE }, false],
        ];
        for (const [name, codes, terms, expected] of cases) {
          const claim = honestClaim(shape, {
            codes,
            terms: { ...terms, flags: (terms.flags ?? 0n) + ofValid },
          });
          expect(holds(shape, claim.terms, codes), `${name}, by counting`).to.equal(expected);
          expect(await proves(claim), `${name}, of valid ${ofValid}`).to.equal(expected);
        }
      }
      // A missing reading is the lowest code below a bound, the highest above it, and no reading of valid ones.
      const gappy = (last: number) =>
        codesOf([
          [6, 30],
          [last, 1],
          [0, 1],
        ]);
      const steps: [number, Partial<TermsFields>, boolean][] = [
        [11, { meanMin: 6n }, true], // 180 + 11 + 1 = 192
        [11, { meanMin: 6n, flags: ABOVE }, false],
        [12, { meanMin: 6n, flags: ABOVE }, true],
        [1, { meanMax: 7n, flags: BELOW }, true], // 180 + 1 + 12 = 193 < 224
        [12, { meanMax: 7n, flags: BELOW }, true], // 204 < 224
        [6, { meanMin: 6n, flags: 1n }, true], // 186 = 31·6
        [6, { meanMin: 6n, flags: 1n + ABOVE }, false],
        [7, { meanMin: 6n, flags: 1n + ABOVE }, true],
        [6, { meanMax: 6n, flags: 1n }, true],
        [6, { meanMax: 6n, flags: 1n + BELOW }, false],
        [5, { meanMax: 6n, flags: 1n + BELOW }, true],
      ];
      for (const [last, terms, expected] of steps) {
        const claim = honestClaim(shape, { codes: gappy(last), terms });
        expect(holds(shape, claim.terms, claim.codes), `${last}`).to.equal(expected);
        expect(await proves(claim), `${last} ${terms.flags}`).to.equal(expected);
      }
    });

    it("T1 T4: a strict mean cannot be argued away: the flag's every value, with terms made to fit", async () => {
      const claim = honestClaim(shape, {
        codes: codesOf([
          [5, 16],
          [7, 16],
        ]),
        terms: { meanMin: 6n, meanMax: 6n, flags: 6n },
      });
      const base = await circuit.liar(inputOf(claim));
      const forger = claimForger(circuit, shape.codes);
      const wire = (pattern: RegExp) =>
        circuit.system.wire(circuit.system.names().find((name) => pattern.test(name))!);
      const flag = (f: number) => wire(new RegExp(`OpenHeader_\\d+_\\d+\\.header\\.flags\\[${f}\\]$`));
      const fields = wire(/OpenHeader_\d+_\d+\.header\.fields$/);
      expect(circuit.system.violated(base).length, "both sides are strict, the mean is 6").to.be.greaterThan(
        0,
      );
      const refuted = (changes: ReadonlyMap<number, bigint>) =>
        circuit.system.violated(forger.retell(base, changes).witness).length > 0;
      const values = [0n, 1n, 2n, R - 1n, inverse(2n)];
      for (const above of values) {
        for (const below of values) {
          for (const ofValid of [0n, 1n]) {
            const changes = new Map([
              [flag(0), ofValid],
              [flag(1), above],
              [flag(2), below],
            ]);
            const word = ofValid + 2n * above + 4n * below;
            expect(refuted(changes), "terms as they are").to.equal(true);
            changes.set(fields, mod(base[fields]! + (6n - word) * inverse(256n)));
            expect(refuted(changes), "fields made to fit").to.equal(true);
          }
        }
      }
      // The lie is a lie only because of the flags: without them the same log holds.
      expect(await proves({ ...claim, terms: { ...claim.terms, flags: 0n } })).to.equal(true);
    });

    it("T4: thresholds, bounds and counts at the edges of the field and of their ranges are refused", async () => {
      const claim = honestClaim(shape);
      const base = packTerms(claim.terms);
      const cases: Record<string, CircuitInput> = {};
      const change = (name: string, fields: Partial<TermsFields>) => {
        cases[name] = inputOf(claim, { terms: mod(packTerms({ ...claim.terms, ...fields })) });
      };
      change("low 0: missing would be inside", { low: 0n });
      change("low above high", { low: 8n, high: 7n });
      change("high beyond the table", { high: BigInt(shape.codes) + 1n });
      change("high 2^K", { high: 16n });
      change("high 2^16 - 1", { high: 65_535n });
      change("low 2^16 - 1", { low: 65_535n });
      change("meanMin 2^K", { meanMin: 16n });
      change("meanMax 2^K", { meanMax: 16n });
      change("meanMax 2^K + 1", { meanMax: 17n });
      for (const name of [
        "low",
        "high",
        "shareMin",
        "shareMax",
        "meanMin",
        "meanMax",
        "coverageMin",
        "coverageMax",
      ] as const) {
        change(`${name} = r - 1`, { [name]: R - 1n });
      }
      cases["a bit above the last field"] = inputOf(claim, { terms: base + (1n << 208n) });
      cases["bit 252"] = inputOf(claim, { terms: base + (1n << 252n) });
      cases["an unknown flag"] = inputOf(claim, { terms: base + (8n << 80n) });
      cases["the last flag"] = inputOf(claim, { terms: base + (128n << 80n) });
      cases["another template"] = inputOf(claim, { terms: base + 1n });
      cases["terms 0"] = inputOf(claim, { terms: 0n });
      cases["terms r - 1"] = inputOf(claim, { terms: R - 1n });
      await refused(cases);
    });

    it("T5: nothing is provable from nothing, however wide the bounds", async () => {
      const codes = codesOf([[0, N]]);
      for (const flags of [0n, 1n]) {
        const claim = honestClaim(shape, { codes, terms: { flags } });
        expect(await proves(claim)).to.equal(false);
        const one = honestClaim(shape, {
          codes: codesOf([
            [5, 1],
            [0, N - 1],
          ]),
          terms: { flags },
        });
        expect(await proves(one), "one reading is something").to.equal(true);
      }
    });

    it("T6: a code outside the table is refused, also where packing would hide it", async () => {
      const truth = honestClaim(shape);
      const withCode = (value: bigint) =>
        truth.codes.map((row, e) => row.map((code, i) => (e === 1 && i === 7 ? value : code)));
      for (const value of [13n, 14n, 15n, 16n, 17n, 2n ** 9n, R - 1n, R - 2n, 2n ** 252n, mod(-13n)]) {
        expect(await proves(honestClaim(shape, { codes: withCode(value) })), `${value}`).to.equal(false);
      }
      // Same word, same head: slot 3 lends 16 to its neighbour. Only the range check can object.
      const lent = truth.codes.map((row) => [...row]);
      lent[0]![3] = lent[0]![3]! + 16n;
      lent[0]![4] = lent[0]![4]! - 1n;
      const claim = honestClaim(shape, { codes: lent });
      expect(headsOf(claim)).to.deep.equal(headsOf(truth));
      expect(await proves(claim)).to.equal(false);
      // The ends of the table are in it.
      expect(
        await proves(
          honestClaim(shape, {
            codes: codesOf([
              [12, 16],
              [1, 16],
            ]),
          }),
        ),
      ).to.equal(true);
    });

    it("T8: dropping readings never turns a failing claim into a passing one (worst case, every direction)", async () => {
      // Each claim fails by a little with all readings; then each reading, and pairs, are dropped.
      const failing: { codes: bigint[][]; terms: Partial<TermsFields> }[] = [
        {
          codes: codesOf([
            [5, 22],
            [9, 10],
          ]),
          terms: { low: 4n, high: 6n, shareMin: 7_000n },
        },
        {
          codes: codesOf([
            [9, 2],
            [5, 30],
          ]),
          terms: { low: 8n, high: 12n, shareMax: 600n },
        },
        {
          codes: codesOf([
            [3, 31],
            [8, 1],
          ]),
          terms: { meanMin: 4n },
        },
        {
          codes: codesOf([
            [9, 31],
            [3, 1],
          ]),
          terms: { meanMax: 8n },
        },
        {
          codes: codesOf([
            [9, 31],
            [0, 1],
          ]),
          terms: { coverageMin: 10_000n },
        },
      ];
      for (const { codes, terms } of failing) {
        expect(await proves(honestClaim(shape, { codes, terms }))).to.equal(false);
        for (let drop = 0; drop < N; drop += 3) {
          const fewer = codes.map((row, e) =>
            row.map((code, i) => (e * shape.slots + i === drop || i === 15 ? 0n : code)),
          );
          expect(await proves(honestClaim(shape, { codes: fewer, terms })), `drop ${drop}`).to.equal(false);
        }
      }
    });

    it("T8: of-valid semantics is refused below its coverage bound", async () => {
      const terms = { flags: 1n, low: 4n, high: 6n, shareMin: 7_000n, coverageMin: 7_000n };
      expect(
        await proves(
          honestClaim(shape, {
            codes: codesOf([
              [5, 18],
              [9, 5],
              [0, 9],
            ]),
            terms,
          }),
        ),
      ).to.equal(true);
      expect(
        await proves(
          honestClaim(shape, {
            codes: codesOf([
              [5, 18],
              [9, 4],
              [0, 10],
            ]),
            terms,
          }),
        ),
      ).to.equal(false);
    });
  });
}
