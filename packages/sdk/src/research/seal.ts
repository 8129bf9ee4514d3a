// SPDX-License-Identifier: GPL-3.0-or-later
//
// Answers for one researcher: circuits/research/seal.circom.
import { poseidon4 } from "poseidon-lite/poseidon4";
import { VitalproofError } from "../errors.ts";
import { bytesToBigint, FIELD, randomBytes } from "../field.ts";
import { RESEARCH_TAGS } from "../generated/researchProtocol.ts";
import {
  CURVE_ORDER,
  Curve,
  type CurvePoint,
  coordinatesOf,
  curvePointOf,
  type Point,
  scalarFrom,
} from "../internal/babyJubJub.ts";
import { invalid } from "../invalid.ts";
import { type AnswerSums, unpackSums } from "./evaluate.ts";

const SEED_BYTES = 32;
const EPHEMERAL_BITS = 250n;

/** A sealed answer, as the chain has it. */
export type SealedAnswer = {
  /** The custodian's one-time key. */
  readonly point: Point;
  readonly ciphers: readonly [bigint, bigint];
};

/** A researcher's key: opens the answers that were sealed to it. */
export class ResearchKey {
  readonly #secret: bigint;
  /** What a query carries. */
  readonly publicKey: Point;

  /** @param seed 32 random bytes, secret @throws INVALID_ARGUMENT for another length */
  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES)
      throw invalid("length of a research key's seed", seed.length, `${SEED_BYTES} bytes`);
    this.#secret = scalarFrom(seed, "vitalproof/researcher/scalar/1");
    this.publicKey = coordinatesOf(Curve.BASE.multiply(this.#secret));
  }

  /**
   * The sums of a released answer.
   * @param request of the answer
   * @throws ANSWER_SUPPRESSED; ANSWER_NOT_OPENED when it was sealed to another key, or is of another request
   */
  open(
    { point, ciphers, released }: SealedAnswer & { readonly released: boolean },
    request: bigint,
  ): AnswerSums {
    if (!released)
      throw new VitalproofError("ANSWER_SUPPRESSED", "The answer was suppressed: it holds no sums.", {
        details: { request },
        hint: "A cell had 1 to 10 people, alone or together with an earlier answer. Ask about more people.",
      });
    const shared = curvePointOf(point)?.clearCofactor().multiplyUnsafe(this.#secret);
    const [first, second] = ciphers.map((cipher, j) =>
      shared === undefined ? -1n : modulo(cipher - padOf(shared, request, j)),
    );
    const sums = unpackSums([first!, second!]);
    if (sums !== undefined) return sums;
    throw new VitalproofError("ANSWER_NOT_OPENED", "This key does not open the answer.", {
      details: { request },
      hint: "Use the key that the query was asked with, and the answer of that very query and dataset.",
    });
  }

  toJSON(): Record<string, unknown> {
    return { type: "ResearchKey", publicKey: this.publicKey.map(String), secret: "(secret)" };
  }
}

/** Whether answers can be sealed to a key: on the curve, and not of small order. */
export function isResearchKey(key: Point): boolean {
  const point = curvePointOf(key);
  return point !== undefined && !point.clearCofactor().is0();
}

/** A one-time number for `seal`. */
export function randomEphemeral(): bigint {
  return bytesToBigint(randomBytes(32)) >> (256n - EPHEMERAL_BITS);
}

/**
 * Seals two words to a key.
 * @param ephemeral below 2^250, another one for each answer; secret
 * @throws INVALID_ARGUMENT for a key that cannot be used
 */
export function seal(
  words: readonly [bigint, bigint],
  { key, request, ephemeral }: { readonly key: Point; readonly request: bigint; readonly ephemeral: bigint },
): SealedAnswer {
  const point = curvePointOf(key);
  if (point === undefined || !isResearchKey(key))
    throw invalid("research key", key.join(", "), "a point of BabyJubJub whose order is not small");
  const scalar = ephemeral % CURVE_ORDER;
  const shared = point.clearCofactor().multiplyUnsafe(scalar);
  const cipherOf = (j: 0 | 1) => modulo(words[j] + padOf(shared, request, j));
  return { point: coordinatesOf(Curve.BASE.multiplyUnsafe(scalar)), ciphers: [cipherOf(0), cipherOf(1)] };
}

function padOf(shared: CurvePoint, request: bigint, word: number): bigint {
  return poseidon4([RESEARCH_TAGS.answer, coordinatesOf(shared)[0], request, BigInt(word)]);
}

function modulo(value: bigint): bigint {
  return ((value % FIELD) + FIELD) % FIELD;
}
