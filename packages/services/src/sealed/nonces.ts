// SPDX-License-Identifier: GPL-3.0-or-later
import { randomFillSync } from "node:crypto";

export const NONCE_BYTES = 12;
/** Nonces that are drawn at once: asking for each alone costs as much as sealing. */
const AT_ONCE = 340;

const drawn = Buffer.alloc(AT_ONCE * NONCE_BYTES);
let used = drawn.length;

/** Twelve random bytes that are given out once. */
export function freshNonce(): Uint8Array {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  // A copy: the place is drawn anew later.
  const nonce = Uint8Array.prototype.slice.call(drawn, used, used + NONCE_BYTES);
  used += NONCE_BYTES;
  return nonce;
}
