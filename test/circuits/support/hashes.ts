// SPDX-License-Identifier: GPL-3.0-or-later
//
// The hashes of docs/protocol.md, without the SDK.
import { mod } from "@vitalproof/hardhat-circom/attack";
import { LeanIMT } from "@zk-kit/lean-imt";
import * as poseidonLite from "poseidon-lite";
import { protocol, type Shape, tag } from "./shapes.ts";
import type { TermsHeader } from "./terms.ts";

const hashes = poseidonLite as unknown as Record<string, (inputs: readonly bigint[]) => bigint>;

/** circomlib's Poseidon with as many inputs as are given. */
export function poseidon(inputs: readonly bigint[]): bigint {
  return hashes[`poseidon${inputs.length}`]!(inputs);
}

export function contextOf(terms: TermsHeader): bigint {
  return terms.profile + (terms.offset << 16n) + (terms.epoch << 24n);
}

/** The inner hash of an epoch; words by plain field arithmetic, so codes may be anything. */
export function innerOf(shape: Shape, context: bigint, salt: bigint, codes: readonly bigint[]): bigint {
  const perWord = Math.floor(protocol.wordBits / shape.base);
  const words: bigint[] = [];
  for (let from = 0; from < codes.length; from += perWord) {
    let word = 0n;
    for (const [i, code] of codes.slice(from, from + perWord).entries())
      word += code << BigInt(shape.base * i);
    words.push(mod(word));
  }
  const hash = (inputs: readonly bigint[]) =>
    poseidon(inputs.length <= 4 ? inputs : [...inputs, ...new Array<bigint>(14 - inputs.length).fill(0n)]);
  let state = hash([tag("inner"), context, salt, ...words.slice(0, 11)]);
  for (let from = 11, j = 1n; from < words.length; from += 12, j++) {
    state = hash([tag("innerBlock") + j, state, ...words.slice(from, from + 12)]);
  }
  return state;
}

export const headAfter = (previous: bigint, inner: bigint) => poseidon([tag("head"), previous, inner]);

/** The head after an epoch. */
export function headOf(
  shape: Shape,
  previous: bigint,
  context: bigint,
  salt: bigint,
  codes: readonly bigint[],
): bigint {
  return headAfter(previous, innerOf(shape, context, salt, codes));
}

export const subjectOf = (secret: bigint) => poseidon([tag("subject"), secret, 0n]);
export const holderOf = (secret: bigint, scope: bigint) => poseidon([tag("holder"), secret, scope]);
export const leafOf = (subject: bigint, context: bigint, head: bigint) =>
  poseidon([tag("leaf"), subject, context, head]);

/** Path of a leaf among others, by the library. */
export function pathOf(leaf: bigint, before: readonly bigint[], after: readonly bigint[]) {
  const tree = new LeanIMT<bigint>((a, b) => poseidon([a, b]), [...before, leaf, ...after]);
  const { root, index, siblings } = tree.generateProof(before.length);
  return { root, index: BigInt(index), depth: BigInt(siblings.length), siblings: padded(siblings) };
}

export function padded(siblings: readonly bigint[]): bigint[] {
  return Array.from({ length: protocol.maxDepth }, (_, i) => siblings[i] ?? 0n);
}
