// SPDX-License-Identifier: GPL-3.0-or-later
//
// The forgery of T2: field elements that pack to the same word as the true
// readings, have a small sum, and look like `claimed` to the lookup at point x.
import { inverse, mod, R } from "@vitalproof/hardhat-circom/attack";

/**
 * @param truth    readings of one word, at least five
 * @param claimed  the code that all of them are to be counted as
 * @param x        the challenge
 * @param base     bits per reading
 * @returns as many field elements, three of them wild
 */
export function solveReadings(truth: readonly bigint[], claimed: bigint, x: bigint, base: bigint): bigint[] {
  const word = truth.reduce((sum, code, i) => sum + (code << (base * BigInt(i))), 0n);
  const B = 1n << base;
  for (let first = 3; first < truth.length; first++) {
    for (let shift = 0n; shift < claimed; shift++) {
      const values = truth.map(() => claimed);
      values[first] = claimed - shift;
      const rest = values.slice(3);
      // a + B b + B^2 c = W;  a + b + c = 3 claimed;  1/(x-a) + 1/(x-b) + 1/(x-c) = S
      const W = mod(word - rest.reduce((sum, code, i) => sum + (code << (base * BigInt(i + 3))), 0n));
      const S = mod(
        BigInt(truth.length) * inverse(x - claimed) - rest.reduce((sum, code) => sum + inverse(x - code), 0n),
      );
      // b = m - (B + 1) c,  a = 3 claimed - m + B c, as lines in c
      const m = mod((W - 3n * claimed) * inverse(B - 1n));
      const p: Poly = [mod(x - 3n * claimed + m), mod(-B)];
      const q: Poly = [mod(x - m), B + 1n];
      const s: Poly = [x, mod(-1n)];
      const sums = add(add(times(p, q), times(q, s)), times(p, s));
      const cubic = add(sums, times([mod(-S)], times(p, times(q, s))));
      const c = rootOf(cubic);
      if (c === undefined) continue;
      const b = mod(m - (B + 1n) * c);
      values[0] = mod(3n * claimed - b - c);
      values[1] = b;
      values[2] = c;
      return values;
    }
  }
  throw new Error("no forged readings found; each attempt finds some with probability 2/3");
}

/** Coefficients, the constant first. */
type Poly = bigint[];

const trim = (f: Poly): Poly => {
  const copy = [...f];
  while (copy.length > 0 && copy.at(-1) === 0n) copy.pop();
  return copy;
};

const add = (f: Poly, g: Poly): Poly =>
  Array.from({ length: Math.max(f.length, g.length) }, (_, i) => mod((f[i] ?? 0n) + (g[i] ?? 0n)));

function times(f: Poly, g: Poly): Poly {
  const product = new Array<bigint>(Math.max(0, f.length + g.length - 1)).fill(0n);
  for (const [i, a] of f.entries())
    for (const [j, b] of g.entries()) product[i + j] = mod(product[i + j]! + a * b);
  return product;
}

function remainder(f: Poly, g: Poly): Poly {
  const rest = trim(f);
  const divisor = trim(g);
  const lead = inverse(divisor.at(-1)!);
  while (rest.length >= divisor.length) {
    const factor = mod(rest.at(-1)! * lead);
    const shift = rest.length - divisor.length;
    for (const [i, a] of divisor.entries()) rest[shift + i] = mod(rest[shift + i]! - factor * a);
    rest.pop();
    while (rest.length > 0 && rest.at(-1) === 0n) rest.pop();
  }
  return rest;
}

function gcd(f: Poly, g: Poly): Poly {
  let [a, b] = [trim(f), trim(g)];
  while (b.length > 0) [a, b] = [b, remainder(a, b)];
  return a;
}

function power(f: Poly, exponent: bigint, modulus: Poly): Poly {
  let result: Poly = [1n];
  for (const bit of exponent.toString(2)) {
    result = remainder(times(result, result), modulus);
    if (bit === "1") result = remainder(times(result, f), modulus);
  }
  return result;
}

/** A root in the field, if there is one: the product of all linear factors, split at random. */
export function rootOf(f: Poly): bigint | undefined {
  let factors = gcd(f, add(power([0n, 1n], R, f), [0n, mod(-1n)]));
  if (factors.length < 2) return undefined;
  for (let shift = 1n; factors.length > 2; shift++) {
    const part = gcd(factors, add(power([shift, 1n], (R - 1n) / 2n, factors), [mod(-1n)]));
    if (part.length >= 2 && part.length < factors.length) factors = part;
  }
  return mod(-factors[0]! * inverse(factors[1]!));
}
