// SPDX-License-Identifier: GPL-3.0-or-later

import { VitalproofError } from "../errors.ts";
import { CONTEXT_FIELDS } from "../generated/protocol.ts";
import { packWord, unpackWord } from "../internal/word.ts";

/** What a head, a leaf, a signature and a receipt hold besides hashes. */
export type Context = {
  /** Number of the metric profile, 16 bits. */
  profile: number;
  /** Quarter hours, 8 bits. */
  offset: number;
  /** 32 bits. */
  epoch: number;
};

/** `profile | offset << 16 | epoch << 24`, 56 bits. */
export function packContext(context: Context): bigint {
  return packWord(CONTEXT_FIELDS, context);
}

/** @throws INVALID_ARGUMENT for a word of more than 56 bits */
export function unpackContext(word: bigint): Context {
  const context = unpackWord(CONTEXT_FIELDS, word);
  if (context === undefined) {
    throw new VitalproofError("INVALID_ARGUMENT", `${word} is not a context: it has more than 56 bits.`, {
      details: { word },
    });
  }
  return context;
}
