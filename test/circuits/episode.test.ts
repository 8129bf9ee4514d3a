// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on both constructions of the template "episode", at 2 epochs of 16 slots. Witnesses come
// from the liar's twin, so what refuses is the constraint system that the key
// knows (--O2).

import { mod, R } from "@vitalproof/hardhat-circom/attack";
import { checkTerms, type Terms, unpackTerms, VitalproofError, validateTerms } from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { headsOf, honestClaimOf, inputOf } from "./support/claim.ts";
import {
  episodeHolds,
  extentByFilling,
  extentByPieces,
  extentOf,
  runsOf,
  type Slot,
  slotsOf,
} from "./support/runs.ts";
import { shapeOf } from "./support/shapes.ts";
import { type EpisodeTerms, NO_BOUND, openTermsOf, packTerms } from "./support/terms.ts";
import type { CircuitInput } from "./support/tester.ts";
import { type Cases, termsLies } from "./support/wiring.ts";

const LONG = process.env.LONG === "1";
const WINDOWS = LONG ? 1_000 : 250;
const shape = shapeOf("episode-test");
const N = shape.epochs * shape.slots;
const OF_VALID = 1n;
const SEED = 20_261_120;
/** Inside this band is code 5, outside 9. */
const BAND = { low: 4n, high: 6n };

type Codes = readonly (readonly bigint[])[];

/** Epochs of slots from a text: "#" inside the band, "." outside, "?" missing; filled up with ".". */
const codesOf = (text: string): Codes => {
  const marks = text.replaceAll(" ", "").padEnd(N, ".");
  expect(marks.length).to.equal(N);
  const flat = [...marks].map((mark) => (mark === "#" ? 5n : mark === "?" ? 0n : 9n));
  return split(flat);
};
const split = (flat: readonly bigint[]): Codes =>
  Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));

/** Segments of slots inside, outside and missing, so that there are runs to count. */
const window: fc.Arbitrary<bigint[]> = fc
  .array(
    fc.tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant("in") },
        { weight: 3, arbitrary: fc.constant("out") },
        { weight: 3, arbitrary: fc.constant("missing") },
        { weight: 1, arbitrary: fc.constant("any") },
      ),
      fc.integer({ min: 1, max: 5 }),
    ),
    { minLength: N, maxLength: N },
  )
  .map((segments) =>
    segments
      .flatMap(([kind, length]) => new Array<string>(length).fill(kind))
      .slice(0, N)
      .map((kind, i) =>
        kind === "in"
          ? BigInt(4 + (i % 3))
          : kind === "missing"
            ? 0n
            : kind === "out"
              ? BigInt(7 + (i % 6))
              : BigInt(i % 13),
      ),
  );

/** What the SDK says of a word of terms and readings; undefined if it refuses the terms. */
function sdkSays(word: bigint, codes: Codes): boolean | undefined {
  let terms: Terms;
  try {
    terms = unpackTerms(word);
    validateTerms(terms);
  } catch (error) {
    if (error instanceof VitalproofError && /^TERMS_/.test(error.code)) return undefined;
    throw error;
  }
  return checkTerms(
    terms,
    codes.map((row) => row.map(Number)),
  ).holds;
}

describe("circuits: runs by definition", () => {
  it("T8: two evaluations agree on all windows of up to 7 slots, over all fillings of the missing ones", () => {
    let compared = 0;
    for (let length = 0; length <= (LONG ? 9 : 7); length++) {
      for (let code = 0; code < 3 ** length; code++) {
        const slots = Array.from(
          { length },
          (_, i) => (["in", "out", "missing"] as const)[Math.floor(code / 3 ** i) % 3]!,
        );
        for (let minRun = 1; minRun <= length; minRun++) {
          expect(extentByPieces(slots, minRun), `${slots} ${minRun}`).to.deep.equal(
            extentByFilling(slots, minRun),
          );
          compared++;
        }
      }
    }
    expect(compared).to.be.greaterThan(20_000);
  });
});

for (const instance of ["episode-direct-test", "episode-test"]) {
  describe(`circuits: ${instance}`, () => {
    let circuit: Circuit;
    before(async () => {
      circuit = await compileInstance(instance, 2);
    });

    const accepts = (input: CircuitInput) => circuit.accepts(input);
    const claimOf = (codes: Codes, terms: Partial<EpisodeTerms>) =>
      honestClaimOf("episode", shape, { codes, terms: { ...BAND, ...terms } });
    /** Both the circuit and the plain evaluation, which have to agree. */
    const proves = async (codes: Codes, terms: Partial<EpisodeTerms>) => {
      const claim = claimOf(codes, terms);
      const result = await accepts(inputOf(claim));
      expect(result, "plain evaluation").to.equal(episodeHolds(claim.terms, codes));
      return result;
    };
    const refused = async (cases: Cases) => {
      for (const [name, input] of Object.entries(cases)) expect(await accepts(input), name).to.equal(false);
    };
    const label = (terms: object) =>
      JSON.stringify(terms, (_, value) => (typeof value === "bigint" ? Number(value) : value));

    it("T14: an honest claim has a witness, from the honest generator too, and circom_tester agrees", async () => {
      const witness = await circuit.honest(inputOf(claimOf(codesOf("###.?##"), { minRun: 3n, runsMin: 1n })));
      expect(circuit.system.violated(witness)).to.deep.equal([]);
      await circuit.tester.checkConstraints(witness);
    });

    it(`T4 T8 T14: circuit, worst case over all fillings and SDK agree on ${WINDOWS} random windows with missing slots`, async function () {
      this.timeout(3_600_000);
      let held = 0;
      let asked = 0;
      let unfit = 0;
      await fc.assert(
        fc.asyncProperty(
          window,
          fc.integer({ min: 1, max: 7 }),
          fc.constantFrom("least", "most", "both"),
          fc.boolean(),
          fc.integer({ min: -1, max: 1 }),
          fc.constantFrom(-1n, 0n, 1n),
          async (flat, minRun, side, ofValid, nudge, coverage) => {
            const flags = ofValid ? OF_VALID : 0n;
            const band = { ...BAND, minRun: BigInt(minRun), flags };
            const { least, most } = extentOf(openTermsOf("episode", shape, band), flat);
            const clamp = (value: number) => BigInt(Math.max(0, value));
            const valid = BigInt(flat.filter((code) => code !== 0n).length);
            const reached = (valid * 10_000n) / BigInt(N) + coverage;
            const terms = {
              ...band,
              runsMin: side === "most" ? 0n : clamp(least + nudge),
              runsMax: side === "least" ? NO_BOUND : clamp(most - nudge),
              coverageMin: reached < 0n ? 0n : reached > 10_000n ? 10_000n : reached,
            };
            const claim = claimOf(split(flat), terms);
            const expected = episodeHolds(claim.terms, claim.codes);
            if (expected) held++;
            // The generator is faster; every tenth window asks the constraints.
            const input = inputOf(claim);
            const accepted =
              ++asked % 10 === 0
                ? await accepts(input)
                : await circuit.honest(input).then(
                    () => true,
                    () => false,
                  );
            expect(accepted, label(terms)).to.equal(expected);
            // The SDK refuses terms that no program may have; of all others it says the same.
            const word = packTerms({ ...claim.terms, epoch: 0n });
            const said = sdkSays(word, claim.codes);
            if (said === undefined) unfit++;
            else expect(said, `SDK: ${label(terms)}`).to.equal(expected);
          },
        ),
        { numRuns: WINDOWS, seed: SEED },
      );
      expect(held, "some must hold").to.be.greaterThan(WINDOWS / 5);
      expect(held, "some must not").to.be.lessThan((WINDOWS * 4) / 5);
      expect(unfit, "most terms are such as a program may have").to.be.lessThan((WINDOWS * 3) / 5);
    });

    it("T4 T14: runs, length of a run, band and coverage hold at their exact value and not one step beyond, in both semantics", async () => {
      type Case = [string, Partial<EpisodeTerms>, Partial<EpisodeTerms>];
      const cases: Case[] = [
        // Nothing missing: both semantics alike.
        ...[0n, OF_VALID].flatMap((flags): Case[] => [
          ["###.####.##", { flags, minRun: 3n, runsMin: 2n }, { flags, minRun: 3n, runsMin: 3n }],
          ["###.####.##", { flags, minRun: 3n, runsMax: 2n }, { flags, minRun: 3n, runsMax: 1n }],
          ["..####", { flags, minRun: 4n, runsMin: 1n }, { flags, minRun: 5n, runsMin: 1n }],
          ["..####", { flags, minRun: 5n, runsMax: 0n }, { flags, minRun: 4n, runsMax: 0n }],
          // The last slot of the period, and a run across the border of the epochs.
          [
            `${".".repeat(29)}###`,
            { flags, minRun: 3n, runsMin: 1n },
            { flags, minRun: 3n, low: 6n, runsMin: 1n },
          ],
          [`${".".repeat(13)}######`, { flags, minRun: 6n, runsMin: 1n }, { flags, minRun: 3n, runsMin: 2n }],
          // All in band: one run, however long it may be, but not one slot longer than the period.
          ["#".repeat(32), { flags, minRun: 32n, runsMin: 1n }, { flags, minRun: 33n, runsMin: 1n }],
          ["#".repeat(32), { flags, minRun: 1n, runsMax: 1n }, { flags, minRun: 1n, runsMax: 0n }],
          ["#".repeat(32), { flags, minRun: 65_535n, runsMax: 0n }, { flags, minRun: 65_535n, runsMin: 1n }],
          ["#.".repeat(16), { flags, minRun: 1n, runsMin: 16n }, { flags, minRun: 1n, runsMin: 17n }],
          // The band's ends are inside it.
          [
            "####",
            { flags, minRun: 4n, low: 5n, high: 5n, runsMin: 1n },
            { flags, minRun: 4n, low: 6n, runsMin: 1n },
          ],
          [
            "####",
            { flags, minRun: 4n, low: 1n, high: 5n, runsMin: 1n },
            { flags, minRun: 4n, low: 1n, high: 4n, runsMin: 1n },
          ],
          [
            `${"?".repeat(8)}####`,
            { flags, minRun: 3n, coverageMin: 7_500n },
            { flags, minRun: 3n, coverageMin: 7_501n },
          ],
        ]),
        // A missing slot ends the run (at least), may have been inside (at most), is no slot (of valid).
        ["##?##", { minRun: 2n, runsMin: 1n }, { minRun: 2n, runsMin: 2n }],
        ["##?##", { minRun: 2n, runsMin: 1n }, { minRun: 3n, runsMin: 1n }],
        ["##?##", { minRun: 5n, runsMax: 1n }, { minRun: 5n, runsMax: 0n }],
        ["##?##", { minRun: 2n, runsMax: 2n }, { minRun: 2n, runsMax: 1n }],
        ["##?##", { flags: OF_VALID, minRun: 4n, runsMin: 1n }, { flags: OF_VALID, minRun: 5n, runsMin: 1n }],
        ["##?##", { flags: OF_VALID, minRun: 5n, runsMax: 0n }, { flags: OF_VALID, minRun: 4n, runsMax: 0n }],
        // After a counted run, missing slots cannot part it from the next (at least); they do (at most).
        ["###???###", { minRun: 3n, runsMin: 1n }, { minRun: 3n, runsMin: 2n }],
        ["###?.?###", { minRun: 3n, runsMin: 2n }, { minRun: 3n, runsMin: 3n }],
        ["###?###", { minRun: 3n, runsMax: 2n }, { minRun: 3n, runsMax: 1n }],
        ["???????", { minRun: 3n, runsMax: 2n }, { minRun: 3n, runsMax: 1n }],
        // Both bounds at once, of valid.
        [
          "###?.##.###",
          { flags: OF_VALID, minRun: 3n, runsMin: 2n, runsMax: 2n },
          { flags: OF_VALID, minRun: 3n, runsMin: 1n, runsMax: 1n },
        ],
        [
          "###?.##.###",
          { flags: OF_VALID, minRun: 2n, runsMin: 3n, runsMax: 3n },
          { flags: OF_VALID, minRun: 2n, runsMin: 4n, runsMax: 4n },
        ],
      ];
      for (const [text, at, beyond] of cases) {
        expect(await proves(codesOf(text), at), `${text} ${label(at)} at`).to.equal(true);
        expect(await proves(codesOf(text), beyond), `${text} ${label(beyond)} beyond`).to.equal(false);
      }
    });

    it("T4 T8: terms have one worst case: both bounds at once are refused, unless of valid", async () => {
      const codes = codesOf("###.###");
      for (const runsMax of [2n, 3n, 32n, 65_534n]) {
        expect(await proves(codes, { minRun: 3n, runsMin: 1n, runsMax }), `${runsMax}`).to.equal(false);
        expect(await proves(codes, { flags: OF_VALID, minRun: 3n, runsMin: 1n, runsMax })).to.equal(true);
        expect(await proves(codes, { minRun: 3n, runsMin: 0n, runsMax })).to.equal(true);
      }
      expect(await proves(codes, { minRun: 3n, runsMin: 2n, runsMax: NO_BOUND })).to.equal(true);
      expect(await proves(codes, { minRun: 3n, runsMin: 3n, runsMax: NO_BOUND })).to.equal(false);
      expect(await proves(codes, { flags: OF_VALID, minRun: 3n, runsMin: 3n, runsMax: NO_BOUND })).to.equal(
        false,
      );
      expect(await proves(codes, { minRun: 3n, runsMin: 65_535n, runsMax: NO_BOUND })).to.equal(false);
    });

    it("T4: levels, lengths and bounds at the edges of the field and of their ranges are refused", async () => {
      const claim = claimOf(codesOf("?###.###"), { minRun: 3n });
      const cases = termsLies(
        claim,
        ["low", "high", "minRun", "runsMin", "runsMax", "coverageMin"],
        88n + 5n * 16n + 14n,
      );
      const change = (name: string, fields: Partial<EpisodeTerms>) => {
        cases[name] = inputOf(claim, { terms: mod(packTerms({ ...claim.terms, ...fields })) });
      };
      change("low 0: missing would be inside", { low: 0n });
      change("low above high", { low: 8n, high: 7n });
      change("high beyond the table", { high: BigInt(shape.codes) + 1n });
      change("high 2^K", { high: 16n });
      change("high 2^16 - 1", { high: 65_535n });
      change("low 2^16 - 1", { low: 65_535n });
      change("a run of no slots", { minRun: 0n });
      change("an unknown flag", { flags: 2n });
      change("all flags but the known one", { flags: 254n });
      change("another template", { template: 1n });
      await refused(cases);
      // What minRun, runsMin and coverageMin may be at most has a witness where the statement holds.
      expect(await proves(claim.codes, { minRun: 65_535n, runsMax: 0n })).to.equal(true);
      // 16,383 of 10,000 is never covered; the field is no reason to refuse, the bound is.
      expect(await proves(claim.codes, { coverageMin: 16_383n })).to.equal(false);
    });

    it("T5: nothing is provable from nothing, however wide the bounds", async () => {
      for (const flags of [0n, OF_VALID]) {
        for (const minRun of [1n, 32n, 65_535n]) {
          expect(await proves(codesOf("?".repeat(N)), { flags, minRun })).to.equal(false);
          expect(await proves(codesOf(`${"?".repeat(N - 1)}.`), { flags, minRun })).to.equal(true);
          expect(await proves(codesOf(`${"?".repeat(N - 1)}#`), { flags, minRun })).to.equal(true);
        }
      }
    });

    it("T6: a code outside the table is refused, also where packing would hide it", async () => {
      const truth = honestClaimOf("episode", shape, { terms: BAND });
      const withCode = (value: bigint) =>
        truth.codes.map((row, e) => row.map((code, i) => (e === 1 && i === 7 ? value : code)));
      for (const value of [
        13n,
        14n,
        15n,
        16n,
        17n,
        18n,
        31n,
        2n ** 9n,
        R - 1n,
        R - 2n,
        2n ** 252n,
        mod(-13n),
      ])
        expect(await accepts(inputOf({ ...truth, codes: withCode(value) })), `${value}`).to.equal(false);
      // 13 above a code is the place of the same code in a held run: a mark that the table has.
      for (let slot = 0; slot + 1 < shape.slots; slot++) {
        const lent = truth.codes.map((row) => [...row]);
        lent[0]![slot] = lent[0]![slot]! + 16n;
        lent[0]![slot + 1] = lent[0]![slot + 1]! - 1n;
        const claim = { ...truth, codes: lent };
        expect(headsOf(claim)).to.deep.equal(headsOf(truth));
        expect(await accepts(inputOf(claim)), `slot ${slot}`).to.equal(false);
      }
      expect(
        await accepts(inputOf({ ...truth, codes: codesOf("#".repeat(N)).map((row) => row.map(() => 12n)) })),
      ).to.equal(true);
    });

    it("T8: readings left out never turn a failing claim into a passing one (worst case, both directions)", async function () {
      this.timeout(600_000);
      // Each fails by one run; the circuit refuses it, and whatever is left out of it.
      const failing: [string, Partial<EpisodeTerms>][] = [
        ["###.####.##.###", { minRun: 3n, runsMin: 4n }],
        ["###.####.##.###", { minRun: 3n, runsMax: 2n }],
        ["########..##", { minRun: 9n, runsMin: 1n }],
        ["########..##", { minRun: 8n, runsMax: 0n }],
        ["###?###.##?##", { minRun: 3n, runsMin: 2n }],
        ["##?#", { minRun: 4n, runsMax: 0n }],
      ];
      let dropped = 0;
      for (const [text, terms] of failing) {
        const codes = codesOf(text).flat();
        expect(await proves(split(codes), terms), text).to.equal(false);
        const sets: number[][] = [];
        for (let i = 0; i < text.length + 1; i += LONG ? 1 : 3) {
          sets.push([i]);
          for (let j = i + 1; j < text.length + 1; j += LONG ? 1 : 6) sets.push([i, j]);
        }
        for (const set of sets) {
          const fewer = codes.map((code, i) => (set.includes(i) ? 0n : code));
          expect(await proves(split(fewer), terms), `${text} without ${set}`).to.equal(false);
          dropped++;
        }
      }
      expect(dropped).to.be.greaterThan(LONG ? 300 : 40);
    });

    it("T8: by definition, leaving readings out never lowers the most nor raises the least number of runs", () => {
      fc.assert(
        fc.property(
          window,
          fc.integer({ min: 1, max: 7 }),
          fc.array(fc.boolean(), { minLength: N, maxLength: N }),
          (flat, minRun, drop) => {
            const before = slotsOf(BAND, flat);
            const after: Slot[] = before.map((slot, i) => (drop[i] ? "missing" : slot));
            const [full, fewer] = [extentByPieces(before, minRun), extentByPieces(after, minRun)];
            expect(fewer.least).to.be.at.most(full.least);
            expect(fewer.most).to.be.at.least(full.most);
            expect(runsOf(before, minRun)).to.be.at.least(full.least);
          },
        ),
        { numRuns: LONG ? 10_000 : 1_000, seed: SEED },
      );
    });

    it("T8: of-valid semantics is refused below its coverage bound", async () => {
      const terms = { flags: OF_VALID, minRun: 2n, runsMin: 1n, coverageMin: 7_000n };
      expect(await proves(codesOf(`##${"?".repeat(9)}`), terms)).to.equal(true);
      expect(await proves(codesOf(`##${"?".repeat(10)}`), terms)).to.equal(false);
    });
  });
}
