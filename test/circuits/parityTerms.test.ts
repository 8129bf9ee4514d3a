// SPDX-License-Identifier: GPL-3.0-or-later
import { mod } from "@vitalproof/hardhat-circom/attack";
import {
  NO_BOUND,
  packContext,
  packTerms,
  profileOf,
  TERMS_HEADER,
  TERMS_TEMPLATES,
  type Terms,
  unpackTerms,
} from "@vitalproof/sdk";
import { expect } from "chai";
import fc from "fast-check";
import { compileCircuit } from "./support/circuit.ts";
import { read, SEED } from "./support/parity.ts";
import { packTerms as packByOracle } from "./support/terms.ts";

const LONG = process.env.LONG === "1";

describe("circuits: parity of terms with the SDK", () => {
  it("T12: terms packed by the SDK open in the circuit to the same fields, and unpack to the same terms", async function () {
    this.timeout(3_600_000);
    for (const [name, epochs] of [
      ["test-16", 2],
      ["glucose-mg-dl-5min", 14],
    ] as const) {
      const profile = profileOf(name);
      const circuit = await compileCircuit({
        file: "gadgets.circom",
        call: `OpenOnly(${profile.id}, ${epochs}, ${profile.codes})`,
        public: ["terms"],
      });
      const pair = (min: number, max: number) =>
        fc
          .tuple(
            fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max })),
            fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max })),
          )
          .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
      await fc.assert(
        fc.asyncProperty(
          pair(1, profile.codes),
          pair(0, 10_000),
          pair(0, profile.codes),
          pair(1, 10_000),
          fc.boolean(),
          fc.oneof(fc.constantFrom(0, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
          fc.integer({ min: 0, max: 95 }),
          async (
            [low, high],
            [shareMin, shareMax],
            [meanMin, meanMax],
            [coverageMin, most],
            ofValid,
            epoch,
            offset,
          ) => {
            const terms: Terms = {
              template: "distribution",
              profile: name,
              offset,
              epoch,
              epochs,
              ofValid,
              meanAbove: false,
              meanBelow: false,
              low,
              high,
              shareMin,
              shareMax,
              meanMin,
              meanMax,
              coverageMin,
              coverageMax: ofValid ? most : 10_000,
            };
            const word = packTerms(terms);
            expect(unpackTerms(word)).to.deep.equal(terms);
            const witness = await circuit.honest({ terms: word });
            for (const field of TERMS_TEMPLATES.distribution.fields) {
              expect(read(circuit, witness, field.name), field.name).to.equal(BigInt(terms[field.name]));
            }
            expect(read(circuit, witness, "flags[0]")).to.equal(ofValid ? 1n : 0n);
            const context = packContext({ profile: profile.id, offset, epoch });
            expect(read(circuit, witness, "context")).to.equal(context);
          },
        ),
        { numRuns: LONG ? 5_000 : 150, seed: SEED },
      );
    }
  });

  it("T12: each bit of the word above the terms' end, and each unknown flag, is refused by both", async function () {
    this.timeout(600_000);
    const profile = profileOf("test-16");
    const circuit = await compileCircuit({
      file: "gadgets.circom",
      call: `OpenOnly(${profile.id}, 2, ${profile.codes})`,
      public: ["terms"],
    });
    const word = packTerms({
      template: "distribution",
      profile: "test-16",
      offset: 3,
      epoch: 7,
      epochs: 2,
      ofValid: false,
      meanAbove: false,
      meanBelow: false,
      low: 1,
      high: 12,
      shareMin: 1,
      shareMax: 9_999,
      meanMin: 0,
      meanMax: 12,
      coverageMin: 0,
      coverageMax: 10_000,
    });
    const flags = TERMS_HEADER.find(({ name }) => name === "flags")!;
    const bits = [
      // Bits 0 to 2 are flags of this template.
      ...Array.from({ length: flags.bits - 3 }, (_, i) => flags.shift + 3 + i),
      ...Array.from(
        { length: 253 - TERMS_TEMPLATES.distribution.end },
        (_, i) => TERMS_TEMPLATES.distribution.end + i,
      ),
    ];
    expect(bits.length).to.be.greaterThan(40);
    for (const bit of bits) {
      const changed = word + (1n << BigInt(bit));
      expect(() => unpackTerms(changed), `bit ${bit}`).to.throw();
      expect(
        circuit.system.violated(await circuit.liar({ terms: changed })).length,
        `bit ${bit}`,
      ).to.be.greaterThan(0);
    }
    expect(circuit.system.violated(await circuit.liar({ terms: word }))).to.deep.equal([]);
  });

  // What the tests' own oracle packs, what the SDK packs, and what the circuit opens: the same word.

  const test16 = profileOf("test-16");

  const test3x5 = profileOf("test-3x5");

  const count = (max: number) => fc.oneof(fc.constantFrom(0, max), fc.integer({ min: 0, max }));

  const oneSide = (max: number) =>
    fc
      .tuple(fc.boolean(), fc.integer({ min: 1, max }), fc.integer({ min: 0, max: max - 1 }))
      .map(([least, at, most]) => (least ? ([at, NO_BOUND] as const) : ([0, most] as const)));

  const band = fc
    .tuple(fc.integer({ min: 1, max: test16.codes }), fc.integer({ min: 1, max: test16.codes }))
    .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));

  const share = fc
    .tuple(count(10_000), count(10_000))
    .map(([a, b]) => ({ shareMin: Math.min(a, b), shareMax: Math.max(a, b) }));

  const others: readonly {
    template: "episode" | "regularity" | "impact";
    profile: "test-16" | "test-3x5";
    call: string;
    terms: fc.Arbitrary<Record<string, number | boolean>>;
  }[] = [
    {
      template: "episode",
      profile: "test-16",
      call: `OpenEpisodeOnly(${test16.id}, 2, ${test16.codes})`,
      terms: fc
        .tuple(band, fc.integer({ min: 1, max: 8 }), oneSide(3))
        .map(([levels, minRun, [runsMin, runsMax]]) => ({ ...levels, minRun, runsMin, runsMax })),
    },
    {
      template: "regularity",
      profile: "test-16",
      call: `OpenRegularityOnly(${test16.id}, 2, ${test16.codes}, ${16 * (test16.codes - 1)})`,
      terms: fc
        .tuple(band, share, fc.boolean(), fc.integer({ min: 1, max: 16 }), fc.integer({ min: 0, max: 2 }))
        .map(([levels, shares, sum, level, epochsMin]) => ({
          ...levels,
          ...shares,
          sum,
          level,
          epochsMin,
          epochsMax: epochsMin === 0 ? 1 : NO_BOUND,
        })),
    },
    {
      template: "impact",
      profile: "test-3x5",
      call: `OpenImpactOnly(${test3x5.id}, 2, 8)`,
      terms: fc
        .tuple(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 3 }), oneSide(2))
        .map(([threshold, minRun, [countMin, countMax]]) => ({ threshold, minRun, countMin, countMax })),
    },
  ];

  for (const { template, profile, call, terms: arbitrary } of others) {
    it(`T12: ${template}: oracle and SDK pack the same word, the circuit opens it to the same fields, and refuses every bit beyond`, async function () {
      this.timeout(3_600_000);
      const circuit = await compileCircuit({ file: "gadgets.circom", call, public: ["terms"] });
      const layout = TERMS_TEMPLATES[template];
      let word = 0n;
      await fc.assert(
        fc.asyncProperty(
          arbitrary,
          fc.integer({ min: 1, max: 10_000 }),
          fc.boolean(),
          fc.oneof(fc.constantFrom(0, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
          fc.integer({ min: 0, max: 95 }),
          async (own, coverageMin, ofValid, epoch, offset) => {
            const terms = {
              template,
              profile,
              offset,
              epoch,
              epochs: 2,
              ofValid,
              coverageMin,
              ...own,
            } as unknown as Terms;
            word = packTerms(terms);
            expect(unpackTerms(word)).to.deep.equal(terms);
            const values: Record<string, number | boolean> = { ...own, coverageMin };
            const flags =
              (ofValid ? 1n : 0n) +
              Object.entries(layout.flags).reduce(
                (sum, [name, bit]) => sum + (values[name] === true ? 1n << BigInt(bit) : 0n),
                0n,
              );
            const fields = Object.fromEntries(layout.fields.map(({ name }) => [name, BigInt(values[name]!)]));
            const header = {
              template: BigInt(layout.id),
              profile: BigInt(profileOf(profile).id),
              offset: BigInt(offset),
              epoch: BigInt(epoch),
              epochs: 2n,
              flags,
            };
            expect(packByOracle({ ...header, ...fields })).to.equal(word);
            const witness = await circuit.honest({ terms: word });
            for (const [name, value] of Object.entries(fields))
              expect(read(circuit, witness, name), name).to.equal(value);
            expect(read(circuit, witness, "flags[0]")).to.equal(ofValid ? 1n : 0n);
            const context = packContext({ profile: profileOf(profile).id, offset, epoch });
            expect(read(circuit, witness, "context")).to.equal(context);
          },
        ),
        { numRuns: LONG ? 5_000 : 100, seed: SEED },
      );
      const known = Object.keys(layout.flags).length + 1;
      const shift = TERMS_HEADER.find(({ name }) => name === "flags")!.shift;
      for (let bit = layout.end; bit < 254; bit++) {
        const witness = await circuit.liar({ terms: mod(word + (1n << BigInt(bit))) });
        expect(circuit.system.violated(witness).length, `bit ${bit}`).to.be.greaterThan(0);
      }
      for (let bit = shift + known; bit < shift + 8; bit++) {
        expect(() => unpackTerms(word + (1n << BigInt(bit))), `flag ${bit}`).to.throw();
        const witness = await circuit.liar({ terms: word + (1n << BigInt(bit)) });
        expect(circuit.system.violated(witness).length, `flag ${bit}`).to.be.greaterThan(0);
      }
    });
  }
});
