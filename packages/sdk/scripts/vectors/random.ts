// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD } from "../../src/index.ts";
import type { SeededRandom } from "../../src/synthetic/random.ts";

export const EDGES = [0n, 1n, 2n ** 128n, 2n ** 252n, FIELD - 1n];

export function element(random: SeededRandom): bigint {
  let value = 0n;
  for (let i = 0; i < 9; i++) value = (value << 32n) | BigInt(random.integer(0, 2 ** 32 - 1));
  return value % FIELD;
}

/** About a tenth of the slots missing. */
export function slots(random: SeededRandom, count: number, highest: number): number[] {
  return Array.from({ length: count }, () => (random.uniform() < 0.1 ? 0 : random.integer(1, highest)));
}
