// SPDX-License-Identifier: GPL-3.0-or-later
//
// The larger batches of accesses with real proofs, verified on chain: LONG=1, three gigabytes and some minutes.
import { join } from "node:path";
import { proofCalldata, prove } from "@vitalproof/sdk";
import { accessBatch } from "@vitalproof/sdk/ledger";
import { childProcessProver, diskArtifacts } from "@vitalproof/sdk/node";
import { expect } from "chai";
import { LEDGER_GAS } from "../../bench/targets.ts";
import { deployLedger, TestPage } from "../contracts/support/ledger.ts";
import { time } from "../contracts/support/network.ts";
import { idOf } from "../contracts/support/realCircuits.ts";
import { sampleAccesses } from "../support/ledgerPage.ts";

const root = join(import.meta.dirname, "../..");
const artifacts = diskArtifacts(join(root, "circuits/artifacts"), { large: join(root, "build/circuits") });
const MINUTE = 60;
/** Patients of the page. */
const FILLED = 96;

(process.env.LONG === "1" ? describe : describe.skip)("e2e: the ledger's larger batches", function () {
  this.timeout(1_800_000);

  for (const [size, most] of LEDGER_GAS.access.filter(([accesses]) => accesses > 64)) {
    it(`${size} accesses under one real proof, at most ${most} gas each`, async () => {
      const world = await deployLedger();
      const page = await TestPage.open(world);
      for (let filled = 0; filled < FILLED; filled += 16) await page.grant(16);
      const since = Number((await world.ledger.pageOf(1n)).since);
      await time.increase(25 * 60 * MINUTE);
      const accesses = sampleAccesses(page.patients, size);
      const circuit = `access-batch-${size}` as const;
      const began = performance.now();
      const batch = accessBatch({
        ...{ circuit, address: page.address, page: page.state, base: since, span: 1_440, accesses },
      });
      const { proof } = await prove(childProcessProver(), await artifacts.load(circuit), batch.witness);
      const seconds = (performance.now() - began) / 1000;
      const sent = await world.ledger
        .connect(world.custodian)
        .logAccesses(1n, idOf(circuit), batch.headerWord, batch.digest, proofCalldata(proof), batch.body);
      const { gasUsed } = (await sent.wait())!;
      console.log(
        `        ${gasUsed} gas, ${(Number(gasUsed) / size).toFixed(1)} each; proven in ${seconds.toFixed(0)} s`,
      );
      expect(Number(gasUsed) / size).to.be.at.most(most);
      expect(batch.header.emergencies).to.equal(accesses.filter(({ glass }) => glass === 1).length);
    });
  }
});
