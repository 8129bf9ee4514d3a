// SPDX-License-Identifier: GPL-3.0-or-later
import type { ProofCalldata } from "@vitalproof/sdk";

/** Order of the BN254 scalar field. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
/** Order of BN254's base field. */
export const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
export const WORD = 1n << 256n;

export type Inputs = [bigint, bigint, bigint, bigint];

/** Anything with an exported verifier's function. */
export interface Verifier {
  verifyProof(
    a: ProofCalldata["a"],
    b: ProofCalldata["b"],
    c: ProofCalldata["c"],
    inputs: Inputs,
    overrides: { gasLimit: bigint },
  ): Promise<boolean>;
}

/** What the verifier says; false also where a failing precompile burns the gas, or a value is no word. */
export async function accepts(verifier: Verifier, p: ProofCalldata, inputs: Inputs): Promise<boolean> {
  try {
    return await verifier.verifyProof(p.a, p.b, p.c, inputs, { gasLimit: 400_000n });
  } catch {
    return false;
  }
}

/**
 * Sends mangled copies of a valid proof and its inputs to a verifier.
 *
 * @returns how many were sent, and how many of them it accepted
 */
export function mangleMany(
  verifier: Verifier,
  proof: ProofCalldata,
  inputs: Inputs,
  count: number,
): Promise<{ sent: number; accepted: number }> {
  const valid = [...proof.a, ...proof.b[0], ...proof.b[1], ...proof.c, ...inputs];
  return mangleWords(valid, count, (words) => {
    const w = (i: number) => words[i]!;
    const mangled: ProofCalldata = {
      a: [w(0), w(1)],
      b: [
        [w(2), w(3)],
        [w(4), w(5)],
      ],
      c: [w(6), w(7)],
    };
    return accepts(verifier, mangled, [w(8), w(9), w(10), w(11)]);
  });
}

/**
 * Changes one or two of some valid words, again and again.
 *
 * @param isAccepted what somebody says to the changed words
 * @returns how many were asked about, and how many of them were accepted
 */
export async function mangleWords(
  valid: readonly bigint[],
  count: number,
  isAccepted: (words: readonly bigint[]) => Promise<boolean>,
): Promise<{ sent: number; accepted: number }> {
  const random = generator(0x5eedn);
  let sent = 0;
  let accepted = 0;
  // Calls are cheap; several at a time keep the node busy.
  const lane = async () => {
    while (sent < count) {
      const words = [...valid];
      for (let changes = random() % 4n === 0n ? 2 : 1; changes > 0; changes--) {
        const at = Number(random() % BigInt(words.length));
        words[at] = mangle(words[at]!, random);
      }
      if (words.every((word, i) => word === valid[i])) continue;
      sent++;
      if (await isAccepted(words)) accepted++;
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return { sent, accepted };
}

/** xorshift64*, so that a failure can be repeated. */
function generator(seed: bigint): () => bigint {
  let state = seed;
  return () => {
    state ^= state >> 12n;
    state = (state ^ (state << 25n)) & (2n ** 64n - 1n);
    state ^= state >> 27n;
    return (state * 0x2545f4914f6cdd1dn) & (2n ** 64n - 1n);
  };
}

function mangle(word: bigint, random: () => bigint): bigint {
  const wide = () => (random() << 192n) | (random() << 128n) | (random() << 64n) | random();
  switch (random() % 8n) {
    case 0n:
      return word ^ (1n << (random() % 256n));
    case 1n:
      return (word + 1n) % WORD;
    case 2n:
      return (word - 1n + WORD) % WORD;
    case 3n:
      return (word + Q) % WORD;
    case 4n:
      return (word + R) % WORD;
    case 5n:
      return 0n;
    case 6n:
      return wide() % Q;
    default:
      return wide();
  }
}
