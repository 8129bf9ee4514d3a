// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the registry does not read, the claims do: a program is made only with a circuit whose record describes a claim
// circuit. Governance is the liar here.
import { claimFactsOf, claimFamilyFields, type FamilyFields } from "@vitalproof/sdk";
import { expect } from "chai";
import {
  CLAIMS_FAMILY,
  circuitId,
  dayFacts,
  deployVerifier,
  type Facts,
  type ProposalFields,
  packFacts,
  proposal,
} from "./support/circuits.ts";
import { load, time } from "./support/network.ts";
import { anyKey, deployKey, type TestKey } from "./support/proofs.ts";
import { packTerms } from "./support/terms.ts";
import { DAY, delay } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const other = "0x7265636f726400000000000000000000"; // "record"

describe("T31: the facts of a claim circuit", () => {
  /** A circuit on record as governance describes it, and an offer that uses it. */
  async function offered(values: Partial<ProposalFields & Facts>, key?: TestKey) {
    const world = await load(deployWorld);
    const verificationKey = key === undefined ? {} : { verificationKey: await deployKey(key.bytes) };
    const next = await proposal(await deployVerifier(9n), {
      name: "another",
      ...verificationKey,
      ...values,
    });
    await world.circuits.connect(world.governor).propose(next);
    await time.increase(delay);
    await world.circuits.add(next);
    const offer = await world.offer({ circuit: circuitId("another", 1n), terms: packTerms() });
    return { ...world, create: () => world.claims.connect(world.insurer).createProgram(offer), next };
  }

  /** A record as the SDK reads it. */
  const fieldsOf = ({ family, facts, inputs, period, zeroImpossible }: ProposalFields): FamilyFields => ({
    family,
    facts,
    inputs: Number(inputs),
    period: Number(period),
    zeroImpossible,
  });

  const withBit = (bit: bigint) =>
    `0x${(BigInt(packFacts(dayFacts)) | (1n << bit)).toString(16).padStart(64, "0")}`;

  const wrong: [what: string, Partial<ProposalFields & Facts>, error: string, args: unknown[]][] = [
    ["another family", { family: other }, "AnotherFamily", [other]],
    ["template 0, which no circuit may accept", { template: 0n }, "Zero", ["template"]],
    ["profile 0", { profile: 0n }, "Zero", ["profile"]],
    ["no epochs", { epochs: 0n }, "Zero", ["epochs"]],
    ["epochs of no length", { epochSeconds: 0n }, "Zero", ["epochSeconds"]],
    ["a profile without codes", { codes: 0n }, "Zero", ["codes"]],
    ["epochs without samples", { samples: 0n }, "Zero", ["samples"]],
    ["a shorter period than its epochs take", { period: DAY - 1n }, "Mismatch", ["period", DAY - 1n, DAY]],
    ["a longer period than its epochs take", { period: DAY + 1n }, "Mismatch", ["period", DAY + 1n, DAY]],
    ["no way to expose a forgery", { zeroImpossible: false }, "Mismatch", ["zeroImpossible", 0n, 1n]],
    ["the lowest bit beyond the fields", { facts: withBit(104n) }, "UnusedBits", [withBit(104n)]],
    ["the highest bit beyond the fields", { facts: withBit(255n) }, "UnusedBits", [withBit(255n)]],
  ];
  for (const [what, values, error, args] of wrong) {
    it(`T31: no program is made with a circuit on record with ${what}`, async () => {
      const { claimTerms, create, next } = await offered(values);
      await expect(create())
        .to.be.revertedWithCustomError(claimTerms, `ClaimFacts_${error}`)
        .withArgs(...args);
      expect(claimFactsOf(fieldsOf(next))).to.equal(undefined);
    });
  }

  for (const inputs of [3, 5]) {
    it(`T31: no program is made with a circuit of ${inputs} public inputs`, async () => {
      const { claimTerms, create, next } = await offered({ inputs: BigInt(inputs) }, anyKey(inputs));
      await expect(create())
        .to.be.revertedWithCustomError(claimTerms, "ClaimFacts_Mismatch")
        .withArgs("inputs", inputs, 4n);
      expect(claimFactsOf(fieldsOf(next))).to.equal(undefined);
    });
  }

  it("a period of more seconds than the registry can count is no reason to stop reading", async () => {
    const facts = packFacts({ ...dayFacts, epochs: 65_535n, epochSeconds: 4_294_967_295n });
    expect(claimFactsOf(fieldsOf({ ...(await proposal(await deployVerifier(9n))), facts }))).to.equal(
      undefined,
    );
  });

  it("the SDK describes a circuit as the contract wants it", async () => {
    const facts = { template: 1, profile: 1, epochs: 1, epochSeconds: Number(DAY), codes: 363, samples: 288 };
    const fields = claimFamilyFields(facts);
    expect(fields).to.deep.equal({
      family: CLAIMS_FAMILY,
      facts: packFacts(dayFacts),
      inputs: 4,
      period: Number(DAY),
      zeroImpossible: true,
    });
    expect(claimFactsOf(fields)).to.deep.equal(facts);
    const { create } = await offered({});
    await create();
  });

  it("every field of the facts keeps its greatest value apart from its neighbours", async () => {
    const most = { template: 255n, profile: 65535n, epochs: 65535n, codes: 65535n, samples: 65535n };
    for (const [name, value] of Object.entries(most)) {
      const facts = { ...dayFacts, epochSeconds: 1n, [name]: value };
      const fields = claimFamilyFields({
        template: Number(facts.template),
        profile: Number(facts.profile),
        epochs: Number(facts.epochs),
        epochSeconds: 1,
        codes: Number(facts.codes),
        samples: Number(facts.samples),
      });
      expect(fields.facts, name).to.equal(packFacts(facts));
      expect(claimFactsOf(fields)?.[name as keyof Facts], name).to.equal(Number(value));
      expect(() => claimFamilyFields({ ...claimFactsOf(fields)!, [name]: Number(value) + 1 })).to.throw(
        `${name} is ${value + 1n}; it must be an integer in [1, ${value}]`,
      );
    }
  });
});
