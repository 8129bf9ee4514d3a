// SPDX-License-Identifier: GPL-3.0-or-later
//
// "Drop one constraint": for every constraint of the circuits, some false claim
// goes through once it is dropped. What no lie kills is explained.
//
//   all of it, and the tables in mutants/ compared:  LONG=1 mocha test/circuits/mutants.test.ts
//   the tables written anew:                         LONG=1 UPDATE=1 mocha test/circuits/mutants.test.ts
//   one instance:                                    LONG=1 mocha test/circuits/mutants.test.ts -g impact-test
//
// Without LONG=1 a sample of the lies is told; it must find no hole either.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { compileInstance } from "./support/circuit.ts";
import { PUBLIC } from "./support/claim.ts";
import { claimForger, privateWires } from "./support/claimForger.ts";
import { inputWires } from "./support/inputs.ts";
import { tellDirectLies, tellHistogramLies } from "./support/lies/distribution.ts";
import { tellEpisodeDirectLies, tellEpisodeLookupLies } from "./support/lies/episode.ts";
import { tellImpactLies } from "./support/lies/impact.ts";
import { tellRegularityLies } from "./support/lies/regularity.ts";
import { type Teller, tellerOf } from "./support/lies/teller.ts";
import { Court } from "./support/mutants.ts";
import { shapeOf, type TemplateName } from "./support/shapes.ts";

const LONG = process.env.LONG === "1";

/** Who lies about which instance, and how many mutants a sample of the lies kills at least. */
const INSTANCES: readonly [instance: string, tell: (teller: Teller) => Promise<void>, kills: number][] = [
  ["distribution-direct-test", tellDirectLies, 100],
  ["distribution-histogram-test", tellHistogramLies, 110],
  ["episode-direct-test", tellEpisodeDirectLies, 110],
  ["episode-test", tellEpisodeLookupLies, 110],
  ["regularity-test", tellRegularityLies, 100],
  ["impact-test", tellImpactLies, 100],
];

/** Survivors that cannot be seen to be harmless from the system alone: by label, with the reason. */
const EXPLAINED: readonly { covers: RegExp; template?: TemplateName; why: string }[] = [
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
    template: "episode",
    why: "`runsMin = 0` is at most, twice: any other answer makes the terms one-sided, and then the upper bound must be the value that means none; for `runsMin` above 0 the other constraint of IsZero gives the answer",
  },
  {
    covers: /^Direction\.IsZero\.in, Direction\.IsZero\.inv, Direction\.IsZero\.out \(product\)$/,
    template: "impact",
    why: "leaves the direction free only where countMin is 0. In the worst case Direction's last equation then still asks for `at most`, unless countMax is 65535 as well and nothing is asked; of valid no rule depends on the direction",
  },
  {
    covers:
      /^(terms, words\[\]|((Histogram\.)?Lookup\.)?Absorb\.SparsePoseidon\[\]\.(inputs\[\]|GatedPoseidon\.unit|inputs\[\], ((Histogram\.)?Lookup\.)?Absorb\.SparsePoseidon\[\]\.GatedPoseidon\.inputs\[\]))$/,
    why: "tag, round constants, terms (public in any case), padding and copies into the challenge's hash: freedom here lets the prover draw other random challenges, each good for a lie with probability below (N + ENTRIES) / r",
  },
];

describe("circuits: mutants with one constraint dropped", () => {
  for (const [instance, tell, kills] of INSTANCES) {
    const table = join(import.meta.dirname, "mutants", `${instance}.md`);

    it(`T1 T2 T4 T6 T7 T8 T9 T10: ${instance}: ${LONG ? "every mutant is killed by a lie or explained" : "a sample of the lies kills its mutants, and none goes through the whole circuit"}`, async () => {
      const shape = shapeOf(instance);
      const circuit = await compileInstance(instance, 0);
      const forger = claimForger(circuit, shape.codes);
      const court = new Court(circuit.system, forger, inputWires(circuit, PUBLIC));
      // Throws when a lie satisfies the whole circuit.
      await tell(tellerOf({ circuit, court, shape, sample: !LONG }));

      if (!LONG) {
        expect(court.killed.size).to.be.greaterThan(kills);
        return;
      }
      const privates = new Set(privateWires(circuit));
      const rows: string[] = [];
      const open: string[] = [];
      let explained = 0;
      for (const [at, { label, constraints }] of court.mutants.entries()) {
        let fate = court.killed.get(at);
        if (fate === undefined) {
          const why =
            court.harmless(court.mutants[at]!, privates) ??
            EXPLAINED.find(
              ({ covers, template = shape.template }) => template === shape.template && covers.test(label),
            )?.why;
          if (why === undefined) open.push(label);
          else explained++;
          fate = `*not killed:* ${why ?? "?"}`;
        }
        rows.push(`| \`${label}\` | ${constraints.length} | ${fate.replaceAll("|", "\\|")} |`);
      }
      expect(open, "mutants that no lie kills and nothing explains").to.deep.equal([]);
      const copies = court.mutants.reduce((sum, { constraints }) => sum + constraints.length, 0);
      const text = [
        `# Mutants of ${instance}`,
        "",
        "Written by `LONG=1 UPDATE=1 mocha test/circuits/mutants.test.ts`. The same command without `UPDATE=1` compares it. [README.md](README.md) says what a mutant is and when it is killed.",
        "",
        `${court.mutants.length} mutants (${copies} constraints): ${court.killed.size} killed, ${explained} explained, none open. ${court.lies} lies were told.`,
        "",
        "| dropped constraint, by its signals | copies | the false claim that then goes through |",
        "|---|---|---|",
        ...rows,
        "",
      ].join("\n");
      if (process.env.UPDATE === "1" || !existsSync(table)) writeFileSync(table, text);
      expect(readFileSync(table, "utf8")).to.equal(text);
    });
  }
});
