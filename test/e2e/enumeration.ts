// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an attacker who has the whole chain can try to find readings: guess one, hash it in every way at hand, and look
// whether the result was published.
import { anchorTree, codeOf, FIELD, headOf, leafOf, type Profile } from "@vitalproof/sdk";
import { AbiCoder, type JsonRpcApiProvider, keccak256, sha256, toBeHex, toUtf8Bytes } from "ethers";
import { poseidon1, poseidon2 } from "poseidon-lite";

/** Every word of every call and event, whatever it means; constructors' code is left out. */
export async function publicWords(
  provider: Pick<JsonRpcApiProvider, "getBlockNumber" | "getBlock" | "getTransactionReceipt">,
) {
  const words = new Set<bigint>();
  const add = (hex: string) => {
    for (const word of hex.match(/.{64}/g) ?? []) words.add(BigInt(`0x${word}`));
  };
  const latest = await provider.getBlockNumber();
  for (let number = 0; number <= latest; number++) {
    const block = (await provider.getBlock(number, true))!;
    for (const { hash, to, data } of block.prefetchedTransactions) {
      const { logs } = (await provider.getTransactionReceipt(hash))!;
      if (to !== null) add(data.slice(10));
      for (const log of logs) {
        add(log.data.slice(2));
        for (const topic of log.topics) add(topic.slice(2));
      }
    }
  }
  return words;
}

/** What the attacker is given beyond the chain: everything that goes into a leaf but readings and salt. */
export interface KnownEpoch {
  readonly previous: bigint;
  readonly context: bigint;
  readonly subject: bigint;
}

/** Heads, leaves and roots of days that an attacker can think of: one value all day, or `n` readings of one and the rest of another. */
export function* guessedEpochs(
  profile: Profile,
  { previous, context, subject }: KnownEpoch,
  salts: readonly bigint[],
  values: readonly [number, number],
): Generator<bigint> {
  const [one, other] = values.map((value) => codeOf(profile, value));
  const days: number[][] = [];
  for (let code = 0; code <= profile.codes; code++) days.push(new Array<number>(profile.slots).fill(code));
  for (let count = 0; count <= profile.slots; count++)
    days.push(Array.from({ length: profile.slots }, (_, slot) => (slot < count ? one! : other!)));
  for (const codes of days) {
    for (const salt of salts) {
      const head = headOf(profile, { previous, context, salt, codes });
      const leaf = leafOf(subject, context, head);
      yield* [head, leaf, anchorTree([leaf]).root];
    }
  }
}

/** Hashes of every code of a profile: alone, as text, and with each public word as a salt. */
export function* guessedHashes(profile: Profile, published: ReadonlySet<bigint>): Generator<bigint> {
  const salts = [...published].filter((word) => word > 2n ** 64n && word < FIELD);
  const coder = AbiCoder.defaultAbiCoder();
  for (let code = 0; code <= profile.codes; code++) {
    const value = BigInt(code);
    yield poseidon1([value]);
    yield BigInt(keccak256(toBeHex(value, 32)));
    yield BigInt(sha256(toBeHex(value, 32)));
    yield BigInt(keccak256(toUtf8Bytes(String(code))));
    for (const salt of salts) {
      yield poseidon2([value, salt]);
      yield BigInt(keccak256(coder.encode(["uint256", "uint256"], [value, salt])));
    }
  }
}

/** Guesses that were published. */
export function hitsOf(
  guesses: Iterable<bigint>,
  published: ReadonlySet<bigint>,
): { hits: bigint[]; tried: number } {
  const hits: bigint[] = [];
  let tried = 0;
  for (const guess of guesses) {
    tried++;
    if (published.has(guess)) hits.push(guess);
  }
  return { hits, tried };
}
