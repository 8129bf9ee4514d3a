// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every claim circuit shares: person, log, chain, membership and public inputs. Each template is asked, to show that
// the shared parts are wired up in it too. Witnesses come from the liar's twin, so what refuses is the constraint system.
import { expect } from "chai";
import { type Circuit, compileInstance } from "./support/circuit.ts";
import { CLAIM_INPUTS, type Claim, honestClaimOf, inputOf } from "./support/claim.ts";
import { shapeOf } from "./support/shapes.ts";
import type { TermsHeader } from "./support/terms.ts";
import {
  anotherScope,
  type Cases,
  chainLies,
  deepestTree,
  membershipLies,
  oneLeafTree,
  personLies,
  publicLies,
} from "./support/wiring.ts";

/** A claim of each circuit that holds whatever its readings are. */
const INSTANCES = [
  "distribution-direct-test",
  "distribution-histogram-test",
  "episode-direct-test",
  "episode-test",
  "regularity-test",
  "impact-test",
] as const;

function claimOf(instance: string): Claim<TermsHeader> {
  const shape = shapeOf(instance);
  // Every code, and two epochs that differ.
  const codes = Array.from({ length: shape.epochs }, (_, e) =>
    Array.from({ length: shape.slots }, (_, i) => BigInt(1 + ((i + e) % shape.codes))),
  );
  return honestClaimOf(shape.template, shape, { codes });
}

for (const instance of INSTANCES) {
  describe(`circuits: wiring of ${instance}`, () => {
    const claim = claimOf(instance);
    let circuit: Circuit;
    before(async () => {
      circuit = await compileInstance(instance, 0);
      expect(await circuit.accepts(inputOf(claim)), "the claim as it is").to.equal(true);
    });
    const refused = async (cases: Cases) => {
      for (const [name, input] of Object.entries(cases))
        expect(await circuit.accepts(input), name).to.equal(false);
    };

    it("T7: membership: wrong root, index, sibling, depth, inner nodes and the root-0 trap are refused", async () => {
      await refused(membershipLies(claim));
      expect(await circuit.accepts(oneLeafTree(claim)), "a tree of one leaf").to.equal(true);
      expect(await circuit.accepts(deepestTree(claim)), "the deepest tree").to.equal(true);
    });

    it("T9: chain: repeated, swapped, skipped epochs, other salts, heads, profiles and offsets are refused", async () => {
      await refused(chainLies(claim));
      // A gap in the chain is honest as long as it is shown as one.
      const [first, second] = [claim.codes[0]!, claim.codes[1]!];
      const gap = { ...claim, codes: [first.map(() => 0n), second], salts: [0n, claim.salts[1]!] };
      expect(await circuit.accepts(inputOf(gap)), "a gap").to.equal(true);
    });

    it("T10 T11: another person, scope, log, program or period is refused", async () => {
      await refused(personLies(claim));
      expect(await circuit.accepts(anotherScope(claim)), "the same person in another scope").to.equal(true);
    });

    it("T13: every public input is bound: ± 1, negated, swapped", async () => {
      await refused(publicLies(claim));
    });

    it("T1: the constraint system reads every input", () => {
      const { system } = circuit;
      const signals = system
        .names()
        .filter((name) => CLAIM_INPUTS.some((input) => input === name.replace(/\[.*/, "")));
      expect(new Set(signals.map((name) => name.replace(/\[.*/, "")))).to.have.length(CLAIM_INPUTS.length);
      for (const signal of signals)
        expect(system.touching[system.wire(signal)]!.length, signal).to.be.greaterThan(0);
    });
  });
}
