// SPDX-License-Identifier: GPL-3.0-or-later

/** A random order that is the same in every run: Fisher–Yates on a 32-bit xorshift generator; `seed` is not 0. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const order = [...items];
  let state = seed >>> 0;
  for (let last = order.length - 1; last > 0; --last) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
