// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lies about the counts of readings (histogram construction): the lookup, the
// steps, and what binds them to the challenge.

import { inverse, mod } from "@vitalproof/hardhat-circom/attack";
import { honestClaim } from "../claim.ts";
import { solveReadings } from "../lookupForgery.ts";
import type { Base } from "../mutants.ts";
import { sums } from "../steps.ts";
import type { Teller } from "./teller.ts";

const BAND = { low: 4n, high: 6n };

export async function tellCountLies(teller: Teller): Promise<void> {
  const { court, shape, slots: N, wire, split, codesOf, world, set } = teller;
  const counts = Array.from({ length: shape.codes + 1 }, (_, c) => wire(`Histogram.Lookup.counts[${c}]`));
  const x = (base: Base) => base.witness[wire("Histogram.Lookup.x")]!;
  const claim = honestClaim(shape, {
    codes: codesOf([5, 16], [9, 8], [2, 8]),
    terms: { ...BAND, shareMin: 6_000n },
  });
  const base = await world("share too low", claim);
  const count = (c: number) => base.witness[counts[c]!]!;
  // Counts moved into the band, totals kept.
  set(base, "counts moved", [counts[9]!, 0n], [counts[5]!, 24n]);
  // The point where the moved counts come out equal: 1/(x - 4) + 1/(x - 6) = 2/(x - 9) there.
  const point = pointWhere(4n, 6n, 9n);
  const pair = [
    [counts[9]!, count(9) - 8n],
    [counts[4]!, 4n],
    [counts[6]!, 4n],
  ] as const;
  for (const name of [
    "x",
    "Absorb.out",
    "Absorb.states[1]",
    "Absorb.SparsePoseidon[0].out",
    "Absorb.SparsePoseidon[0].GatedPoseidon.out",
  ])
    set(base, `${name} chosen after the counts`, ...pair, [wire(`Histogram.Lookup.${name}`), point]);
  // A lookup without marks: a mark would carry a reading, or a place of the table, to another code.
  const carry = (by: bigint) => mod(by * inverse(16n));
  const nines = Array.from({ length: 8 }, (_, i) => 16 + i);
  for (const at of ["Histogram.none", "Histogram.Lookup.marks"]) {
    const carried = nines.map((i) => [wire(`${at}[${i}]`), carry(5n - 9n)] as const);
    set(base, `${at}[] carries readings into the band`, [counts[9]!, 0n], [counts[5]!, 24n], ...carried);
  }
  const reversed = await world(
    "share too low",
    honestClaim(shape, { codes: codesOf([5, 8], [9, 24]), terms: { ...BAND, shareMin: 6_000n } }),
  );
  for (const at of ["Histogram.table", "Histogram.Lookup.table"])
    set(
      reversed,
      `${at}[] exchanges two places`,
      [counts[5]!, 24n],
      [counts[9]!, 8n],
      [wire(`${at}[5]`), carry(4n)],
      [wire(`${at}[9]`), carry(-4n)],
    );
  // Counts that pack to the same word, and hence to the same challenge.
  const solved = solveLinear(base, 24n);
  set(base, "counts solved for after the challenge", ...solved);
  for (const part of ["Bits[].in", "Bits[].out", "checked[]"]) {
    // The honest counts are checked and hashed, the false ones are used.
    const changes = solved.map(([w, value]) => [w, value] as const);
    const kept = counts.map(
      (w, c) => [wire(`Histogram.Lookup.${part.replace("[]", `[${c}]`)}`), base.witness[w]!] as const,
    );
    set(base, `${part} kept, counts solved for after the challenge`, ...changes, ...kept);
  }
  // Readings that pack to the same words (T2).
  {
    const truth = split([...new Array<bigint>(16).fill(9n), ...new Array<bigint>(16).fill(5n)]);
    const t2 = await world(
      "T2: half the readings outside",
      honestClaim(shape, { codes: truth, terms: { low: 5n, high: 5n, shareMin: 10_000n } }),
    );
    const claimed = counts.map((w, c) => [w, c === 5 ? 32n : 0n] as const);
    const step = court.forger.retell(t2.witness, new Map(claimed)).witness;
    const point2 = step[wire("Histogram.Lookup.x")]!;
    const readings = solveReadings(truth[0]!, 5n, point2, BigInt(shape.base));
    set(
      t2,
      "readings solved for after the challenge",
      ...claimed,
      ...readings.map((value, i) => [wire(`codes[0][${i}]`), value] as const),
    );
    // Checked is the truth, packed and counted are other values.
    for (const name of ["AtMost[].out", "checked[][]"]) {
      const at = (i: number) => (name === "checked[][]" ? `checked[0][${i}]` : `AtMost[${i}].out`);
      set(t2, `${name} solved for`, ...claimed, ...readings.map((value, i) => [wire(at(i)), value] as const));
    }
    // Checked and packed is the truth, counted is the claim.
    for (const at of ["flat[", "Histogram.codes[", "Histogram.Lookup.indices["])
      set(t2, `${at}] as claimed`, ...claimed, ...truth[0]!.map((_, i) => [wire(`${at}${i}]`), 5n] as const));
  }
  // Vectors with other than a single one.
  const hot = (at: number, vector: Readonly<Record<number, bigint>>) =>
    sums(vector, shape.codes + 1).map((value, c) => [wire(`Steps.reached[${c}]`, at), value] as const);
  const lower = honestClaim(shape, {
    codes: codesOf([3, 16], [5, 16]),
    terms: { ...BAND, shareMin: 6_000n },
  });
  const upper = honestClaim(shape, {
    codes: codesOf([7, 16], [5, 16]),
    terms: { ...BAND, shareMin: 6_000n },
  });
  const lowerBase = await world("share too low, readings below", lower);
  const upperBase = await world("share too low, readings above", upper);
  for (const [at, [name, stepBase]] of (
    [
      ["low", lowerBase],
      ["high", upperBase],
    ] as const
  ).entries()) {
    const t = at === 0 ? 4 : 6;
    const shifted = at === 0 ? 3 : 7;
    set(stepBase, `${name} moved by one`, ...hot(at, { [shifted]: 1n }));
    set(stepBase, `${name}: 1, -1, 1`, ...hot(at, { [t - 1]: 1n, [t]: -1n, [t + 1]: 1n }));
    set(stepBase, `${name}: -1, 3, -1`, ...hot(at, { [t - 1]: -1n, [t]: 3n, [t + 1]: -1n }));
    for (const sum of [
      { 1: 1n, [t - 1]: 1n },
      { 0: 1n, [t]: 1n },
      { 0: 1n, 1: 1n, [t - 1]: 1n },
    ])
      set(stepBase, `${name}: ones at ${Object.keys(sum)}`, ...hot(at, sum));
    set(stepBase, `${name}: threshold of the steps`, [wire("Steps.threshold", at), BigInt(shifted)]);
  }
  // Two ones: everything from the second on counts twice; shareMax may be above 100 %.
  const generous = { ...BAND, shareMin: 6_000n, shareMax: 16_383n };
  const twice = await world(
    "share too low",
    honestClaim(shape, { codes: codesOf([5, 10], [12, 22]), terms: generous }),
  );
  set(twice, "low: ones at 1 and 3", ...hot(0, { 1: 1n, 3: 1n }));
  set(twice, "inside without readings", [wire("insideOf[0]"), 10n]);
  const full = await world(
    "share too high",
    honestClaim(shape, { codes: codesOf([5, N]), terms: { ...BAND, shareMax: 4_000n } }),
  );
  set(full, "high: ones at 0 and 6", ...hot(1, { 0: 1n, 6: 1n }));

  /** 1/(x - a) + 1/(x - b) = 2/(x - c). */
  function pointWhere(a: bigint, b: bigint, c: bigint): bigint {
    const [p, q] = [a - c, b - c];
    return mod(c + 2n * p * q * inverse(mod(p + q)));
  }

  /** Counts that keep the packed word and the lookup's sum, with `inside` in codes 4 to 6 and all valid. */
  function solveLinear(of: Base, insideWanted: bigint): (readonly [number, bigint])[] {
    const point = x(of);
    const bits = 6n;
    // Unknown shifts of counts 5 (given), 9, 10, 11: word and lookup are two equations; count 0 stays.
    const given = insideWanted - of.witness[counts[5]!]!;
    const [u, v] = [9n, 10n];
    // d5·2^30 + du·2^(6u) + dv·2^(6v) = 0;  d5/(x-5) + du/(x-u) + dv/(x-v) = 0
    const w = (c: bigint) => 1n << (bits * c);
    const g = (c: bigint) => inverse(point - c);
    const determinant = mod(w(u) * g(v) - w(v) * g(u));
    const du = mod((-given * w(5n) * g(v) + given * g(5n) * w(v)) * inverse(determinant));
    const dv = mod((-given * g(5n) * w(u) + given * w(5n) * g(u)) * inverse(determinant));
    return [
      [counts[5]!, insideWanted],
      [counts[Number(u)]!, of.witness[counts[Number(u)]!]! + du],
      [counts[Number(v)]!, of.witness[counts[Number(v)]!]! + dv],
    ];
  }
}
