// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the transactions of research queries cost. Tests bound it. Proofs are simulated: the EVM does the same for them.
import type { Program } from "@vitalproof/sdk/research";
import type { ContractTransactionResponse } from "ethers";
import { load, time } from "./network.ts";
import { deployResearch, FEE, openPages, queryOf, type ResearchWorld, TestDataset } from "./research.ts";

/** Two groups out of all live records, by whether column 1 is 2; sums of columns 0 and 1. No cell is small. */
export const HALVES: Program = {
  conditions: [
    { column: 0, from: 1 },
    { column: 1, from: 1 },
    { column: 1, from: 2 },
  ],
  ...{ a: 0b1000_0000n, b: 0b0000_1000n, outcome: 0n, wants: { v: true, u: true } },
};

async function registered(): Promise<{ world: ResearchWorld; set: TestDataset }> {
  const world = await deployResearch();
  return { world, set: await TestDataset.register(world, await openPages(world, 4, 16)) };
}

const gasOf = async (sending: Promise<ContractTransactionResponse>): Promise<number> =>
  Number((await (await sending).wait())!.gasUsed);

/** Of a dataset of 1,024 records, one after the other on one chain. */
export async function researchCosts() {
  const { world, set } = await load(registered);
  const { market, token, researcher, custodian, stranger, patient } = world;
  const program = HALVES;
  await token.mint(researcher.address, 10n * FEE);
  await token.connect(researcher).approve(market, 10n * FEE);
  const deadline = (await time.latest()) + 86_400;
  const ask = () =>
    market
      .connect(researcher)
      .ask(queryOf(researcher, program), [{ dataset: set.dataset, fee: FEE }], deadline);
  const answer = async (query: bigint) => {
    const made = set.answerTo(query, program);
    const gas = await gasOf(market.connect(stranger).answer(...set.answering(query, program, made)));
    set.earlier.push(made.classes);
    return gas;
  };
  const asked = await gasOf(ask());
  const accepted = await gasOf(market.connect(custodian).accept(1n, set.dataset));
  const first = await answer(1n);
  // A second answer over the same consents, and a seventh.
  const later: number[] = [];
  for (let query = 2n; query <= 7n; query++) {
    await ask();
    await market.connect(custodian).accept(query, set.dataset);
    later.push(await answer(query));
  }
  const payee = await gasOf(market.setPayee(...set.payment(5, patient.address)));
  const claim = await gasOf(market.claimRoyalty(set.dataset, 5, [set.words]));
  return { asked, accepted, first, second: later[0]!, seventh: later.at(-1)!, payee, claim };
}
