// SPDX-License-Identifier: GPL-3.0-or-later
import { bigintToBytes } from "../field.ts";
import { TAGS } from "../generated/protocol.ts";

/** What a device commits to: that this head follows that one in this subject's log. */
export type HeadStatement = {
  /** Number of the attester's group. */
  group: bigint;
  subject: bigint;
  previous: bigint;
  head: bigint;
  context: bigint;
};

/**
 * The bytes that a device signs: `T_device | group | subject | previous | head | ctx`, six 32-byte big-endian words.
 * P-256 signs their SHA-256, Ed25519 the bytes themselves.
 */
export function deviceMessage(circuit: HeadStatement): Uint8Array {
  const { group, subject, previous, head, context } = circuit;
  const message = new Uint8Array(6 * 32);
  [TAGS.device, group, subject, previous, head, context].forEach((word, i) => {
    message.set(bigintToBytes(word, 32), 32 * i);
  });
  return message;
}
