// SPDX-License-Identifier: GPL-3.0-or-later
import { poseidon4 } from "poseidon-lite/poseidon4";
import { poseidon16 } from "poseidon-lite/poseidon16";
import { VitalproofError } from "../errors.ts";
import { assertField } from "../field.ts";
import { TAGS } from "../generated/protocol.ts";
import { invalid } from "../invalid.ts";
import type { Profile } from "../profiles/profile.ts";

const FIRST_BLOCK_WORDS = 12;
const FURTHER_BLOCK_WORDS = 14;

/** `genesis = P4(T_genesis, subject, ctx of the first epoch, salt)`: what the first head of a log extends. */
export function genesisOf(subject: bigint, firstContext: bigint, salt: bigint): bigint {
  assertField("subject", subject);
  assertField("context", firstContext);
  assertField("salt", salt, { secret: true });
  return poseidon4([TAGS.genesis, subject, firstContext, salt]);
}

/**
 * Packs an epoch's codes into words of at most 252 bits, `floor(252 / base)` slots each, slot 0 least significant.
 * @param codes one per slot, each in [0, n]
 * @throws INVALID_ARGUMENT for another number of slots or a code outside the profile; the code is not shown
 */
export function packCodes(profile: Profile, codes: readonly number[]): bigint[] {
  if (codes.length !== profile.slots) {
    throw invalid("number of codes", codes.length, `${profile.slots}, the slots of ${profile.name}`);
  }
  const words = new Array<bigint>(profile.words).fill(0n);
  codes.forEach((code, slot) => {
    if (!Number.isInteger(code) || code < 0 || code > profile.codes) {
      throw new VitalproofError(
        "INVALID_ARGUMENT",
        `The code in slot ${slot} is outside [0, ${profile.codes}].`,
        {
          details: { slot, profile: profile.name },
        },
      );
    }
    const word = Math.floor(slot / profile.slotsPerWord);
    words[word] = words[word]! | (BigInt(code) << BigInt(profile.base * (slot % profile.slotsPerWord)));
  });
  return words;
}

/**
 * `head(e)`: first block `P16(T_head, previous, ctx, salt, w0 … w11)`, further blocks
 * `P16(T_headBlock + j, state, next 14 words)`, j = 1, 2, …; unused words are 0. The profile fixes the number of blocks.
 * @param salt at least 128 random bits, one per epoch and never used again; 0 for a gap head only
 */
export function headOf(
  profile: Profile,
  epoch: { previous: bigint; context: bigint; salt: bigint; codes: readonly number[] },
): bigint {
  assertField("previous head", epoch.previous);
  assertField("context", epoch.context);
  assertField("salt", epoch.salt, { secret: true });
  const words = packCodes(profile, epoch.codes);
  const take = (from: number, count: number): bigint[] =>
    Array.from({ length: count }, (_, i) => words[from + i] ?? 0n);

  let state = poseidon16([
    TAGS.head,
    epoch.previous,
    epoch.context,
    epoch.salt,
    ...take(0, FIRST_BLOCK_WORDS),
  ]);
  for (let used = FIRST_BLOCK_WORDS, j = 1n; used < words.length; used += FURTHER_BLOCK_WORDS, j++) {
    state = poseidon16([TAGS.headBlock + j, state, ...take(used, FURTHER_BLOCK_WORDS)]);
  }
  return state;
}

/** The head of an epoch of which nothing was taken in: salt 0, all slots missing. Anybody can recompute it. */
export function gapHeadOf(profile: Profile, previous: bigint, context: bigint): bigint {
  return headOf(profile, { previous, context, salt: 0n, codes: new Array<number>(profile.slots).fill(0) });
}

/** `leaf = P4(T_leaf, subject, ctx, head)`: what the anchor tree holds. */
export function leafOf(subject: bigint, context: bigint, head: bigint): bigint {
  assertField("subject", subject);
  assertField("context", context);
  assertField("head", head);
  return poseidon4([TAGS.leaf, subject, context, head]);
}
