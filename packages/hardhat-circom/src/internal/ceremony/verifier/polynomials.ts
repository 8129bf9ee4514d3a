// SPDX-License-Identifier: GPL-3.0-or-later
import { inverse, R, rootOfUnity } from "../../field.ts";

/**
 * Coefficients of the polynomial that has these values at 1, w, w², …, for w of order values.length: the inverse
 * discrete Fourier transform. Changes its argument.
 */
export function interpolate(values: bigint[]): bigint[] {
  const n = values.length;
  const power = Math.log2(n);
  reorder(values, power);
  const root = inverse(rootOfUnity(power));
  for (let size = 2; size <= n; size *= 2) {
    let step = root;
    for (let m = n; m > size; m /= 2) step = (step * step) % R;
    const twiddles = new Array<bigint>(size / 2);
    let at = 1n;
    for (let i = 0; i < size / 2; i++) {
      twiddles[i] = at;
      at = (at * step) % R;
    }
    for (let start = 0; start < n; start += size) {
      for (let i = 0; i < size / 2; i++) {
        const low = values[start + i]!;
        const high = (values[start + i + size / 2]! * twiddles[i]!) % R;
        const sum = low + high;
        const difference = low - high;
        values[start + i] = sum >= R ? sum - R : sum;
        values[start + i + size / 2] = difference < 0n ? difference + R : difference;
      }
    }
  }
  const scale = inverse(BigInt(n));
  for (let i = 0; i < n; i++) values[i] = (values[i]! * scale) % R;
  return values;
}

function reorder(values: bigint[], power: number): void {
  for (let i = 0; i < values.length; i++) {
    let reversed = 0;
    for (let bit = 0; bit < power; bit++) if (i & (1 << bit)) reversed |= 1 << (power - 1 - bit);
    if (reversed > i) [values[i], values[reversed]] = [values[reversed]!, values[i]!];
  }
}
