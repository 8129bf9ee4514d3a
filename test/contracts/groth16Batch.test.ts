// SPDX-License-Identifier: GPL-3.0-or-later
//
// Batches of proofs by a prover that is not to be trusted: Groth16BatchVerifier as it is deployed, and the parts of
// the library Groth16Batch in a harness.
import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { concat, dataLength, dataSlice, encodeBytes32String, hexlify, keccak256, toUtf8Bytes } from "ethers";
import hre from "hardhat";
import type {
  BatchHarness,
  GlucoseDayVerifier,
  PerProofRandomisers,
  TrapdoorVerifier,
} from "../../types/ethers-contracts/index.js";
import { calldataGas, intrinsicGas } from "../support/gas.ts";
import { mangleWords, Q, WORD } from "../support/mangling.ts";
import { UNIT_INPUT_POINTS, UNIT_TRAPDOOR } from "../support/simulatedProof.ts";
import { hexOf } from "./support/batch.ts";
import { deployBatchVerifier } from "./support/circuits.ts";
import { coder, ethers, load, networkHelpers } from "./support/network.ts";
import {
  anyKey,
  batchOf,
  circuitKey,
  deployKey,
  flipped,
  PROOF_WORDS,
  proofOfBlock,
  rerandomised,
  testKey,
  trueBlock,
  trueBlocks,
  twistPointOutsideGroup,
  twistPointWithout,
  withErrorInC,
  withWord,
} from "./support/proofs.ts";
import { R } from "./support/values.ts";

const LONG = process.env.LONG === "1";
/** What a proof of a batch costs at least: a pair, two multiplications, an addition (EIP-1108). */
const MARGINAL_FLOOR = 34_000n + 2n * 6_000n + 150n;
/** What a proof with four inputs costs alone: four pairs, and a multiplication and an addition for each input. */
const SINGLE_FLOOR = 45_000n + 4n * 34_000n + 4n * (6_000n + 150n);

type Blocks = readonly (readonly bigint[])[];

/** Both ways of asking, the harness, and a key contract for each number of inputs. */
async function deployVerifiers() {
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

  describe("T18: malformed batches", () => {
    const points = [
      { name: "A", from: 0, length: 2 },
      { name: "B", from: 2, length: 4 },
      { name: "C", from: 6, length: 2 },
    ];
    for (const { name, from, length } of points) {
      it(`T18: ${name} off its curve, with a coordinate of q or more, or at infinity, is named`, async () => {
        const { verifier, key, addressOf } = await load(deployVerifiers);
        const blocks = trueBlocks(key(3), 3);
        for (let proof = 0; proof < 3; proof++) {
          const isOfPoint = (word: number) => word >= from && word < from + length;
          const lies = [
            blocks.map((words, i) => words.map((word, j) => (i === proof && isOfPoint(j) ? 0n : word))),
          ];
          for (let word = from; word < from + length; word++) {
            const value = blocks[proof]![word]!;
            for (const other of [value + 1n, value + Q, Q, WORD - 1n]) {
              lies.push(withWord(blocks, proof, word, other));
            }
          }
          for (const batch of lies) {
            await expect(verifier.verify(addressOf(3), batchOf(batch)))
              .to.be.revertedWithCustomError(verifier, "Groth16Batch_PointNotOnCurve")
              .withArgs(proof, hexlify(toUtf8Bytes(name)));
          }
        }
      });
    }

    it("T18: of several points the first proof's first is named", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const blocks = trueBlocks(key(2), 3);
      const lie = [6, 2, 0].reduce((batch, word) => withWord(batch, 1, word, 7n), withWord(blocks, 2, 0, 7n));
      await expect(verifier.verify(addressOf(2), batchOf(lie)))
        .to.be.revertedWithCustomError(verifier, "Groth16Batch_PointNotOnCurve")
        .withArgs(1, "0x41");
    });

    it("T18: q is no other way to write the coordinate 0", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const blocks = trueBlocks(key(2), 2);
      for (const half of ["c0", "c1"] as const) {
        const point = twistPointWithout(half);
        const lie = point.reduce((batch, word, i) => withWord(batch, 1, 2 + i, word), blocks as Blocks);
        // With the 0 it is a point, if not one of the group.
        expect(await verifier.verify(addressOf(2), batchOf(lie)), half).to.equal(false);
        const alias = withWord(lie, 1, 2 + point.indexOf(0n), Q);
        await expect(verifier.verify(addressOf(2), batchOf(alias)), half)
          .to.be.revertedWithCustomError(verifier, "Groth16Batch_PointNotOnCurve")
          .withArgs(1, "0x42");
      }
    });

    it("T18: a point of B on the curve and outside the group is refused at every position", async () => {
      const { key, accepts } = await load(deployVerifiers);
      const blocks = trueBlocks(key(2), 3);
      const outside = twistPointOutsideGroup();
      for (let proof = 0; proof < 3; proof++) {
        const lie = blocks.map((words, i) =>
          i === proof ? [...words.slice(0, 2), ...outside, ...words.slice(6)] : words,
        );
        expect(await accepts(2, lie), `proof ${proof}`).to.equal(false);
      }
    });

    it("T18: an empty, ragged or oversized batch is refused with its length", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      for (const inputs of [1, 4]) {
        const bytes = 256 + 32 * inputs;
        const batch = batchOf(trueBlocks(key(inputs), 2));
        await expect(verifier.verify(addressOf(inputs), "0x")).to.be.revertedWithCustomError(
          verifier,
          "Groth16Batch_Empty",
        );
        for (const length of [1, 32, bytes - 32, bytes - 1, bytes + 1, bytes + 32, 2 * bytes - 1]) {
          await expect(verifier.verify(addressOf(inputs), dataSlice(batch, 0, length)))
            .to.be.revertedWithCustomError(verifier, "Groth16Batch_InvalidLength")
            .withArgs(length, bytes);
        }
        await expect(verifier.verify(addressOf(inputs), concat([batch, "0x00"])))
          .to.be.revertedWithCustomError(verifier, "Groth16Batch_InvalidLength")
          .withArgs(2 * bytes + 1, bytes);
      }
      const block = trueBlocks(key(1), 1)[0]!;
      await expect(verifier.verify(addressOf(1), batchOf(Array(257).fill(block))))
        .to.be.revertedWithCustomError(verifier, "Groth16Batch_TooManyProofs")
        .withArgs(257, 256);
    });

    it("T14: 256 proofs are not too many, and a false one among them is one too many", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const two = trueBlocks(key(1), 2);
      const blocks = Array.from({ length: 256 }, (_, i) => two[i % 2]!);
      const asked = { gasLimit: 16_000_000n };
      expect(await verifier.verify(addressOf(1), batchOf(blocks), asked)).to.equal(true);
      const lie = batchOf(withWord(blocks, 255, 8, 1n));
      expect(await verifier.verify(addressOf(1), lie, asked)).to.equal(false);
    });

    it("T18: a key of another length is none, in calldata and as a contract", async () => {
      const { verifier, key } = await load(deployVerifiers);
      const batch = batchOf(trueBlocks(key(4), 1));
      const factory = await ethers.getContractFactory("VerificationKey");
      const { bytes } = key(4);
      // Too few points for one input; no whole number of points.
      for (const length of [0, 31, 448, 512, 575, 577, 767]) {
        const wrong = dataSlice(bytes, 0, length);
        await expect(verifier.verifyUnder(wrong, batch))
          .to.be.revertedWithCustomError(verifier, "Groth16Batch_InvalidKey")
          .withArgs(length);
        await expect(factory.deploy(wrong))
          .to.be.revertedWithCustomError(factory, "Groth16Batch_InvalidKey")
          .withArgs(length);
      }
      // A key for three inputs: the batch is ragged then.
      await expect(verifier.verifyUnder(key(3).bytes, batch))
        .to.be.revertedWithCustomError(verifier, "Groth16Batch_InvalidLength")
        .withArgs(256 + 4 * 32, 256 + 3 * 32);
    });

    it("T18: an address without a key is none", async () => {
      const { verifier, trapdoor, key } = await load(deployVerifiers);
      const batch = batchOf(trueBlocks(key(4), 1));
      const [nobody] = await ethers.getSigners();
      for (const account of [nobody!.address, "0x0000000000000000000000000000000000000008"]) {
        await expect(verifier.verify(account, batch))
          .to.be.revertedWithCustomError(verifier, "VerificationKeys_NotAKey")
          .withArgs(account);
      }
      const code = await ethers.provider.getCode(trapdoor);
      await expect(verifier.verify(trapdoor, batch))
        .to.be.revertedWithCustomError(verifier, "Groth16Batch_InvalidKey")
        .withArgs(dataLength(code) - 1);
      for (const bytes of [1, 2]) {
        await networkHelpers.setCode(nobody!.address, `0x${"00".repeat(bytes)}`);
        const refused = expect(verifier.verify(nobody!.address, batch)).to.be;
        if (bytes === 1) await refused.revertedWithCustomError(verifier, "VerificationKeys_NotAKey");
        else await refused.revertedWithCustomError(verifier, "Groth16Batch_InvalidKey").withArgs(1);
      }
    });

    it("T18: a key whose points are none proves nothing", async () => {
      const { verifier, key } = await load(deployVerifiers);
      const { bytes } = key(2);
      const batch = batchOf(trueBlocks(key(2), 2));
      const words = Array.from({ length: dataLength(bytes) / 32 }, (_, i) =>
        BigInt(dataSlice(bytes, 32 * i, 32 * i + 32)),
      );
      for (let i = 0; i < words.length; i++) {
        const wrong = hexOf(words.with(i, words[i]! + 1n));
        const said = verifier.verifyUnder(wrong, batch, { gasLimit: 16_000_000n });
        // A point of the second group is refused by the pairing. One of the first is refused as soon as it is
        // multiplied, and those of the inputs once more when they are added, for which the gas does not suffice.
        if (i >= 2 && i < 14) expect(await said, `word ${i}`).to.equal(false);
        else if (i >= 14) await expect(said, `word ${i}`).to.be.revert(ethers);
        else await expect(said).to.be.revertedWithCustomError(verifier, "Groth16Batch_PrecompileFailed");
      }
    });

    it("T18: a VerificationKey is STOP and the key, and nothing can be called there", async () => {
      const { key, addressOf } = await load(deployVerifiers);
      expect(await ethers.provider.getCode(addressOf(3))).to.equal(concat(["0x00", key(3).bytes]));
      expect(await ethers.provider.call({ to: addressOf(3), data: "0x12345678" })).to.equal("0x");
    });

    const mangled = LONG ? 20_000 : 2_000;
    it(`T13, T18: none of ${mangled} mangled batches of three is accepted`, async () => {
      const { key, acceptsOrReverts } = await load(deployVerifiers);
      const results = [];
      for (const inputs of [3, 4]) {
        const valid = trueBlocks(key(inputs), 3).flat();
        expect(await acceptsOrReverts(inputs, hexOf(valid))).to.equal(true);
        results.push(
          await mangleWords(valid, mangled / 2, (words) => acceptsOrReverts(inputs, hexOf(words))),
        );
      }
      expect(results).to.deep.equal(Array(2).fill({ sent: mangled / 2, accepted: 0 }));
    });
  });

  describe("errors that cancel out", () => {
    async function withCancelling() {
      const world = await deployVerifiers();
      const blocks = trueBlocks(world.key(4), 2);
      const [first, second] = blocks as [bigint[], bigint[]];
      const error = bn254.G1.Point.BASE.multiply(12_345n);
      const shifted = (input: number, d: bigint) =>
        withWord(
          withWord(blocks, 0, 8 + input, (first[8 + input]! + d) % R),
          1,
          8 + input,
          (second[8 + input]! + R - d) % R,
        );
      const lies: [string, Blocks][] = [
        ["C + P and C - P", [withErrorInC(first, error), withErrorInC(second, error.negate())]],
        ["C exchanged", [6, 7].reduce((lie, i) => exchanged(lie, i), blocks as Blocks)],
        ["all inputs exchanged", [8, 9, 10, 11].reduce((lie, i) => exchanged(lie, i), blocks as Blocks)],
        ...[0, 1, 2, 3].map((i): [string, Blocks] => [
          `input ${i}: x + d and x - d`,
          shifted(i, 1n + R / 3n),
        ]),
        ...[0, 1, 2, 3].map((i): [string, Blocks] => [`input ${i}: x + 1 and x - 1`, shifted(i, 1n)]),
      ];
      return { ...world, blocks, lies };
    }

    function exchanged([first, second]: Blocks, word: number): Blocks {
      return [first!.with(word, second![word]!), second!.with(word, first![word]!)];
    }

    it("T13: pass with randomisers 1 and 1, and are refused with ours", async () => {
      const { harness, key, accepts, lies } = await load(withCancelling);
      for (const [what, lie] of lies) {
        expect(await harness.check(key(4).bytes, batchOf(lie), [1n, 1n]), what).to.equal(true);
        expect(await accepts(4, lie), what).to.equal(false);
        for (const one of lie) expect(await accepts(4, [one]), `${what}, alone`).to.equal(false);
      }
    });

    it("T13: pass with randomisers in any known proportion, and are refused with ours", async () => {
      const { harness, key, accepts, blocks } = await load(withCancelling);
      const [first, second] = blocks as [bigint[], bigint[]];
      const error = bn254.G1.Point.BASE.multiply(99n);
      const lie = [
        withErrorInC(first, error.multiply(5n)),
        withErrorInC(second, error.multiply(3n).negate()),
      ];
      expect(await harness.check(key(4).bytes, batchOf(lie), [3n, 5n])).to.equal(true);
      expect(await harness.check(key(4).bytes, batchOf(lie), [5n, 3n])).to.equal(false);
      expect(await accepts(4, lie)).to.equal(false);
    });

    it("T18: a randomiser 0 would not look at its proof at all", async () => {
      const { harness, key, blocks } = await load(withCancelling);
      const lie = batchOf(withWord(blocks, 1, 8, 1n));
      expect(await harness.check(key(4).bytes, lie, [7n, 0n])).to.equal(true);
      expect(await harness.check(key(4).bytes, lie, [7n, 1n])).to.equal(false);
    });
  });

  describe("randomisers", () => {
    it("are 128 bits of a hash over the key and the whole batch, as documented", async () => {
      const { harness, key } = await load(deployVerifiers);
      for (const inputs of [1, 4]) {
        for (const proofs of [1, 2, 3, 8]) {
          const batch = batchOf(trueBlocks(key(inputs), proofs));
          const seed = keccak256(
            coder.encode(
              ["bytes32", "bytes32", "bytes32"],
              [
                encodeBytes32String("vitalproof/groth16-batch/1"),
                keccak256(key(inputs).bytes),
                keccak256(batch),
              ],
            ),
          );
          const expected = Array.from({ length: proofs }, (_, i) => {
            const hash = keccak256(coder.encode(["bytes32", "uint256"], [seed, i >> 1]));
            return BigInt(dataSlice(hash, i % 2 === 0 ? 0 : 16, i % 2 === 0 ? 16 : 32));
          });
          expect(await harness.randomisers(key(inputs).bytes, batch)).to.deep.equal(expected);
          expect(await harness.randomisers(key(inputs).bytes, batch)).to.deep.equal(expected);
        }
      }
    });

    it("are all drawn anew when any one bit of a proof, an input or the key changes, or the order", async () => {
      const { harness, key } = await load(deployVerifiers);
      const { bytes } = key(2);
      const blocks = trueBlocks(key(2), 3);
      const batch = batchOf(blocks);
      const seen = new Set<bigint>();
      let drawn = 0;
      const draw = async (key_: string, batch_: string) => {
        for (const r of await harness.randomisers(key_, batch_)) {
          expect(r < 2n ** 128n).to.equal(true);
          seen.add(r);
          drawn++;
        }
      };
      await draw(bytes, batch);
      // Of each byte one bit, of a long run all.
      for (let bit = 0; bit < 8 * dataLength(batch); bit += LONG ? 1 : 9)
        await draw(bytes, flipped(batch, bit));
      for (let bit = 0; bit < 8 * dataLength(bytes); bit += LONG ? 1 : 9)
        await draw(flipped(bytes, bit), batch);
      for (const order of [
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ]) {
        await draw(bytes, batchOf(order.map((i) => blocks[i]!)));
      }
      await draw(bytes, batchOf(blocks.slice(0, 2)));
      expect(seen.size).to.equal(drawn);
    });

    it("of one proof alone are unsound: a birthday search makes two false claims pass, without a trapdoor", async () => {
      const { faulty, verifier, key } = await load(deployVerifiers);
      const { bytes, ...secrets } = key(4);
      const [first, second] = trueBlocks({ bytes, ...secrets }, 2) as [bigint[], bigint[]];
      // From here on the attacker has the key and two valid proofs, which anybody can read on chain.
      const bits = await faulty.BITS();
      const input = 8;
      const d = 1_000n;
      const lies = [
        first.with(input, (first[input]! + d) % R),
        second.with(input, (second[input]! + R - d) % R),
      ] as const;
      const randomiserOf = (words: readonly bigint[]) =>
        BigInt(keccak256(hexOf(words))) & ((1n << bits) - 1n);
      // Twice as many copies of each as the birthday bound asks for; one meets another at 98 %.
      const copies = 2 * 2 ** (Number(bits) / 2);
      const drawn = new Map(
        rerandomised(bytes, lies[0], copies).map((words) => [randomiserOf(words), words]),
      );
      const pair = rerandomised(bytes, lies[1], copies)
        .map((words) => [drawn.get(randomiserOf(words)), words] as const)
        .find(([met]) => met !== undefined);
      const batch = batchOf([pair![0]!, pair![1]]);

      expect(await faulty.verify(bytes, batch)).to.equal(true);
      expect(await faulty.verifyWhole(bytes, batch)).to.equal(false);
      expect(await verifier.verifyUnder(bytes, batch)).to.equal(false);
      // It is not the copies that are refused, but what is said with them.
      const honest = [rerandomised(bytes, first, 1)[0]!, rerandomised(bytes, second, 1)[0]!];
      expect(await verifier.verifyUnder(bytes, batchOf(honest))).to.equal(true);
      expect(await faulty.verify(bytes, batchOf(rerandomised(bytes, lies[0], 2)))).to.equal(false);
    });
  });

  describe("keys of circuits", () => {
    for (const [name, contract] of [
      ["glucose-day", "GlucoseDayVerifier"],
      ["heart-rate-day", "HeartRateDayVerifier"],
      ["fall-window", "FallWindowVerifier"],
    ] as const) {
      it(`T14, T13: ${name}: the exported verifier and the batch agree`, async () => {
        const { verifier } = await load(deployVerifiers);
        const key = circuitKey(name);
        const address = await deployKey(key.bytes);
        const exported = (await ethers.deployContract(contract)) as unknown as GlucoseDayVerifier;
        const blocks = trueBlocks(key, 3);
        const single = (words: readonly bigint[]) => {
          const { a, b, c } = proofOfBlock(words);
          return exported.verifyProof(a, b, c, words.slice(8) as [bigint, bigint, bigint, bigint]);
        };
        for (const words of blocks) expect(await single(words)).to.equal(true);
        expect(await verifier.verify(address, batchOf(blocks))).to.equal(true);
        for (let proof = 0; proof < 3; proof++) {
          const lie = withWord(blocks, proof, 8 + proof, 12n);
          expect(await single(lie[proof]!)).to.equal(false);
          expect(await verifier.verify(address, batchOf(lie))).to.equal(false);
        }
      });
    }
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
