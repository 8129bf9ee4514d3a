// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every instance with a verifier, from readings to payment. Most keys take a
// minute to build, so: LONG=1 npm test -- e2e. The small instances at the end
// prove each template in every run.
import { circuitOf, circuits, isValidProof, type ProofOf, proofCalldata, prove } from "@vitalproof/sdk";
import { childProcessProver } from "@vitalproof/sdk/node";
import { expect } from "chai";
import { loadSources } from "../../scripts/generate/sources.ts";
import { bareWitness } from "../../simulation/index.ts";
import { accepts, type Inputs } from "../support/mangling.ts";
import { cases, smallCases } from "./cases.ts";
import { BENEFIT, refused, verifierOf } from "./fixture.ts";
import { anchoredPeriod, insuredPeriod, provenPeriod, type Settled } from "./period.ts";

const root = new URL("../..", import.meta.url).pathname;
const LONG = process.env.LONG === "1";

/** Refused by the SDK, and past the SDK by the circuit. */
async function unprovable({ world, patient, request }: Pick<Settled, "world" | "patient" | "request">) {
  await refused(patient.proveClaim(request), "STATEMENT_NOT_MET");
  const codes = request.epochs.map((epoch) => epoch.codes);
  const witness = bareWitness(patient.identity.secret(), request, { codes });
  const artifacts = await world.artifacts.load(request.circuit);
  await refused(prove(childProcessProver(), artifacts, witness), "WITNESS_REJECTED");
}

it("e2e: every circuit with a verifier has a case, and every template a small one", () => {
  const { instances } = loadSources(root);
  const deployable = instances
    .filter(({ verifier, family }) => verifier !== null && family?.name === "claims")
    .map(({ name }) => name);
  expect(cases.map(({ circuit }) => circuit)).to.have.members(deployable);
  expect(new Set(cases.map(({ terms }) => terms.template)).size).to.equal(4);
  expect(new Set(smallCases.map(({ terms }) => terms.template))).to.deep.equal(
    new Set(["episode", "regularity", "impact"]),
  );
  expect(circuits().length).to.be.at.least(cases.length + 3);
});

for (const of of cases) {
  const heavy = loadSources(root).instances.find(({ name }) => name === of.circuit)!.group === "heavy";
  describe(`e2e: ${of.circuit}`, () => {
    before(function () {
      if (LONG || !heavy) return;
      console.log(`      skipped: ${of.circuit} is a heavy instance; run it with LONG=1 npm test -- e2e`);
      this.skip();
    });

    it(`T14: at the exact limit (${of.limit}) the claim is proven, verified on chain and paid`, async function () {
      this.timeout(1_800_000);
      const { world, policy, consentId, proof } = await provenPeriod(of);
      const verifier = await verifierOf({ world });
      expect(await accepts(verifier, proofCalldata(proof.proof), [...proof.publicInputs] as Inputs)).to.equal(
        true,
      );
      const relayer = world.claimsAs(world.roles.relayer);
      expect(await relayer.claimInputs(policy, 0)).to.deep.equal([...proof.publicInputs]);
      const { gasUsed } = await relayer.submitClaim({ policy, period: 0, consentId, proof: proof.proof });
      expect(gasUsed).to.be.lessThanOrEqual(330_000n);
      expect((await relayer.pay(policy)).result).to.equal(BENEFIT);
    });

    it("T4: short of it by the least there is, no proof can be made", async function () {
      this.timeout(600_000);
      await unprovable(await insuredPeriod(of, of.short));
    });
  });
}

describe("e2e: every template in a small instance", () => {
  const check = async (
    { world, request }: Pick<Settled, "world" | "request">,
    { proof, publicInputs }: ProofOf,
  ) => {
    const { verificationKey } = await world.artifacts.load(request.circuit);
    expect(isValidProof(verificationKey, publicInputs, proof)).to.equal(true);
    for (const i of publicInputs.keys()) {
      const changed = publicInputs.with(i, publicInputs[i]! + 1n);
      expect(isValidProof(verificationKey, changed, proof), `input ${i}`).to.equal(false);
    }
  };

  for (const of of smallCases) {
    const { template } = circuitOf(of.circuit);
    it(`T14, T13: ${template}, ${of.limit}: proven and verified; every public input is bound`, async function () {
      this.timeout(300_000);
      const settled = await anchoredPeriod(of, of.exact);
      await check(settled, await settled.patient.proveClaim(settled.request));
    });

    it(`T4: ${template}, short of ${of.limit}: no proof can be made`, async function () {
      this.timeout(300_000);
      await unprovable(await anchoredPeriod(of, of.short));
    });
  }
});
