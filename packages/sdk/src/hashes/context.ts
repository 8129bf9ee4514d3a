// SPDX-License-Identifier: GPL-3.0-or-later

import { VitalproofError } from "../errors.ts";
import { CONTEXT_FIELDS } from "../generated/protocol.ts";
import { assertInteger } from "../invalid.ts";

/** What stands in a head, a leaf, a signature and a receipt besides hashes. */
export type Context = {
  /** Number of the metric profile, 16 bits. */
  profile: number;
  /** Quarter hours, 8 bits. */
  offset: number;
  /** 32 bits. */
  epoch: number;
};

const BITS = CONTEXT_FIELDS.reduce((sum, field) => sum + field.bits, 0);

/** `profile | offset << 16 | epoch << 24`, 56 bits. */
export function packContext(context: Context): bigint {
  let word = 0n;
  for (const field of CONTEXT_FIELDS) {
    assertInteger(field.name, context[field.name], 0, 2 ** field.bits - 1);
    word |= BigInt(context[field.name]) << BigInt(field.shift);
  }
  return word;
}

/** @throws INVALID_ARGUMENT for a word of more than 56 bits */
export function unpackContext(word: bigint): Context {
  if (word < 0n || word >> BigInt(BITS) !== 0n) {
    throw new VitalproofError("INVALID_ARGUMENT", `${word} is no context: it has more than ${BITS} bits.`, {
      details: { word },
    });
  }
  const context: Context = { profile: 0, offset: 0, epoch: 0 };
  for (const field of CONTEXT_FIELDS) {
    context[field.name] = Number((word >> BigInt(field.shift)) & ((1n << BigInt(field.bits)) - 1n));
  }
  return context;
}
