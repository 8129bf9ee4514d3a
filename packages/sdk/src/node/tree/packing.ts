// SPDX-License-Identifier: GPL-3.0-or-later
//
// Between 32 bytes, little endian, and the nine limbs of montgomery.ts.
import { BITS, LIMBS, MASK, P, range } from "./montgomery.ts";
import {
  add,
  and,
  type Code,
  type Func,
  get,
  i64,
  join,
  load,
  or,
  set,
  shl,
  shr,
  shrSigned,
  store,
  sub,
} from "./wasm.ts";

/** Opens a number below 2^256, of pointers (bytes, out). It is not in Montgomery form. */
export function openFunc(): Func {
  const [bytes, out] = [0, 1];
  const word = (i: number): Code => join(get(bytes), load(8 * i));
  const limb = (i: number): Code => {
    const first = Number(BITS) * i;
    const [from, at] = [Math.floor(first / 64), first % 64];
    const low = join(word(from), i64(BigInt(at)), shr);
    if (at <= 64 - Number(BITS) || from === 3) return low;
    return join(low, word(from + 1), i64(BigInt(64 - at)), shl, or);
  };
  const body = join(...range(0, LIMBS).map((i) => join(get(out), limb(i), i64(MASK), and, store(8 * i))));
  return { params: 2, locals: 0, body };
}

/** Packs a value below 2 r that is not in Montgomery form, less r where it is not below it, of pointers (value, bytes). */
export function packFunc(): Func {
  const [value, bytes, carry, limb] = [0, 1, 2, 3];
  const source = (i: number): Code => join(get(value), load(8 * i));
  // Value - r. What is carried at the end is -1 where the value was below r, and 0 elsewhere.
  const subtract = range(0, LIMBS).map((i) =>
    join(
      ...[get(carry), source(i), add, i64(P[i]!), sub, set(carry)],
      ...[get(carry), i64(MASK), and, set(limb + i), get(carry), i64(BITS), shrSigned, set(carry)],
    ),
  );
  const choose = range(0, LIMBS).map((i) =>
    join(source(i), get(limb + i), sub, get(carry), and, get(limb + i), add, set(limb + i)),
  );
  const words = range(0, 4).map((word) => {
    const parts = range(0, LIMBS).map((i) => {
      const at = Number(BITS) * i - 64 * word;
      if (at <= -Number(BITS) || at >= 64) return [];
      return join(get(limb + i), i64(BigInt(Math.abs(at))), at < 0 ? shr : shl, or);
    });
    return join(get(bytes), i64(0n), ...parts, store(8 * word));
  });
  return { params: 2, locals: 1 + LIMBS, body: join(...subtract, ...choose, ...words) };
}
