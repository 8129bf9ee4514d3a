// SPDX-License-Identifier: GPL-3.0-or-later
/** Random numbers that are the same on every machine: mulberry32, 32 bits of state. Not for secrets. */
export type SeededRandom = {
  /** Uniform in `[0, 1)`. */
  uniform(): number;
  /** Integer in `[min, max]`. */
  integer(min: number, max: number): number;
  /** Roughly normal, mean 0, deviation 1; a sum of uniforms, since `Math.log` may differ between engines. */
  normal(): number;
};

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    integer: (min, max) => min + Math.floor(uniform() * (max - min + 1)),
    normal: () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += uniform();
      return sum;
    },
  };
}
