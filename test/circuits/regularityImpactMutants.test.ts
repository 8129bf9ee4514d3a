// SPDX-License-Identifier: GPL-3.0-or-later
//
// "Drop one constraint" for the templates regularity and impact (see
// mutants.test.ts, which has the others).
//
//   all of it, and the tables MUTANTS-<template>.md compared:  LONG=1 mocha test/circuits/regularityImpactMutants.test.ts
//   the tables written anew:                          LONG=1 UPDATE=1 mocha test/circuits/regularityImpactMutants.test.ts
//
// Without LONG=1 a sample of the lies is told; it must find no hole either.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { compileInstance } from "./support/circuit.ts";
import { CLAIM_INPUTS, shapeOf } from "./support/claim.ts";
import { Forger } from "./support/forge.ts";
import { HINTS, honestHints } from "./support/hints.ts";
import { tellImpactLies } from "./support/impactLies.ts";
import { inputWires } from "./support/inputs.ts";
import { Court } from "./support/mutants.ts";
import { PUBLIC } from "./support/mutations.ts";
import { tellRegularityLies } from "./support/regularityLies.ts";
import { tellerOf } from "./support/sharedLies.ts";

const LONG = process.env.LONG === "1";

/** Survivors that cannot be seen to be harmless from the system alone: by label, with the reason. */
const EXPLAINED: readonly { covers: RegExp; why: string }[] = [
  {
    covers: /AnchorRoot\.Steps\.(reached\[\], .*Steps\.threshold|threshold.*)$/,
    why: "ties the steps to the depth, a private input that nothing else reads: whatever the steps, they are those of some depth",
  },
  {
    covers: /^Direction\.IsZero\.in, Direction\.IsZero\.inv, Direction\.IsZero\.out \(product\)$/,
    why: "leaves the direction free only where countMin is 0. In the worst case Direction's last equation then still asks for `at most`, unless countMax is 65535 as well and nothing is asked; of valid no rule depends on the direction",
  },
];

interface Row {
  readonly mutant: string;
  readonly copies: number;
  readonly fate: string;
}

describe("circuits: mutants of regularity and impact with one statement dropped", () => {
  for (const [template, tell] of [
    ["regularity", tellRegularityLies],
    ["impact", tellImpactLies],
  ] as const) {
    const instance = `${template}-test`;
    const table = join(import.meta.dirname, `MUTANTS-${template}.md`);

    it(`T1 T2 T4 T6 T7 T8 T9 T10: ${instance}: ${LONG ? "every mutant is killed by a lie or explained" : "a sample of the lies kills its mutants, and none goes through the whole circuit"}`, async function () {
      this.timeout(3_600_000);
      const shape = shapeOf(instance);
      const circuit = await compileInstance(instance, 0);
      const { system } = circuit;
      const forger = new Forger(
        system,
        inputWires(circuit, CLAIM_INPUTS),
        HINTS,
        honestHints(system, shape.codes),
        inputWires(circuit, ["holder", "anchorRoot"]),
      );
      const court = new Court(system, forger, inputWires(circuit, PUBLIC));
      // Throws when a lie satisfies the whole circuit.
      await tell(tellerOf(circuit, court, !LONG), shape);

      if (!LONG) {
        expect(court.killed.size).to.be.greaterThan(100);
        return;
      }
      const privates = new Set(
        inputWires(
          circuit,
          CLAIM_INPUTS.filter((name) => !PUBLIC.includes(name)),
        ),
      );
      const rows: Row[] = [];
      const survivors: string[] = [];
      let explained = 0;
      for (const [at, mutant] of court.mutants.entries()) {
        const lie = court.killed.get(at);
        let fate = lie;
        if (lie === undefined) {
          const why =
            court.harmless(mutant, privates) ??
            EXPLAINED.find(({ covers }) => covers.test(mutant.label))?.why;
          if (why === undefined) survivors.push(mutant.label);
          else explained++;
          fate = `*not killed:* ${why ?? "?"}`;
        }
        rows.push({ mutant: mutant.label, copies: mutant.constraints.length, fate: fate! });
      }
      expect(survivors, "mutants that no lie kills and nothing explains").to.deep.equal([]);
      const text = [
        `# Mutants of ${instance} with one statement dropped`,
        "",
        "Written by `LONG=1 UPDATE=1 mocha test/circuits/regularityImpactMutants.test.ts`, compared by the same command without `UPDATE=1`. What a mutant is, and when it is killed, is said in [MUTANTS.md](MUTANTS.md).",
        "",
        `${court.mutants.length} mutants (${court.mutants.reduce((sum, { constraints }) => sum + constraints.length, 0)} constraints), ${court.killed.size} killed, ${explained} explained, none open; ${court.lies} lies told.`,
        "",
        "| dropped circuit, by its signals | copies | the false claim that then goes through |",
        "|---|---|---|",
        ...rows.map(
          ({ mutant, copies, fate }) => `| \`${mutant}\` | ${copies} | ${fate.replaceAll("|", "\\|")} |`,
        ),
        "",
      ].join("\n");
      if (process.env.UPDATE === "1" || !existsSync(table)) writeFileSync(table, text);
      expect(readFileSync(table, "utf8")).to.equal(text);
    });
  }
});
