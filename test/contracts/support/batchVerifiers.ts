// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type {
  BatchHarness,
  PerProofRandomisers,
  TrapdoorVerifier,
} from "../../../types/ethers-contracts/index.js";
import { deployBatchVerifier } from "./circuits.ts";
import { ethers } from "./network.ts";
import { anyKey, batchOf, deployKey } from "./proofs.ts";

export type Blocks = readonly (readonly bigint[])[];

/** Both ways of asking, the harness, and a key contract for each number of inputs. */
export async function deployVerifiers() {
  const verifier = await deployBatchVerifier();
  const harness = (await ethers.deployContract("BatchHarness")) as unknown as BatchHarness;
  const faulty = (await ethers.deployContract("PerProofRandomisers")) as unknown as PerProofRandomisers;
  const trapdoor = (await ethers.deployContract("TrapdoorVerifier")) as unknown as TrapdoorVerifier;
  const keys = [1, 2, 3, 4, 5].map(anyKey);
  const addresses = await Promise.all(keys.map(({ bytes }) => deployKey(bytes)));
  const key = (inputs: number) => keys[inputs - 1]!;
  const addressOf = (inputs: number) => addresses[inputs - 1]!;

  /** By a key contract and by a key in calldata; the answers have to agree. */
  async function accepts(inputs: number, blocks: Blocks): Promise<boolean> {
    const batch = batchOf(blocks);
    const answers = await Promise.all([
      verifier.verify(addressOf(inputs), batch),
      verifier.verifyUnder(key(inputs).bytes, batch),
    ]);
    expect(answers[0]).to.equal(answers[1]);
    return answers[0];
  }

  /** As anybody does who takes an error for a refusal. */
  const acceptsOrReverts = (inputs: number, batch: string) =>
    verifier.verify(addressOf(inputs), batch, { gasLimit: 1_000_000n }).catch(() => false);

  return { verifier, harness, faulty, trapdoor, key, addressOf, accepts, acceptsOrReverts };
}
