// SPDX-License-Identifier: GPL-3.0-or-later
//
// "Drop one constraint": for every circuit of the circuits, some false claim
// goes through once the circuit is dropped. What no lie kills is explained.
//
//   all of it, and the table in MUTANTS.md compared:  LONG=1 mocha test/circuits/mutants.test.ts
//   the table written anew:                 LONG=1 UPDATE=1 mocha test/circuits/mutants.test.ts
//
// Without LONG=1 a sample of the lies is told; it must find no hole either.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { compileInstance } from "./support/circuit.ts";
import { CLAIM_INPUTS, shapeOf } from "./support/claim.ts";
import { Forger } from "./support/forge.ts";
import { HINTS, honestHints } from "./support/hints.ts";
import { inputWires } from "./support/inputs.ts";
import { tellLies } from "./support/lies.ts";
import { tellEpisodeLies } from "./support/liesEpisode.ts";
import { Court } from "./support/mutants.ts";

const LONG = process.env.LONG === "1";
const TABLE = join(import.meta.dirname, "MUTANTS.md");
const PUBLIC = ["holder", "anchorRoot", "terms", "scope"];

/** Survivors that cannot be seen to be harmless from the system alone: by label, with the reason. */
const EXPLAINED: readonly { covers: RegExp; why: string }[] = [
  {
    covers: /AnchorRoot\.Steps\.(reached\[\], .*Steps\.threshold|threshold.*)$/,
    why: "ties the steps to the depth, a private input that nothing else reads: whatever the steps, they are those of some depth",
  },
  {
    covers:
      /OpenDistribution\.(opened\.band\.high, OpenDistribution\.Num2Bits\.in|Num2Bits\.out\[\].* #3)|OpenEpisode\.OpenBand\.(high, OpenEpisode\.OpenBand\.Num2Bits\.in|Num2Bits\.out\[\].* #3)/,
    why: "`high <= CODES` twice: Steps has no witness for a threshold off the table either; the direct construction, which has only this check, is broken without it",
  },
  {
    covers:
      /^(head, (AnchoredReadings\.head|Histogram\.commitment|Absorb\.state)|Histogram\.commitment, Histogram\.Lookup\.commitment|Histogram\.Lookup\.commitment, Histogram\.Lookup\.Absorb\.state|(Histogram\.Lookup\.)?Absorb\.state, (Histogram\.Lookup\.)?Absorb\.states\[\]|(Histogram\.Lookup\.)?Absorb\.states\[\], (Histogram\.Lookup\.)?Absorb\.SparsePoseidon(\[\])?\.inputs\[\])$/,
    why: "binds the readings to the challenge. The anchored head fixes them before any proof, so a lie needs a person who seals readings chosen to fit a challenge: a knapsack over a 254-bit sum, without solution in 32 slots of 13 codes (2^118 logs), with many in 4,032 slots of 364. No test of 32 slots can show it; the constraint is needed",
  },
  {
    covers:
      /^(commitment, (Absorb\.out|Lookup\.commitment)|Absorb\.(out, Absorb\.(states\[\]|SparsePoseidon.*)|states\[\], Absorb\.(SparsePoseidon(\[\])?\.out|out)|words\[\], Absorb\.SparsePoseidon(\[\])?\.inputs\[\])|words\[\], (Absorb\.words\[\]|packed\[\]|Pack\.words\[\])|packed\[\], (words\[\]|Pack\.words\[\])|marks\[\], Pack\.slots\[\]|Pack\.zero(, Pack\.words\[\], Pack\.slots\[\])? \(product\)|Absorb\.SparsePoseidon(\[\])?\.out, Absorb\.SparsePoseidon(\[\])?\.GatedPoseidon\.out|Lookup\.commitment, Lookup\.Absorb\.state|Lookup\.Absorb\.state, Lookup\.Absorb\.states\[\]|Lookup\.Absorb\.states\[\], Lookup\.Absorb\.SparsePoseidon(\[\])?\.inputs\[\])$/,
    why: "binds the marks to the challenge. Marks chosen afterwards are still bits and have to meet a 254-bit equation: without solution in 32 slots (2^64 choices), about 2^39 steps in 3,600 (ADR 0017). test/circuits/fixtures/unsound-marks.circom shows the forgery where nothing but this is missing and marks are no bits; the constraint is needed",
  },
  {
    covers:
      /^(Histogram\.)?Lookup\.(checked\[\], (Histogram\.)?Lookup\.(Bits\[\]\.out|Pack\.slots\[\])|words\[\], (Histogram\.)?Lookup\.(Pack\.words|Absorb\.words)\[\]|Absorb\.words\[\], (Histogram\.)?Lookup\.Absorb\.SparsePoseidon\[\]\.inputs\[\]|Bits\[\]\.out, (Histogram\.)?Lookup\.Bits\[\]\.in|Pack\.zero(, (Histogram\.)?Lookup\.Pack\.words\[\], (Histogram\.)?Lookup\.Pack\.slots\[\])? \(product\))$/,
    why: "binds the counts to the challenge. Counts chosen afterwards still have to be 6 bits each and meet a 254-bit equation: 13 of them have 78 bits (26 places 156), so none exist here, but 364 counts of 12 bits would have many. No test of 13 codes can show it; the constraint is needed",
  },
  {
    covers: /^Direction\.IsZero\.in, Direction\.IsZero\.inv, Direction\.IsZero\.out \(product\)$/,
    why: "`runsMin = 0` is at most, twice: any other answer makes the terms one-sided, and then the upper bound must be the value that means none; for `runsMin` above 0 the other constraint of IsZero gives the answer",
  },
  {
    covers:
      /^(terms, words\[\]|((Histogram\.)?Lookup\.)?Absorb\.SparsePoseidon\[\]\.(inputs\[\]|GatedPoseidon\.unit|inputs\[\], ((Histogram\.)?Lookup\.)?Absorb\.SparsePoseidon\[\]\.GatedPoseidon\.inputs\[\]))$/,
    why: "tag, round constants, terms (public in any case), padding and copies into the challenge's hash: freedom here lets the prover draw other random challenges, each good for a lie with probability below (N + ENTRIES) / r",
  },
];

interface Row {
  readonly mutant: string;
  readonly copies: number;
  readonly fate: string;
}

describe("circuits: mutants with one statement dropped", () => {
  const tables: string[] = [];
  for (const construction of ["direct", "histogram", "episode"] as const) {
    const instance = construction === "episode" ? "episode-test" : `distribution-${construction}-test`;

    it(`T1 T2 T4 T6 T7 T8 T9 T10: ${instance}: ${LONG ? "every mutant is killed by a lie or explained" : "a sample of the lies kills its mutants, and none goes through the whole circuit"}`, async function () {
      this.timeout(3_600_000);
      const shape = shapeOf(instance);
      const circuit = await compileInstance(instance, 0);
      const { system } = circuit;
      const publics = inputWires(circuit, PUBLIC);
      const forger = new Forger(
        system,
        inputWires(circuit, CLAIM_INPUTS),
        HINTS,
        honestHints(system, shape.codes),
        inputWires(circuit, ["holder", "anchorRoot"]),
      );
      const court = new Court(system, forger, publics);
      // Throws when a lie satisfies the whole circuit.
      const options = { circuit, court, shape, sample: !LONG };
      if (construction === "episode") await tellEpisodeLies(options);
      else await tellLies({ ...options, construction });

      if (!LONG) {
        expect(court.killed.size).to.be.greaterThan(construction === "direct" ? 100 : 110);
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
      tables.push(
        [
          `## ${instance}`,
          "",
          `${court.mutants.length} mutants (${court.mutants.reduce((sum, { constraints }) => sum + constraints.length, 0)} constraints), ${court.killed.size} killed, ${explained} explained, ${survivors.length} open; ${court.lies} lies told.`,
          "",
          "| dropped circuit, by its signals | copies | the false claim that then goes through |",
          "|---|---|---|",
          ...rows.map(
            ({ mutant, copies, fate }) => `| \`${mutant}\` | ${copies} | ${fate.replaceAll("|", "\\|")} |`,
          ),
          "",
        ].join("\n"),
      );
      expect(survivors, "mutants that no lie kills and nothing explains").to.deep.equal([]);
    });
  }

  it("T1: MUTANTS.md is what the lies found", function () {
    if (!LONG) {
      console.log("      skipped: the whole table takes minutes; run it with LONG=1 npm test -- circuits");
      this.skip();
    }
    expect(tables).to.have.length(3);
    const text = [
      "# Mutants with one statement dropped",
      "",
      "Written by `LONG=1 UPDATE=1 mocha test/circuits/mutants.test.ts`, compared by the same command without `UPDATE=1`.",
      "",
      "A mutant is the constraint system at `--O0` without the constraints of one statement (all copies of it: one per slot, code, bit or level), library gadgets and copies into components included; the inside of the Poseidon permutation is left out. A mutant is killed when a public circuit that is false (no honest witness exists) has a witness that violates nothing but what was dropped. Every lie was also held against the whole circuit, which refused it.",
      "",
      ...tables,
    ].join("\n");
    if (process.env.UPDATE === "1" || !existsSync(TABLE)) writeFileSync(TABLE, text);
    expect(readFileSync(TABLE, "utf8")).to.equal(text);
  });
});
