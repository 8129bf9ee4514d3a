// SPDX-License-Identifier: GPL-3.0-or-later
//
// T1: every hint and every input of "regularity" and "impact" changed in turn,
// with everything that follows from it recomputed, and lies of several wires.
import { expect } from "chai";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import {
  CLAIM_INPUTS,
  type Claim,
  honestClaimOf,
  inputOf,
  shapeOf,
  type TermsHeader,
} from "./support/claim.ts";
import { inverse, mod, R } from "./support/constraints.ts";
import { Forger } from "./support/forge.ts";
import { HINTS, hashHints, honestHints } from "./support/hints.ts";
import { inputWires } from "./support/inputs.ts";
import { holesOf, PUBLIC, survivors } from "./support/mutations.ts";

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
      // Whatever the liar does not set is found again as the honest prover would, hints included.
      forger = new Forger(
        circuit.system,
        inputWires(circuit, CLAIM_INPUTS),
        HINTS,
        honestHints(circuit.system, shapeOf(instance).codes),
        inputWires(circuit, ["holder", "anchorRoot"]),
      );
    });

    it("T1: every wire is an input, a hint, or defined by one constraint", () => {
      const strange = forger.hints
        .map((wire) => circuit.system.namesOf(wire))
        .filter((names) => !names.some((name) => HINTS.some((pattern) => pattern.test(name))));
      expect(strange).to.deep.equal([]);
      expect(forger.checks).to.be.greaterThan(forger.hints.length);
    });

    for (const [at, [name, claim]] of Object.entries(claims).entries()) {
      describe(name, () => {
        let witness: bigint[];
        before(async () => {
          witness = await circuit.honest(inputOf(claim));
        });

        // The first claim meets every mutation, the others a part of them.
        const every = LONG || at === 0 ? 1 : 5;

        it("T1: no change of a hint survives, but for the kinds explained", function () {
          this.timeout(600_000);
          const { found, tried } = survivors(circuit, forger, witness, forger.hints, every);
          expect(tried).to.be.greaterThan(5_000 / every);
          expect(holesOf(found)).to.deep.equal([]);
        });

        it("T1: no change of a private input survives, but for the kinds explained", function () {
          this.timeout(600_000);
          const wires = inputWires(
            circuit,
            CLAIM_INPUTS.filter((input) => !PUBLIC.includes(input)),
          );
          const { found, tried } = survivors(circuit, forger, witness, wires, LONG ? 1 : 15);
          expect(tried).to.be.greaterThan(80);
          expect(holesOf(found)).to.deep.equal([]);
        });

        it("T1: compound lies: several hints at once, everything else recomputed honestly", function () {
          this.timeout(600_000);
          const { system } = circuit;
          const names = system.names();
          const find = (pattern: RegExp) =>
            names.filter((signal) => pattern.test(signal)).map((signal) => system.wire(signal));
          const one = (pattern: RegExp) => {
            const found = find(pattern);
            expect(found, `${pattern}`).to.have.length(1);
            return found[0]!;
          };
          let lies = 0;
          const refuse = (lie: string, ...changes: readonly (readonly [number, bigint])[]) => {
            const values = new Map(changes.map(([wire, value]) => [wire, mod(value)]));
            if ([...values].every(([wire, value]) => witness[wire] === value)) return;
            lies++;
            expect(forger.survives(witness, values), lie).to.equal(false);
          };

          // Terms: each flag moved and the word made to fit by the fields or by the time.
          const fields = one(/OpenHeader_\d+_\d+\.header\.fields$/);
          const time = one(/OpenHeader_\d+_\d+\.time$/);
          const value = widths.map((_, k) => one(new RegExp(`Fields_\\d+_\\d+\\.values\\[${k}\\]$`)));
          for (const [f, flag] of find(/OpenHeader_\d+_\d+\.header\.flags\[\d+\]$/).entries()) {
            for (const to of [0n, 1n, 2n, 256n, R - 1n]) {
              const rest = (witness[flag]! - to) * inverse(1n << BigInt(8 - f));
              const made = [fields, witness[fields]! + rest] as const;
              refuse(`flag ${f} ${to}`, [flag, to]);
              refuse(`flag ${f} ${to}, fields made to fit`, [flag, to], made);
              refuse(`flag ${f} ${to}, lowest field too`, [flag, to], made, [
                value[0]!,
                witness[value[0]!]! + rest,
              ]);
              refuse(
                `flag ${f} ${to}, time made to fit`,
                [flag, to],
                [time, witness[time]! + (witness[flag]! - to) * (1n << BigInt(56 + f))],
              );
            }
          }
          for (const by of [1n, -1n]) {
            refuse(
              "time and fields",
              [time, witness[time]! + by * (1n << 64n)],
              [fields, witness[fields]! - by],
            );
          }
          // Every border of two fields crossed, and a fraction of a step paid for by the field below.
          for (let k = 0; k + 1 < value.length; k++) {
            const [a, b] = [value[k]!, value[k + 1]!];
            for (const by of [1n, -1n, 2n]) {
              refuse(`border ${k}`, [a, witness[a]! + (by << widths[k]!)], [b, witness[b]! - by]);
              refuse(
                `half a step of ${k + 1}`,
                [b, witness[b]! + by * inverse(2n)],
                [a, witness[a]! - (by << (widths[k]! - 1n))],
              );
            }
          }

          // Bits: the top one flipped, and another bit or an alias made to pay for it.
          const bits = new Map<string, number[]>();
          for (const signal of names) {
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
            refuse(`${component}: top bit`, [wires[top]!, witness[wires[top]!]! + flip]);
            for (const k of new Set([0, 1, top - 1].filter((bit) => bit >= 0 && bit < top))) {
              refuse(
                `${component}: top bit paid by bit ${k}`,
                [wires[top]!, witness[wires[top]!]! + flip],
                [wires[k]!, witness[wires[k]!]! - flip * (1n << BigInt(top - k))],
              );
            }
            // The bits of v + r, as far as they fit: the width is too small for the alias to be one.
            const alias = wires.reduce((sum, wire, k) => sum + (witness[wire]! << BigInt(k)), 0n) + R;
            refuse(
              `${component}: bits of v + r`,
              ...wires.map((wire, k) => [wire, (alias >> BigInt(k)) & 1n] as const),
            );
          }

          // Zero tests: any output can be had by the inverse, were it not for the second equation.
          let zeroTests = 0;
          for (const signal of names) {
            if (!signal.endsWith(".inv") || signal.startsWith("AnchoredReadings")) continue;
            const input = witness[system.wire(signal.replace(/inv$/, "in"))]!;
            const [inv, out] = [system.wire(signal), system.wire(signal.replace(/inv$/, "out"))];
            zeroTests++;
            for (const to of [0n, 1n, 2n, R - 1n]) {
              if (to === witness[out]!) continue;
              refuse(`${signal}: output ${to}`, [out, to]);
              if (input !== 0n)
                refuse(`${signal}: output ${to} by the inverse`, [inv, (1n - to) * inverse(input)]);
            }
          }

          if (template === "regularity") {
            // Every slot, every combination of the three flags.
            for (let e = 0; e < days.epochs; e++) {
              for (let i = 0; i < days.slots; i++) {
                const flags = ["missing", "inside", "above"].map((flag) =>
                  system.wire(`slots[${e}][${i}].${flag}`),
                );
                for (let choice = 0; choice < 27; choice++) {
                  const values = [choice % 3, Math.floor(choice / 3) % 3, Math.floor(choice / 9)].map(
                    (v) => BigInt(v) - 1n,
                  );
                  refuse(
                    `slot ${e}/${i} as ${values}`,
                    ...flags.map((wire, k) => [wire, values[k]!] as const),
                  );
                }
              }
            }
          } else {
            // One zero test for each sample and step, one for the mode and one for the direction.
            expect(zeroTests).to.equal((samples.slots / 3) * samples.epochs * 2 + 2);
            // Digits of one axis that add up to another code, the others standing still.
            const digits = find(/AtMost_\d+_\d+(\[\d+\])*\.digits\[\d+\]$/).filter(
              (wire) => !system.nameOf(wire).includes("AnchoredReadings"),
            );
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
          expect(lies).to.be.greaterThan(200);
        });

        it("T1 T13: no change of a public input survives", () => {
          // The hints stay as they are: found anew they would prove another true statement about other terms.
          const stubborn = new Forger(
            circuit.system,
            inputWires(circuit, CLAIM_INPUTS),
            HINTS,
            hashHints(circuit.system),
          );
          const { found } = survivors(circuit, stubborn, witness, inputWires(circuit, PUBLIC));
          expect(found).to.deep.equal([]);
        });
      });
    }
  });
}
