// SPDX-License-Identifier: GPL-3.0-or-later
import { poseidon3 } from "poseidon-lite/poseidon3";
import { poseidon4 } from "poseidon-lite/poseidon4";
import { poseidon14 } from "poseidon-lite/poseidon14";
import { VitalproofError } from "../errors.ts";
import { assertField } from "../field.ts";
import { INNER_INPUTS, INNER_MAX_FURTHER_BLOCKS, TAGS } from "../generated/protocol.ts";
import { invalid } from "../invalid.ts";
import type { Profile } from "../profiles/profile.ts";

/** Words of a full block that has tag, context and salt as well, and of one that has tag and state. */
const FIRST_BLOCK_WORDS = INNER_INPUTS - 3;
const FURTHER_BLOCK_WORDS = INNER_INPUTS - 2;

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

/** One epoch: what its inner hash is over. */
type Epoch = {
  /** Packed context. */
  context: bigint;
  /** At least 128 random bits, one per epoch and never used again; 0 for a gap only. */
  salt: bigint;
  codes: readonly number[];
};

/**
 * `inner(e)`: what one epoch holds, hidden by its salt. First block `P(T_inner, ctx, salt, first words)`, further blocks
 * `P(T_innerBlock + j, state, next words)`, j = 1, 2, …; each block is the smallest of P3, P4 and P14 that holds the words
 * that are left, unused inputs of P14 are 0. The profile fixes the number of words and so every block.
 */
export function innerOf(profile: Profile, epoch: Epoch): bigint {
  assertField("context", epoch.context);
  assertField("salt", epoch.salt, { secret: true });
  const words = packCodes(profile, epoch.codes);
  const further = Math.ceil(Math.max(0, words.length - FIRST_BLOCK_WORDS) / FURTHER_BLOCK_WORDS);
  if (further > INNER_MAX_FURTHER_BLOCKS) {
    throw invalid(
      "number of words",
      words.length,
      `at most ${FIRST_BLOCK_WORDS + INNER_MAX_FURTHER_BLOCKS * FURTHER_BLOCK_WORDS}, since the tags of the blocks after the first count to ${INNER_MAX_FURTHER_BLOCKS}`,
    );
  }
  const first = [TAGS.inner, epoch.context, epoch.salt];
  let state = block(first, words.slice(0, FIRST_BLOCK_WORDS));
  for (let used = FIRST_BLOCK_WORDS, j = 1n; used < words.length; used += FURTHER_BLOCK_WORDS, j++) {
    state = block([TAGS.innerBlock + j, state], words.slice(used, used + FURTHER_BLOCK_WORDS));
  }
  return state;
}

/** The smallest of P3, P4 and P14 that takes the inputs; P14 is filled with 0. */
function block(before: readonly bigint[], words: readonly bigint[]): bigint {
  const inputs = [...before, ...words];
  if (inputs.length === 3) return poseidon3(inputs);
  if (inputs.length === 4) return poseidon4(inputs);
  return poseidon14([...inputs, ...new Array<bigint>(INNER_INPUTS - inputs.length).fill(0n)]);
}

/**
 * The head after an epoch: `P3(T_head, previous, inner)`. Intake computes it from the head on record, so that no head on
 * record follows another past.
 */
export function headAfter(previous: bigint, inner: bigint): bigint {
  assertField("previous head", previous);
  assertField("inner", inner);
  return poseidon3([TAGS.head, previous, inner]);
}

/** The head after an epoch whose content is known. */
export function headOf(profile: Profile, epoch: Epoch & { previous: bigint }): bigint {
  return headAfter(epoch.previous, innerOf(profile, epoch));
}

/** The inner hash of an epoch of which nothing was accepted: salt 0, all slots missing. Anyone can recompute it. */
function gapInnerOf(profile: Profile, context: bigint): bigint {
  return innerOf(profile, { context, salt: 0n, codes: new Array<number>(profile.slots).fill(0) });
}

/** The head after a gap. */
export function gapHeadOf(profile: Profile, previous: bigint, context: bigint): bigint {
  return headAfter(previous, gapInnerOf(profile, context));
}

/** `leaf = P4(T_leaf, subject, ctx, head)`: what the anchor tree holds. */
export function leafOf(subject: bigint, context: bigint, head: bigint): bigint {
  assertField("subject", subject);
  assertField("context", context);
  assertField("head", head);
  return poseidon4([TAGS.leaf, subject, context, head]);
}
