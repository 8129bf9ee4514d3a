// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the signing dialog says about a program's parameters and money.
import {
  CLAIMS_PAYOUT_ABI,
  CUSTODY_ABI,
  circuitIdOf,
  circuitOf,
  DAY,
  packTerms,
  SCOPE_REGISTRY_ABI,
  TOKEN_ABI,
  termsOf,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { getAddress, Interface, ZeroAddress } from "ethers";
import { parseConfig } from "../src/config/config.ts";
import { benefitQuestion, possibleBenefit } from "../src/data/sanity.ts";
import { createPlan, type Publication } from "../src/plans/createPlan.ts";
import type { Plan } from "../src/plans/plan.ts";
import { fundPlan, issuePlan, withdrawPlan } from "../src/plans/plans.ts";
import { targetsOf } from "../src/plans/targets.ts";
import { HASH, INSURER, PATIENT, TOKEN } from "./support/story.ts";

const [CLAIMS, ANCHORS, CONSENTS, CIRCUITS, SCOPES, PAUSES, CUSTODY, ARBITER] = "a1 a2 a3 a4 a5 a6 a7 b1"
  .split(" ")
  .map((byte) => getAddress(`0x${byte.repeat(20)}`)) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const token = { address: TOKEN, symbol: "tUSDC", decimals: 6, mintable: true };
const config = parseConfig(
  JSON.stringify({
    name: "test",
    chain: { id: 1, name: "test", rpc: "/rpc", currency: { name: "Ether", symbol: "ETH", decimals: 18 } },
    contracts: {
      claims: CLAIMS,
      anchors: ANCHORS,
      consents: CONSENTS,
      circuits: CIRCUITS,
      scopes: SCOPES,
      pauses: PAUSES,
      custody: CUSTODY,
    },
    tokens: [token],
    artifacts: "/artifacts",
    groups: [],
  }),
  "http://127.0.0.1/",
);
const { name, version } = circuitOf("glucose-day");
const TERMS = termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 20, atLeast: "50" });
const publication: Publication = {
  offer: {
    circuit: circuitIdOf(name, version),
    assurance: "secure-element",
    terms: packTerms({ ...TERMS, epoch: 0 }),
    token: TOKEN,
    benefit: 25_000_000n,
    arbiter: ARBITER,
    claimWindow: 30 * DAY,
    reviewTime: 14 * DAY,
    arbiterTime: 20 * DAY,
  },
  scope: 4n,
  group: { id: 7n, name: "Demo attester" },
  token,
  account: INSURER,
};
const factsOf = (plan: Plan) => new Map(plan.facts.map(([key, value]) => [key, [value].flat().join("\n")]));

describe("what is said before money or a program is signed for", () => {
  it("publishing lists every parameter of the offer with the value that is signed", () => {
    const facts = factsOf(createPlan(config, publication));
    expect(facts.get("Question")).to.match(/At least 50 % of the slots are from 70 to 180 mg\/dL/);
    expect(facts.get("Circuit")).to.equal(`glucose-day, version ${version}`);
    expect(facts.get("A period")).to.equal("1 day, from 05:00 UTC");
    expect(facts.get("Benefit")).to.equal("25.00 tUSDC for each met period");
    expect(facts.get("Token")).to.equal(`tUSDC, ${TOKEN}`);
    expect(facts.get("Claim window")).to.match(/^30 days/);
    expect(facts.get("Review")).to.match(/^You can reject a claim for 14 days\. .* 20 days/);
    expect(facts.get("Arbiter")).to.equal(ARBITER);
    expect(facts.get("Attester")).to.equal("Demo attester, group 7");
    expect(facts.get("Assurance class")).to.equal("secure-element");
    expect(facts.get("Scope")).to.equal("4, used again");
  });

  it("publishing says another thing for any other value of any parameter", () => {
    const said = (change: Partial<Publication["offer"]>) =>
      JSON.stringify(
        createPlan(config, { ...publication, offer: { ...publication.offer, ...change } }).facts,
      );
    // The token is named by the publication's own entry.
    const others: Partial<Publication["offer"]>[] = [
      { circuit: HASH },
      { assurance: "self-attested" },
      { terms: packTerms(termsOf("time-in-range", { window: "1 day", unit: "mg/dL", offset: 20 })) },
      { benefit: 25_000_001n },
      { arbiter: PATIENT },
      { claimWindow: 31 * DAY },
      { reviewTime: 13 * DAY },
      { arbiterTime: 21 * DAY },
    ];
    for (const other of others) expect(said(other), Object.keys(other)[0]).to.not.equal(said({}));
    expect([...others.flatMap(Object.keys), "token"]).to.have.members(Object.keys(publication.offer));
    const plain = factsOf(
      createPlan(config, {
        ...publication,
        offer: { ...publication.offer, arbiter: ZeroAddress, reviewTime: 0, arbiterTime: 0 },
        scope: undefined,
      }),
    );
    expect([plain.get("Review"), plain.get("Arbiter"), plain.get("Scope")]).to.deep.equal([
      "None. A valid claim is credited at once",
      "None",
      "A new one over group 7",
    ]);
  });

  it("publishing says what can never be changed, and names every contract in full", () => {
    const plan = createPlan(config, { ...publication, scope: undefined });
    expect(plan.fixed?.join(" ")).to.match(/can ever be changed.*stay the program's insurer/);
    expect(targetsOf(plan, config)).to.deep.equal([
      ["Calls Scope registry", SCOPES],
      ["Calls Claims contract", CLAIMS],
    ]);
    const [scope, program] = plan.steps.map((step) => step.call());
    expect(new Interface(SCOPE_REGISTRY_ABI).parseTransaction(scope!)?.args[0]).to.equal(7n);
    expect(new Interface(CLAIMS_PAYOUT_ABI).parseTransaction(program!)?.name).to.equal("createProgram");
  });

  it("only the insurer is told that money can be withdrawn; from anyone else it is a gift", () => {
    const program = { id: 3n, insurer: INSURER, escrow: 8n };
    const own = fundPlan(config, token, program, INSURER, 5_000_000n, 0n);
    expect(own.says.join(" ")).to.contain("You can withdraw what is free at any time.");
    const gift = fundPlan(config, token, program, PATIENT, 5_000_000n, 0n);
    expect(gift.title).to.equal("Give money to program 3");
    expect(gift.says.join(" "))
      .to.contain(`This is a gift to ${INSURER}. Only that account can withdraw it. You cannot.`)
      .and.not.contain("at any time");
    expect(gift.account).to.equal(PATIENT);
    expect(targetsOf(gift, config)).to.deep.equal([
      ["Calls tUSDC", TOKEN],
      ["Calls Custody", CUSTODY],
    ]);
    // Exactly the amount, for custody, into the program's escrow.
    const [allow, pay] = gift.steps.map((step) => step.call().data);
    expect(new Interface(TOKEN_ABI).parseTransaction({ data: allow! })?.args.toArray()).to.deep.equal([
      CUSTODY,
      5_000_000n,
    ]);
    expect(new Interface(CUSTODY_ABI).parseTransaction({ data: pay! })?.args.toArray()).to.deep.equal([
      8n,
      5_000_000n,
    ]);
  });

  it("withdrawing and issuing name accounts in full", () => {
    expect(factsOf(withdrawPlan(config, token, { id: 3n, escrow: 8n }, INSURER, 1n)).get("Paid to")).to.equal(
      INSURER,
    );
    const attestation = {
      ...{ program: 3n, holder: 77n, controller: PATIENT, payee: ARBITER, firstEpoch: 20_000, periods: 7 },
      ...{ offerHash: HASH, nonce: 0n, expiry: 1_772_366_400n },
    };
    const facts = factsOf(issuePlan(config, token, { attestation, signature: "0x" }, 25_000_000n));
    expect([facts.get("Controller"), facts.get("Payee"), facts.get("Reserved")]).to.deep.equal([
      PATIENT,
      ARBITER,
      "175.00 tUSDC",
    ]);
  });
});

describe("a benefit that may be a slip", () => {
  const units = (whole: bigint) => whole * 1_000_000n;

  it("is asked about beyond what the account holds, and beyond what is usual", () => {
    expect(benefitQuestion(units(25n), units(500n), token)).to.equal(undefined);
    expect(benefitQuestion(units(25n), 0n, token)).to.equal(undefined);
    expect(benefitQuestion(units(1000n), 0n, token)).to.equal(undefined);
    expect(benefitQuestion(units(501n), units(500n), token)).to.equal(
      "501.00 tUSDC for one period is more than the 500.00 tUSDC in your account. Is the amount right?",
    );
    expect(benefitQuestion(units(1001n), 0n, token)).to.match(/^1,001\.00 tUSDC .* unusually much/);
    expect(benefitQuestion(units(99_999_999_999_999_999_999n), units(10n ** 30n), token)).to.match(
      /unusually/,
    );
  });

  it("is refused where no contract can hold it", () => {
    expect(possibleBenefit(2n ** 128n - 1n, token)).to.equal(2n ** 128n - 1n);
    expect(() => possibleBenefit(2n ** 128n, token)).to.throw(/more than a contract can hold/);
  });
});
