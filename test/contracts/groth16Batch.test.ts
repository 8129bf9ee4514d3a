// SPDX-License-Identifier: GPL-3.0-or-later
//
// Batches of proofs by a prover that is not to be trusted: Groth16BatchVerifier as it is deployed, and the parts of
// the library Groth16Batch in a harness.
import { expect } from "chai";
import { concat } from "ethers";
import hre from "hardhat";
import type { GlucoseDayVerifier } from "../../types/ethers-contracts/index.js";
import { calldataGas, intrinsicGas } from "../support/gas.ts";
import { Q, WORD } from "../support/mangling.ts";
import { UNIT_INPUT_POINTS, UNIT_TRAPDOOR } from "../support/simulatedProof.ts";
import { hexOf } from "./support/batch.ts";
import { deployVerifiers } from "./support/batchVerifiers.ts";
import { ethers, load } from "./support/network.ts";
import {
  batchOf,
  circuitKey,
  PROOF_WORDS,
  proofOfBlock,
  testKey,
  trueBlock,
  trueBlocks,
  twistPointOutsideGroup,
  withWord,
} from "./support/proofs.ts";
import { R } from "./support/values.ts";

/** What a proof of a batch costs at least: a pair, two multiplications, an addition (EIP-1108). */
const MARGINAL_FLOOR = 34_000n + 2n * 6_000n + 150n;
/** What a proof with four inputs costs alone: four pairs, and a multiplication and an addition for each input. */
const SINGLE_FLOOR = 45_000n + 4n * 34_000n + 4n * (6_000n + 150n);

describe("Groth16Batch", () => {
  describe("T14: true proofs", () => {
    for (const inputs of [1, 2, 3, 4, 5]) {
      it(`T14: accepts 1, 2, 3, 5 and 16 of ${inputs} public input${inputs === 1 ? "" : "s"}`, async () => {
        const { key, accepts } = await load(deployVerifiers);
        const blocks = trueBlocks(key(inputs), 16);
        for (const proofs of [1, 2, 3, 5, 16]) {
          expect(await accepts(inputs, blocks.slice(0, proofs)), `${proofs} proofs`).to.equal(true);
        }
      });
    }

    it("T14: accepts inputs 0 and r - 1, one proof many times, and a malleated one", async () => {
      const { key, accepts } = await load(deployVerifiers);
      for (const inputs of [1, 2, 3]) {
        for (const value of [0n, R - 1n]) {
          const words = trueBlock(key(inputs), Array<bigint>(inputs).fill(value), 3n);
          const negated = words
            .with(1, Q - words[1]!)
            .with(4, Q - words[4]!)
            .with(5, Q - words[5]!);
          expect(await accepts(inputs, [words, words, negated, words]), `${inputs} times ${value}`).to.equal(
            true,
          );
        }
      }
    });

    it("T14: agrees with TrapdoorVerifier, which verifies one by one", async () => {
      const { verifier, trapdoor } = await load(deployVerifiers);
      const key = testKey(UNIT_TRAPDOOR, UNIT_INPUT_POINTS);
      expect(await trapdoor.key()).to.equal(key.bytes);
      const blocks = trueBlocks(key, 4);
      const single = async (words: readonly bigint[]) => {
        const { a, b, c } = proofOfBlock(words);
        const [w, x, y, z] = words.slice(PROOF_WORDS) as [bigint, bigint, bigint, bigint];
        return trapdoor.verifyProof(a, b, c, [w, x, y, z]);
      };
      for (const broken of [-1, 0, 1, 2, 3]) {
        const batch = broken < 0 ? blocks : withWord(blocks, broken, 8 + broken, 5n);
        const one = await Promise.all(batch.map(single));
        expect(one.map((valid, i) => valid || i === broken)).to.deep.equal([true, true, true, true]);
        expect(await verifier.verifyUnder(key.bytes, batchOf(batch)), `broken: ${broken}`).to.equal(
          one.every((valid) => valid),
        );
      }
    });

    it("T14: what lies in calldata behind a batch of an odd number of inputs changes nothing", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      for (const inputs of [1, 3, 5]) {
        const blocks = trueBlocks(key(inputs), 2);
        for (const [batch, answer] of [
          [blocks, true],
          [withWord(blocks, 1, 8, 5n), false],
        ] as const) {
          const data = verifier.interface.encodeFunctionData("verify", [addressOf(inputs), batchOf(batch)]);
          for (const behind of ["0x", hexOf([WORD - 1n]), hexOf([R, R])]) {
            const said = await ethers.provider.call({ to: verifier, data: concat([data, behind]) });
            expect(BigInt(said), behind).to.equal(answer ? 1n : 0n);
          }
        }
      }
    });
  });

  describe("T13: public inputs", () => {
    for (const inputs of [1, 2, 3, 4, 5]) {
      it(`T13: any of ${inputs} of any proof ± 1, or exchanged for another, is refused`, async () => {
        const { key, accepts } = await load(deployVerifiers);
        const blocks = trueBlocks(key(inputs), 3);
        for (let proof = 0; proof < 3; proof++) {
          for (let word = 8; word < 8 + inputs; word++) {
            const value = blocks[proof]![word]!;
            const place = `proof ${proof}, input ${word - 8}`;
            for (const other of [value + 1n, value - 1n, R - value, 0n]) {
              expect(await accepts(inputs, withWord(blocks, proof, word, other)), place).to.equal(false);
            }
            const next = (proof + 1) % 3;
            const between = withWord(withWord(blocks, proof, word, blocks[next]![word]!), next, word, value);
            expect(await accepts(inputs, between), `${place}, with proof ${next}`).to.equal(false);
            if (word === 8) continue;
            const within = withWord(
              withWord(blocks, proof, word, blocks[proof]![word - 1]!),
              proof,
              word - 1,
              value,
            );
            expect(await accepts(inputs, within), `${place}, with the one before`).to.equal(false);
          }
        }
      });

      it(`T13: any of ${inputs} that is r or more is named with its proof and value`, async () => {
        const { verifier, key, addressOf } = await load(deployVerifiers);
        const blocks = trueBlocks(key(inputs), 3);
        for (let proof = 0; proof < 3; proof++) {
          for (let input = 0; input < inputs; input++) {
            const value = blocks[proof]![8 + input]!;
            for (const other of [R, value + R, WORD - 1n]) {
              const batch = batchOf(withWord(blocks, proof, 8 + input, other));
              const asked = [
                () => verifier.verify(addressOf(inputs), batch),
                () => verifier.verifyUnder(key(inputs).bytes, batch),
              ];
              for (const ask of asked) {
                await expect(ask())
                  .to.be.revertedWithCustomError(verifier, "Groth16Batch_InputNotInField")
                  .withArgs(proof, input, other);
              }
            }
          }
        }
      });
    }

    it("T13: of several inputs that are r or more the first is named", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const blocks = trueBlocks(key(3), 3);
      const batch = withWord(withWord(blocks, 2, 8, R + 1n), 1, 10, R + 2n);
      await expect(verifier.verify(addressOf(3), batchOf(batch)))
        .to.be.revertedWithCustomError(verifier, "Groth16Batch_InputNotInField")
        .withArgs(1, 2, R + 2n);
    });

    it("T11, T13: a batch for one key is none for another", async () => {
      const { verifier, key } = await load(deployVerifiers);
      const mine = key(4);
      const batch = batchOf(trueBlocks(mine, 3));
      for (const name of ["alpha", "beta", "gamma", "delta"] as const) {
        const other = testKey({ ...mine.trapdoor, [name]: mine.trapdoor[name] + 1n }, mine.points);
        expect(await verifier.verifyUnder(other.bytes, batch), name).to.equal(false);
      }
      for (let i = 0; i < mine.points.length; i++) {
        const other = testKey(mine.trapdoor, mine.points.with(i, mine.points[i]!.double()));
        expect(await verifier.verifyUnder(other.bytes, batch), `IC_${i}`).to.equal(false);
      }
    });
  });

  describe("gas", () => {
    before(function () {
      if (hre.globalOptions.coverage) {
        console.log("      skipped: instrumented code costs more");
        this.skip();
      }
    });

    /** Sent, not estimated: an estimate holds the 1/64 that each call keeps back (EIP-150). */
    async function executionOf(to: string, data: string): Promise<bigint> {
      const [sender] = await ethers.getSigners();
      const sent = await (await sender!.sendTransaction({ to, data, gasLimit: 10_000_000n })).wait();
      return sent!.gasUsed - intrinsicGas(data);
    }

    it("a proof more costs at most 4 % more than its calldata, pair, multiplications and addition", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const blocks = trueBlocks(key(4), 64);
      const costs = [];
      for (const proofs of [1, 16, 64]) {
        const batch = batchOf(blocks.slice(0, proofs));
        const data = verifier.interface.encodeFunctionData("verify", [addressOf(4), batch]);
        costs.push(await executionOf(await verifier.getAddress(), data));
      }
      const [one, sixteen, all] = costs as [bigint, bigint, bigint];
      const calldata = calldataGas(batchOf(blocks)) / 64n;
      const marginal = (all - sixteen) / 48n + calldata;
      const floor = MARGINAL_FLOOR + calldata;
      console.log(
        `      executes 1: ${one}, 16: ${sixteen}, 64: ${all}; with calldata each more ${marginal} (floor ${floor})`,
      );
      expect(marginal * 100n).to.be.lessThanOrEqual(floor * 104n);
    });

    it("T18: a point of B outside the group burns no more than twice the pairing's price", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const [honest, other] = trueBlocks(key(4), 2) as [bigint[], bigint[]];
      const lie = [...honest.slice(0, 2), ...twistPointOutsideGroup(), ...honest.slice(6)];
      const costs = [];
      for (const batch of [
        [honest, other],
        [lie, other],
      ]) {
        const data = verifier.interface.encodeFunctionData("verify", [addressOf(4), batchOf(batch)]);
        costs.push(await executionOf(await verifier.getAddress(), data));
      }
      const [true_, false_] = costs as [bigint, bigint];
      expect(false_ - true_).to.be.lessThanOrEqual(45_000n + 5n * 34_000n);
    });

    it("a proof alone under an exported verifier costs at most 2 % more than its precompiles", async () => {
      const exported = (await ethers.deployContract("GlucoseDayVerifier")) as unknown as GlucoseDayVerifier;
      const [words] = trueBlocks(circuitKey("glucose-day"), 1);
      const { a, b, c } = proofOfBlock(words!);
      const data = exported.interface.encodeFunctionData("verifyProof", [
        a,
        b,
        c,
        words!.slice(8) as [bigint, bigint, bigint, bigint],
      ]);
      const execution = await executionOf(await exported.getAddress(), data);
      console.log(`      executes ${execution} (floor ${SINGLE_FLOOR})`);
      expect(execution * 100n).to.be.lessThanOrEqual(SINGLE_FLOOR * 102n);
    });
  });
});
