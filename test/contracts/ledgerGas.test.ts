// SPDX-License-Identifier: GPL-3.0-or-later
//
// What accesses, consents and revocations cost. Gas does not depend on the circuit, whose verifiers all have three inputs:
// a simulated proof under one of them costs what a real one of 1,024 accesses does.
import {
  accessDomainOf,
  evaluateWords,
  pageRootOf,
  revokeActionOf,
  transcriptPoint,
} from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { concat, keccak256, toBeHex } from "ethers";
import hre from "hardhat";
import { deployLedger, idOf, minute, simulated, TestPage } from "./support/ledger.ts";
import { load, takesItsBlocksAlong, time } from "./support/network.ts";

const numberOf = (seed: number): bigint => BigInt(keccak256(toBeHex(seed, 32))) >> 8n;

describe("HealthLedger: gas", () => {
  takesItsBlocksAlong();
  before(function () {
    if (!hre.globalOptions.coverage) return;
    console.log("      skipped: instrumented code costs more");
    this.skip();
  });

  const filled = async () => {
    const world = await deployLedger();
    const page = await TestPage.open(world);
    await page.grant(16);
    return { ...world, page };
  };

  for (const [count, most] of [
    [64, 4_500],
    [256, 1_200],
    [1_024, 390],
  ] as const) {
    it(`at most ${most} an access in a batch of ${count}`, async () => {
      const { ledger, custodian, page } = await load(filled);
      await time.increase(300 * 60);
      const base = (await minute()) - 200;
      const digest = numberOf(1);
      const words = Array.from({ length: count / 4 }, (_, i) => numberOf(2 + i));
      const { root, live } = await ledger.pageOf(1n);
      const header = BigInt(count) | (BigInt(base) << 32n) | (100n << 64n) | ((numberOf(0) >> 152n) << 80n);
      const head = [header, root, live & ((1n << 128n) - 1n), live >> 128n];
      const body = concat(words.map((word) => toBeHex(word, 31)));
      const bytes = concat([...head.map((word) => toBeHex(word, 32)), body]);
      const x = transcriptPoint(accessDomainOf(page.address), digest, bytes);
      const y = evaluateWords([...head, ...words], x);
      const proof = simulated("access-batch-64", [digest, x, y]);
      const sent = await ledger
        .connect(custodian)
        .logAccesses(1n, idOf("access-batch-64"), header, digest, proof, body);
      const { gasUsed } = (await sent.wait())!;
      console.log(`        ${gasUsed} gas, ${(Number(gasUsed) / count).toFixed(1)} each`);
      expect(Number(gasUsed) / count).to.be.at.most(most);
    });
  }

  it("at most 290,000 for 16 new consents and 15 revocations", async () => {
    const { ledger, custodian, page } = await load(filled);
    const grants = page.newGrants(16).map(({ grant }) => grant);
    const revocations = Array.from({ length: 15 }, (_, slot) => page.revocation(slot));
    const sent = await ledger
      .connect(custodian)
      .changeConsents(...page.changes(page.batch(grants, revocations)));
    const { gasUsed } = (await sent.wait())!;
    console.log(`        ${gasUsed} gas, ${Math.round(Number(gasUsed) / 31)} each`);
    expect(gasUsed).to.be.at.most(290_000n);
  });

  it("at most 275,000 for a revocation by force", async () => {
    const { ledger, stranger, page } = await load(filled);
    const inputs = [pageRootOf(page.state.leaves), 7n, revokeActionOf(page.address)];
    const proof = simulated("own-slot", inputs);
    const sent = await ledger.connect(stranger).revokeByForce(1n, idOf("own-slot"), 7, proof);
    const { gasUsed } = (await sent.wait())!;
    console.log(`        ${gasUsed} gas`);
    expect(gasUsed).to.be.at.most(275_000n);
  });
});
