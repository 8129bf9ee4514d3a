// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "ethers";

/** Draws that are the same in every run. */
export interface Draws {
  /** At least `from` and below `to`. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  bytes(length: number): Uint8Array;
}

/** Mulberry32; good enough to tell people apart, and no secret of anybody's. */
export function drawsOf(seed: number): Draws {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const unit = () => next() / 2 ** 32;
  return {
    between: (from, to) => from + unit() * (to - from),
    chance: (probability) => unit() < probability,
    bytes: (length) => Uint8Array.from({ length }, () => next() >>> 24),
  };
}

/**
 * Runs `action` while everything that the SDK draws at random comes from `draws`: what an attacker gains is then one
 * figure and not another one in every run.
 */
export async function withDraws<T>(draws: Draws, action: () => Promise<T>): Promise<T> {
  const fill = <A extends ArrayBufferView>(into: A): A => {
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(draws.bytes(into.byteLength));
    return into;
  };
  Object.defineProperty(globalThis.crypto, "getRandomValues", { value: fill, configurable: true });
  randomBytes.register((length) => draws.bytes(length));
  try {
    return await action();
  } finally {
    Reflect.deleteProperty(globalThis.crypto, "getRandomValues");
    randomBytes.register(randomBytes._);
  }
}
