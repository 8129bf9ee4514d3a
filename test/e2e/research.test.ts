// SPDX-License-Identifier: GPL-3.0-or-later
//
// A query with real proofs: a page that is well formed and an answer over 256 records in `npm test`'s form, 1,024 with LONG=1.
import { join } from "node:path";
import { proofCalldata, prove, type Witness } from "@vitalproof/sdk";
import { childProcessProver, diskArtifacts } from "@vitalproof/sdk/node";
import { pageWitness, requestOf } from "@vitalproof/sdk/research";
import { expect } from "chai";
import { RESEARCH_GAS } from "../../bench/targets.ts";
import type { Proof } from "../contracts/support/mockProof.ts";
import { takesItsBlocksAlong } from "../contracts/support/network.ts";
import { idOf } from "../contracts/support/realCircuits.ts";
import { deployResearch, openPages, TestDataset } from "../contracts/support/research.ts";
import { HALVES } from "../contracts/support/researchCosts.ts";
import { RESEARCHER } from "../support/researchPage.ts";

const root = join(import.meta.dirname, "../..");
const artifacts = diskArtifacts(join(root, "circuits/artifacts"), { large: join(root, "build/circuits") });
/** Of a dataset, over all its ledger pages. */
const PATIENTS = 64;
const LONG = process.env.LONG === "1";

describe("e2e: research queries", function () {
  this.timeout(1_800_000);
  takesItsBlocksAlong();

  const proven = async (circuit: string, witness: Witness): Promise<Proof> => {
    const began = performance.now();
    const { proof } = await prove(childProcessProver(), await artifacts.load(circuit), witness);
    console.log(`        ${circuit}: proven in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return proofCalldata(proof);
  };

  for (const [records, isLong] of [
    [256, false],
    [1_024, true],
  ] as const)
    (isLong && !LONG ? it.skip : it)(
      `an answer over ${records} records is proven, sent and opened`,
      async () => {
        const world = await deployResearch();
        const { market, custodian } = world;
        const pages = records / 256;
        const set = await TestDataset.register(world, await openPages(world, pages, PATIENTS / pages));
        if (LONG) {
          const circuit = `page-well-formed-${records}`;
          const witness = pageWitness(circuit, set.data);
          const proof = await proven(circuit, witness);
          const page = { root: witness.publicInputs[0]!, circuit: idOf(circuit), proof };
          await market.connect(custodian).replacePage(set.dataset, page);
        }
        const program = HALVES;
        const query = await set.ask(program);
        const made = set.answerTo(query, program);
        const answering = [...set.answering(query, program, made)] as unknown as Parameters<
          typeof market.answer
        >;
        answering[5] = await proven(`query-${records}`, made.witness);
        const { gasUsed } = (await (await market.answer(...answering)).wait())!;
        console.log(`        ${gasUsed} gas`);
        expect(Number(gasUsed)).to.be.at.most(RESEARCH_GAS.answer);
        const [event] = await market.queryFilter(market.filters.QueryAnswered(query));
        const { answer } = event!.args;
        const sealed = {
          released: answer.released,
          point: [answer.pointX, answer.pointY] as const,
          ciphers: [answer.cipherA, answer.cipherB] as const,
        };
        const sums = RESEARCHER.open(sealed, requestOf(set.address(query)));
        expect(answer.released).to.equal(true);
        expect(sums).to.deep.equal(made.evaluation.sums);
        expect(sums.a.n + sums.b.n).to.equal(BigInt(PATIENTS));
      },
    );
});
