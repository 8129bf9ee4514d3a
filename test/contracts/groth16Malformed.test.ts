// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { concat, dataLength, dataSlice, hexlify, toUtf8Bytes, zeroPadValue } from "ethers";
import type { GlucoseDayVerifier } from "../../types/ethers-contracts/index.js";
import { mangleWords, Q, WORD } from "../support/mangling.ts";
import { hexOf } from "./support/batch.ts";
import { type Blocks, deployVerifiers } from "./support/batchVerifiers.ts";
import { ethers, load, networkHelpers } from "./support/network.ts";
import {
  batchOf,
  circuitKey,
  deployKey,
  halfOnTwist,
  pointBeyondScalars,
  proofOfBlock,
  trueBlocks,
  twistPointOutsideGroup,
  twistPointWithout,
  twistPointWithoutY,
  withWord,
} from "./support/proofs.ts";

const LONG = process.env.LONG === "1";

describe("Groth16Batch: malformed batches and keys", () => {
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
      const halves = ["c0", "c1"] as const;
      const lies = [twistPointWithout, twistPointWithoutY].flatMap((without) =>
        halves.map((half) => ({ point: without(half), half })),
      );
      for (const { point, half } of lies) {
        const lie = point.reduce((batch, word, i) => withWord(batch, 1, 2 + i, word), blocks as Blocks);
        // With the 0 it is a point, if not one of the group.
        expect(await verifier.verify(addressOf(2), batchOf(lie)), half).to.equal(false);
        const alias = withWord(lie, 1, 2 + point.indexOf(0n), Q);
        await expect(verifier.verify(addressOf(2), batchOf(alias)), half)
          .to.be.revertedWithCustomError(verifier, "Groth16Batch_PointNotOnCurve")
          .withArgs(1, "0x42");
      }
    });

    it("T18: B with half of its curve's equation is named", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const blocks = trueBlocks(key(2), 2);
      for (const half of ["c0", "c1"] as const) {
        const lie = halfOnTwist(half).reduce(
          (batch, word, i) => withWord(batch, 1, 2 + i, word),
          blocks as Blocks,
        );
        await expect(verifier.verify(addressOf(2), batchOf(lie)), half)
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

    it("T18: the word after the last input is not taken for an input", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      for (const inputs of [1, 2, 3]) {
        const point = pointBeyondScalars();
        const lie = point.reduce(
          (batch, word, i) => withWord(batch, 1, i, word),
          trueBlocks(key(inputs), 2) as Blocks,
        );
        expect(await verifier.verify(addressOf(inputs), batchOf(lie)), `${inputs} inputs`).to.equal(false);
      }
    });

    it("T18: what follows a batch in the calldata counts for nothing", async () => {
      const { verifier, key, addressOf } = await load(deployVerifiers);
      const provider = ethers.provider;
      for (const inputs of [1, 2, 3]) {
        for (const proofs of [1, 2, 3]) {
          const batch = batchOf(trueBlocks(key(inputs), proofs));
          const call = verifier.interface.encodeFunctionData("verify", [addressOf(inputs), batch]);
          // The number 1 in every word: in the field, and not 0.
          const data = concat([call, ...Array(20).fill(zeroPadValue("0x01", 32))]);
          const answer = await provider.call({ to: await verifier.getAddress(), data });
          expect(BigInt(answer), `${proofs} proofs of ${inputs} inputs`).to.equal(1n);
        }
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
});
