// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1: every hint and every input of "regularity" and "impact" changed in turn,
// with everything that follows from it recomputed, and lies of several wires.
import { type Forger, R, survivors } from "@vitalproof/hardhat-circom/attack";
import { expect } from "chai";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { type Claim, honestClaimOf, inputOf, PUBLIC } from "./support/claim.ts";
import { claimForger, privateWires, strangeHints, stubbornForger } from "./support/claimForger.ts";
import {
  answerZeroTests,
  CompoundLies,
  lendAcrossFields,
  moveFlags,
  placeEverySlot,
} from "./support/compoundLies.ts";
import { holesOf } from "./support/explained.ts";
import { inputWires } from "./support/inputs.ts";
import { shapeOf } from "./support/shapes.ts";
import type { TermsHeader } from "./support/terms.ts";

const LONG = process.env.LONG === "1";

const days = shapeOf("regularity-test");
const samples = shapeOf("impact-test");

/** Readings that use every code, missing ones included. */
const codesOf = ({ epochs, slots, codes }: typeof days, step: number) =>
  Array.from({ length: epochs }, (_, e) =>
    Array.from({ length: slots }, (_, i) => BigInt((step * i + e) % (codes + 1))),
  );

/** One claim for each way through the circuits: flags, and which bound is open. */
const REGULARITY: Readonly<Record<string, Claim<TermsHeader>>> = {
  "by count, worst case": honestClaimOf("regularity", days, {
    codes: codesOf(days, 5),
    terms: {
      low: 4n,
      high: 9n,
      level: 6n,
      epochsMin: 1n,
      epochsMax: 2n,
      shareMin: 1_000n,
      shareMax: 9_000n,
      coverageMin: 5_000n,
    },
  }),
  "by sum, of valid": honestClaimOf("regularity", days, {
    codes: codesOf(days, 5),
    terms: { flags: 3n, low: 4n, high: 9n, level: 70n, epochsMin: 1n, coverageMin: 5_000n },
  }),
};
const IMPACT: Readonly<Record<string, Claim<TermsHeader>>> = {
  "events at least, worst case": honestClaimOf("impact", samples, {
    codes: codesOf(samples, 5),
    terms: { threshold: 30n, minRun: 1n, countMin: 1n, coverageMin: 5_000n },
  }),
  "events at most, worst case": honestClaimOf("impact", samples, {
    codes: codesOf(samples, 5),
    terms: { threshold: 30n, minRun: 2n, countMax: 4n, coverageMin: 5_000n },
  }),
  "events, of valid": honestClaimOf("impact", samples, {
    codes: codesOf(samples, 5),
    terms: { flags: 1n, threshold: 30n, minRun: 2n, countMin: 1n, countMax: 3n },
  }),
  "samples, worst case": honestClaimOf("impact", samples, {
    codes: codesOf(samples, 5),
    terms: { threshold: 30n, minRun: 0n, countMin: 1n, countMax: 10n },
  }),
};

for (const [template, claims, widths] of [
  ["regularity", REGULARITY, [16n, 16n, 24n, 16n, 16n, 14n, 14n, 14n]],
  ["impact", IMPACT, [32n, 16n, 16n, 16n, 14n]],
] as const) {
  const instance = `${template}-test`;

  describe(`circuits: forgeries against ${instance}`, () => {
    let circuit: Circuit;
    let forger: Forger;
    before(async () => {
      circuit = await compileInstance(instance, 0);
      forger = claimForger(circuit, shapeOf(instance).codes);
    });

    it("T1: every wire is an input, a hint, or defined by one constraint", () => {
      expect(strangeHints(forger)).to.deep.equal([]);
      expect(forger.checks).to.be.greaterThan(forger.hints.length);
    });

    for (const [at, [name, claim]] of Object.entries(claims).entries()) {
      describe(name, () => {
        let witness: bigint[];
        before(async () => {
          witness = await circuit.honest(inputOf(claim));
        });

        // The first claim meets every mutation, the others a part of them.
        const lies = LONG || at === 0 ? {} : { tries: 40 };

        it("T1: no change of a hint survives, but for the kinds explained", function () {
          this.timeout(600_000);
          const { found, tried } = survivors(forger, witness, forger.hints, lies);
          expect(tried).to.be.greaterThan(LONG || at === 0 ? 5_000 : 1_000);
          expect(holesOf(instance, found)).to.deep.equal([]);
        });

        it("T1: no change of a private input survives, but for the kinds explained", function () {
          this.timeout(600_000);
          const wires = privateWires(circuit);
          const { found, tried } = survivors(forger, witness, wires, LONG ? {} : { tries: 20 });
          expect(tried).to.be.greaterThan(80);
          expect(holesOf(instance, found, "private")).to.deep.equal([]);
        });

        it("T1: compound lies: several hints at once, everything else recomputed honestly", () => {
          const { system } = circuit;
          const lies = new CompoundLies(forger, witness);
          const fields = widths.map((_, k) => lies.one(new RegExp(`Fields_\\d+_\\d+\\.values\\[${k}\\]$`)));
          moveFlags(lies, fields[0]!);
          lendAcrossFields(lies, fields, widths);

          // Bits: the top one flipped, and another bit or an alias made to pay for it.
          const bits = new Map<string, number[]>();
          for (const signal of system.names()) {
            const match = /^((?!Anchored).*Num2Bits_\d+_\d+(?:\[\d+\])*|.*\.?bits)\.out\[(\d+)\]$/.exec(
              signal,
            );
            if (match === null || signal.startsWith("AnchoredReadings")) continue;
            const group = bits.get(match[1]!) ?? [];
            group[Number(match[2])] = system.wire(signal);
            bits.set(match[1]!, group);
          }
          expect(bits.size).to.be.greaterThan(10);
          for (const [component, wires] of bits) {
            const top = wires.length - 1;
            const flip = 1n - 2n * witness[wires[top]!]!;
            lies.refuse(`${component}: top bit`, [wires[top]!, witness[wires[top]!]! + flip]);
            for (const k of new Set([0, 1, top - 1].filter((bit) => bit >= 0 && bit < top))) {
              lies.refuse(
                `${component}: top bit paid by bit ${k}`,
                [wires[top]!, witness[wires[top]!]! + flip],
                [wires[k]!, witness[wires[k]!]! - flip * (1n << BigInt(top - k))],
              );
            }
            // The bits of v + r, as far as they fit: the width is too small for the alias to be one.
            const alias = wires.reduce((sum, wire, k) => sum + (witness[wire]! << BigInt(k)), 0n) + R;
            lies.refuse(
              `${component}: bits of v + r`,
              ...wires.map((wire, k) => [wire, (alias >> BigInt(k)) & 1n] as const),
            );
          }

          const zeroTests = answerZeroTests(lies, /^(?!AnchoredReadings)/);
          if (template === "regularity") {
            placeEverySlot(lies, days);
          } else {
            // One zero test for each sample and step, one for the mode and one for the direction.
            expect(zeroTests).to.equal((samples.slots / 3) * samples.epochs * 2 + 2);
            // Digits of one axis that add up to another code, the others standing still.
            const digits = lies
              .find(/AtMost_\d+_\d+(\[\d+\])*\.digits\[\d+\]$/)
              .filter((wire) => !system.nameOf(wire).includes("AnchoredReadings"));
            expect(digits).to.have.length(samples.slots * samples.epochs * 4);
            for (const wire of digits)
              for (const to of [0n, 1n, 2n]) {
                const { witness: told, violated } = forger.forge(witness, new Map([[wire, to]]));
                // A second digit string of the same code is the one freedom; it changes nothing else.
                const changed = told.filter((entry, other) => entry !== witness[other]).length;
                if (violated.length === 0 && changed > 0)
                  expect(changed, system.nameOf(wire)).to.be.lessThan(5);
              }
          }
          expect(lies.told).to.be.greaterThan(200);
        });

        it("T1 T13: no change of a public input survives", () => {
          const stubborn = stubbornForger(circuit);
          const { found } = survivors(stubborn, witness, inputWires(circuit, PUBLIC));
          expect(found).to.deep.equal([]);
        });
      });
    }
  });
}
