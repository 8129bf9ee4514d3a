// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attacks on the two constructions of the circuit "distribution", at 2 epochs
// of 16 slots. Witnesses come from the liar's twin or the forward solver, so
// what refuses is the constraint system.
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import {
  CLAIM_INPUTS,
  type Claim,
  headAfter,
  headOf,
  headsOf,
  holderOf,
  holds,
  honestClaim,
  inputOf,
  leafOf,
  openTerms,
  packTerms,
  padded,
  pathOf,
  poseidon,
  shapeOf,
  subjectOf,
  type TermsFields,
  tag,
} from "./support/claim.ts";
import { inverse, mod, R } from "./support/constraints.ts";
import { Forger } from "./support/forge.ts";
import { HINTS, honestHints } from "./support/hints.ts";
import { inputWires } from "./support/inputs.ts";
import { sdkDecides } from "./support/sdk.ts";
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

    const accepts = async (input: CircuitInput) =>
      circuit.system.violated(await circuit.liar(input)).length === 0;
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
      const forger = new Forger(
        circuit.system,
        inputWires(circuit, CLAIM_INPUTS),
        HINTS,
        honestHints(circuit.system, shape.codes),
        inputWires(circuit, ["holder", "anchorRoot"]),
      );
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

    it("T7: membership: wrong root, index, sibling, depth, inner nodes and the root-0 trap are refused", async () => {
      const claim = honestClaim(shape);
      const input = inputOf(claim);
      const leaf = leafOf(subjectOf(claim.secret), claim.context + (1n << 24n), headsOf(claim)[1]!);
      const path = pathOf(leaf, claim.before, claim.after);
      const flipped = path.siblings.map((value, i) => (i === 1 ? value + 1n : value));
      await refused({
        "root 0 by a depth above the limit": { ...input, anchorRoot: 0n, depth: 21n },
        "root 0 by depth r - 1": { ...input, anchorRoot: 0n, depth: R - 1n },
        "root 0": { ...input, anchorRoot: 0n },
        "depth 31 (five bits)": { ...input, depth: 31n },
        "depth one less": { ...input, depth: path.depth - 1n },
        "depth one more": { ...input, depth: path.depth + 1n },
        "index + 1": { ...input, index: path.index + 1n },
        "index r - 1": { ...input, index: R - 1n },
        "index with a bit above the limit": { ...input, index: path.index + (1n << 20n) },
        "a sibling changed": { ...input, siblings: flipped },
        "another day's root": { ...input, anchorRoot: pathOf(leaf, [21n], [22n]).root },
        "the leaf as its own root": { ...input, anchorRoot: leaf + 1n, depth: 0n },
        "an inner node's level skipped": {
          ...input,
          depth: path.depth - 1n,
          index: path.index >> 1n,
          siblings: padded(path.siblings.slice(1, Number(path.depth))),
        },
      });
      // A one-leaf tree: the leaf is the root.
      expect(
        await accepts({ ...input, anchorRoot: leaf, depth: 0n, index: 0n, siblings: padded([]) }),
      ).to.equal(true);
      // The deepest tree allowed.
      let node = leaf;
      const siblings = Array.from({ length: 20 }, (_, i) => BigInt(1000 + i));
      for (const sibling of siblings) node = poseidon([node, sibling]);
      expect(await accepts({ ...input, anchorRoot: node, depth: 20n, index: 0n, siblings })).to.equal(true);
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

    it("T9: chain: repeated, swapped, skipped epochs, other salts, heads, profiles and offsets are refused", async () => {
      const claim = honestClaim(shape);
      const honest = inputOf(claim);
      const heads = headsOf(claim);
      const root = (head: bigint, context = claim.context + (1n << 24n)) =>
        pathOf(leafOf(subjectOf(claim.secret), context, head), claim.before, claim.after);
      const at = (path: ReturnType<typeof pathOf>) => ({
        anchorRoot: path.root,
        index: path.index,
        depth: path.depth,
        siblings: path.siblings,
      });
      // The log as intake recorded it; the prover shows something else for it.
      const [day0, day1] = [claim.codes[0]!, claim.codes[1]!.map((code) => (code % 12n) + 1n)];
      const log = { ...claim, codes: [day0, day1] };
      const logRoot = at(root(headsOf(log)[1]!));
      await refused({
        "swapped epochs": { ...inputOf(log), codes: [day1, day0], ...logRoot },
        "first epoch twice": { ...inputOf(log), codes: [day0, day0], ...logRoot },
        "another salt": { ...inputOf(log), salts: [claim.salts[0]! + 1n, claim.salts[1]!], ...logRoot },
        "salts swapped": { ...inputOf(log), salts: [claim.salts[1]!, claim.salts[0]!], ...logRoot },
        "another previous head": { ...inputOf(log), previousHead: claim.previousHead + 1n, ...logRoot },
        "a head of the first epoch as the last": { ...honest, ...at(root(heads[0]!)) },
        "the first epoch's leaf": { ...honest, ...at(root(heads[0]!, claim.context)) },
        "a later epoch's leaf": { ...honest, ...at(root(heads[1]!, claim.context + (2n << 24n))) },
        "terms of the epoch before": {
          ...honest,
          terms: packTerms({ ...claim.terms, epoch: claim.terms.epoch - 1n }),
        },
        "terms of the epoch after": {
          ...honest,
          terms: packTerms({ ...claim.terms, epoch: claim.terms.epoch + 1n }),
        },
        "terms of another offset": {
          ...honest,
          terms: packTerms({ ...claim.terms, offset: claim.terms.offset + 1n }),
        },
        "terms of one epoch": { ...honest, terms: packTerms({ ...claim.terms, epochs: 1n }) },
        "terms of three epochs": { ...honest, terms: packTerms({ ...claim.terms, epochs: 3n }) },
        "terms of another profile": { ...honest, terms: packTerms({ ...claim.terms, profile: 1n }) },
        "a log of another profile": inputOf({ ...claim, context: claim.context ^ 1n }),
        "a log of another offset": inputOf({ ...claim, context: claim.context + (1n << 16n) }),
        "a log one epoch later": inputOf({ ...claim, context: claim.context + (1n << 24n) }),
        "a gap head in place of a sealed one": {
          ...inputOf(log),
          codes: [day0, day1.map(() => 0n)],
          salts: [claim.salts[0]!, 0n],
          ...logRoot,
        },
      });
      // A gap in the chain is honest as long as it is shown as one.
      const gap = {
        ...claim,
        codes: [claim.codes[0]!.map(() => 0n), claim.codes[1]!],
        salts: [0n, claim.salts[1]!],
      };
      expect(await proves(gap)).to.equal(true);
      // A record of one epoch hashed as if its head came from the middle: tags differ, so the head differs.
      const inner = poseidon([tag("innerBlock") + 1n, heads[0]!, ...claim.codes[1]!.slice(0, 2)]);
      const middle = headAfter(heads[0]!, inner);
      expect(await accepts({ ...honest, ...at(root(middle)) })).to.equal(false);
      expect(
        headOf(shape, heads[0]!, claim.context + (1n << 24n), claim.salts[1]!, claim.codes[1]!),
      ).to.equal(heads[1]);
    });

    it("T10 T11: another person, scope or log is refused", async () => {
      const claim = honestClaim(shape);
      const honest = inputOf(claim);
      await refused({
        "another secret, same holder": { ...honest, secret: claim.secret + 1n },
        "another holder": { ...honest, holder: holderOf(claim.secret + 1n, claim.scope) },
        "another scope, same holder": { ...honest, scope: claim.scope + 1n },
        "somebody else's log": inputOf({ ...claim, subjectSecret: claim.secret + 1n }),
        "somebody else's log and holder": {
          ...inputOf({ ...claim, subjectSecret: claim.secret + 1n }),
          secret: claim.secret + 1n,
        },
      });
      expect(
        await accepts({
          ...honest,
          scope: claim.scope + 1n,
          holder: holderOf(claim.secret, claim.scope + 1n),
        }),
      ).to.equal(true);
    });

    it("T13: every public input is bound: ± 1, negated, swapped", async () => {
      const honest = inputOf(honestClaim(shape));
      const names = ["holder", "anchorRoot", "terms", "scope"] as const;
      const cases: Record<string, CircuitInput> = {};
      for (const name of names) {
        const value = honest[name] as bigint;
        cases[`${name} + 1`] = { ...honest, [name]: mod(value + 1n) };
        cases[`${name} - 1`] = { ...honest, [name]: mod(value - 1n) };
        cases[`-${name}`] = { ...honest, [name]: mod(-value) };
        cases[`${name} = 0`] = { ...honest, [name]: 0n };
        for (const other of names) {
          if (other !== name)
            cases[`${name} <-> ${other}`] = { ...honest, [name]: honest[other]!, [other]: value };
        }
      }
      await refused(cases);
    });

    it("T1: the constraint system reads every input", () => {
      for (const name of CLAIM_INPUTS) {
        const wires = circuit.system.names().filter((signal) => signal.replace(/\[.*/, "") === name);
        for (const signal of wires) {
          expect(circuit.system.touching[circuit.system.wire(signal)]!.length, signal).to.be.greaterThan(0);
        }
      }
    });
  });
}
