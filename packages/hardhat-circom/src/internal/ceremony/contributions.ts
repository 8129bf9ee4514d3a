// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { assertSubgroup, G1, G2, hashedG1, pairingProductIsOne, readG1, readG2, sameRatio } from "./curve.ts";
import { pointForTranscript } from "./publicRandomness.ts";
import { randomFactors } from "./verifier/sums.ts";
import { type Contribution, publicKeyBytes, type Zkey } from "./zkey.ts";

/**
 * Whether the list of contributions holds together: each transcript covers all before it, each contributor proved to
 * know a factor, each delta is the one before times that factor, and the key's delta is the last one, in G1 and in G2.
 * Says nothing about whether a factor is secret.
 *
 * @param trusted how many of the first contributions are known to be right: they are the verified key before
 */
export function brokenContributions(key: Zkey, trusted = 0): string[] {
  const before: Contribution[] = key.contributions.slice(0, trusted);
  let delta = trusted === 0 ? G1.BASE : readG1(before.at(-1)!.deltaAfter);
  for (const contribution of key.contributions.slice(trusted)) {
    const number = before.length + 1;
    try {
      const { s, sx, spx, deltaAfter } = contribution;
      const expected = transcriptHash(key.circuitHash, before, s, sx);
      if (!expected.equals(contribution.transcript)) {
        return [`the transcript of contribution ${number} does not cover the contributions before it`];
      }
      const sp = pointForTranscript(contribution.transcript);
      const proof = assertSubgroup(readG2(spx));
      const after = readG1(deltaAfter);
      const claims = [
        {
          from: readG1(s),
          to: readG1(sx),
          wrong: `contribution ${number} does not prove that its factor was known`,
        },
        {
          from: delta,
          to: after,
          wrong: `the delta of contribution ${number} is not the one before times its factor`,
        },
      ];
      // Both at once, and one by one only to name the wrong one: pairings take most of the time.
      const random = randomFactors(1)[0]!;
      const together = (which: "from" | "to") =>
        claims[0]![which].add(claims[1]![which].multiplyUnsafe(random));
      const none = claims.some(({ from, to }) => from.is0() || to.is0());
      if (none || !sameRatio(together("from"), together("to"), sp, proof)) {
        const wrong = claims.find(({ from, to }) => !sameRatio(from, to, sp, proof)) ?? claims[0]!;
        return [wrong.wrong];
      }
      delta = after;
      before.push(contribution);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [`contribution ${number} has ${error.message}`];
    }
  }
  try {
    const delta1 = readG1(key.delta1);
    const delta2 = assertSubgroup(readG2(key.delta2));
    if (!delta1.equals(delta)) return ["its delta in G1 is not the last contribution's"];
    const same = pairingProductIsOne([
      [delta1, G2.BASE],
      [G1.BASE.negate(), delta2],
    ]);
    return same && !delta1.is0() ? [] : ["its delta in G2 is not its delta in G1"];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [`its delta has ${error.message}`];
  }
}

/** BLAKE2b-512 over the circuit, all contributions before, and the new factor's image. */
export function transcriptHash(
  circuitHash: Uint8Array,
  before: readonly Contribution[],
  s: Uint8Array,
  sx: Uint8Array,
): Buffer {
  const hash = createHash("blake2b512").update(circuitHash);
  for (const contribution of before) hash.update(publicKeyBytes(contribution));
  return hash.update(hashedG1(s)).update(hashedG1(sx)).digest();
}
