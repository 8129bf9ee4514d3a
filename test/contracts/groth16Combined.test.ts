// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from "@noble/curves/bn254.js";
import { expect } from "chai";
import { dataLength, dataSlice, encodeBytes32String, keccak256, ZeroHash } from "ethers";
import { hexOf } from "./support/batch.ts";
import { type Blocks, deployVerifiers } from "./support/batchVerifiers.ts";
import { coder, load } from "./support/network.ts";
import { batchOf, flipped, rerandomised, trueBlocks, withErrorInC, withWord } from "./support/proofs.ts";
import { R } from "./support/values.ts";

const LONG = process.env.LONG === "1";

/** What randomisers are drawn from, as docs/protocol.md says. */
function seedOf(key: string, batchHash: string): string {
  const tag = encodeBytes32String("vitalproof/groth16-batch/1");
  return keccak256(coder.encode(["bytes32", "bytes32", "bytes32"], [tag, keccak256(key), batchHash]));
}

function randomisersFrom(seed: string, proofs: number): bigint[] {
  return Array.from({ length: proofs }, (_, i) => {
    const hash = keccak256(coder.encode(["bytes32", "uint256"], [seed, i >> 1]));
    return BigInt(dataSlice(hash, i % 2 === 0 ? 0 : 16, i % 2 === 0 ? 16 : 32));
  });
}

describe("Groth16Batch: combinations of proofs", () => {
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

    it("T13: pass with randomisers that could be known beforehand, and are refused with ours", async () => {
      const { harness, key, accepts, blocks } = await load(withCancelling);
      const { bytes } = key(4);
      const [first, second] = blocks as [bigint[], bigint[]];
      const error = bn254.G1.Point.BASE.multiply(99n);
      const honest = batchOf(blocks);
      for (const [what, seed] of [
        ["of the batch without its errors", seedOf(bytes, keccak256(honest))],
        ["of as many zeros", seedOf(bytes, keccak256(new Uint8Array(dataLength(honest))))],
        ["of nothing", seedOf(bytes, keccak256("0x"))],
        ["of the key alone", seedOf(bytes, ZeroHash)],
        ["of no seed", ZeroHash],
      ] as const) {
        const [r, s] = randomisersFrom(seed, 2) as [bigint, bigint];
        const lie = [
          withErrorInC(first, error.multiply(s)),
          withErrorInC(second, error.multiply(r).negate()),
        ];
        expect(await harness.check(bytes, batchOf(lie), [r, s]), what).to.equal(true);
        expect(await accepts(4, lie), what).to.equal(false);
      }
    });

    it("T13: pass where two randomisers are equal, and are refused with ours wherever the two are", async () => {
      const { harness, key, accepts } = await load(withCancelling);
      const { bytes } = key(4);
      const blocks = trueBlocks(key(4), 6);
      const error = bn254.G1.Point.BASE.multiply(12_345n);
      for (const [j, second] of blocks.entries()) {
        for (const [i, first] of blocks.slice(0, j).entries()) {
          const lie = blocks
            .with(i, withErrorInC(first, error))
            .with(j, withErrorInC(second, error.negate()));
          const equal = blocks.map((_, k) => (k === j ? 2n + BigInt(i) : 2n + BigInt(k)));
          expect(await harness.check(bytes, batchOf(lie), equal), `${i} and ${j}`).to.equal(true);
          expect(await accepts(4, lie), `${i} and ${j}`).to.equal(false);
        }
      }
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
          const expected = randomisersFrom(seedOf(key(inputs).bytes, keccak256(batch)), proofs);
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
});
