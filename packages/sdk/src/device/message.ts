// SPDX-License-Identifier: GPL-3.0-or-later
import { bigintToBytes } from "../field.ts";
import { TAGS } from "../generated/protocol.ts";

/** What a device signs: that this epoch follows that head in this subject's log. */
export type HeadMessage = {
  /** Number of the attester's group. */
  group: bigint;
  subject: bigint;
  previous: bigint;
  /** Inner hash of the epoch; the head follows from it and `previous`. */
  inner: bigint;
  context: bigint;
};

/**
 * The bytes that a device signs: `T_device | group | subject | previous | inner | ctx`, six 32-byte big-endian words.
 * P-256 signs their SHA-256, Ed25519 the bytes themselves.
 */
export function deviceMessage(signed: HeadMessage): Uint8Array {
  const { group, subject, previous, inner, context } = signed;
  const message = new Uint8Array(6 * 32);
  [TAGS.device, group, subject, previous, inner, context].forEach((word, i) => {
    message.set(bigintToBytes(word, 32), 32 * i);
  });
  return message;
}
