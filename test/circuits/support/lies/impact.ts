// SPDX-License-Identifier: GPL-3.0-or-later
//
// False claims of the template "impact" at 2 epochs of 5 samples on 3 axes, and
// every way that we know to argue for them.

import { inverse } from "@vitalproof/hardhat-circom/attack";
import { honestClaimOf } from "../claim.ts";
import { type ImpactTerms, NO_BOUND } from "../terms.ts";
import { tellRunLies } from "./runs.ts";
import { lendAcross, tellSharedLies } from "./shared.ts";
import type { Teller } from "./teller.ts";

const OF_VALID = 1n;
const WIDTHS = [32n, 16n, 16n, 16n, 14n] as const;

export async function tellImpactLies(teller: Teller): Promise<void> {
  const { shape, sample, court, wire, world, argue, set } = teller;
  const N = (shape.epochs * shape.slots) / 3;
  /** "#" has the square 25, "." 4, "?" is missing, "x", "y" and "z" only there. */
  const window = (marks: string): bigint[][] => {
    const flat = [...marks].flatMap((mark) => {
      if (mark === "#") return [-3, 0, 4].map((value) => BigInt(value + shape.zero));
      if (mark === ".") return [0, -2, 0].map((value) => BigInt(value + shape.zero));
      return ["x", "y", "z"].map((axis) => (mark === "?" || mark === axis ? 0n : BigInt(5 + shape.zero)));
    });
    return Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));
  };
  const claimOf = (codes: readonly (readonly bigint[])[], terms: Partial<ImpactTerms>) =>
    honestClaimOf("impact", shape, { codes, terms: { threshold: 25n, minRun: 0n, ...terms } });

  // 1. Every bound, missed; donors: a log that meets it, terms that ask for less or count something else.
  const all = "##########";
  const none = "..........";
  const bounds: readonly [name: string, marks: string, terms: Partial<ImpactTerms>, better: string][] = [
    ["samples too few", "##..#.....", { countMin: 4n }, all],
    ["samples too many", "##..#.....", { countMax: 2n }, none],
    ["samples too few in the worst case", "##..#?....", { countMin: 4n }, all],
    ["samples too many in the worst case", "##..#?....", { countMax: 3n }, none],
    ["samples of valid too few", "##..#?....", { flags: OF_VALID, countMin: 4n }, all],
    ["samples of valid too many", "##..#?....", { flags: OF_VALID, countMax: 2n }, none],
    ["events too few", "##.##.#...", { minRun: 2n, countMin: 3n }, "##.##.##.."],
    ["events too many", "##.##.#...", { minRun: 2n, countMax: 1n }, none],
    ["events too few in the worst case", "##.#?#....", { minRun: 2n, countMin: 2n }, "##.##.##.."],
    ["events too many in the worst case", "##.#?#....", { minRun: 2n, countMax: 1n }, none],
    ["a held run may end in a gap", "##?##.....", { minRun: 2n, countMax: 1n }, none],
    ["a held run may go on through a gap", "##?##.....", { minRun: 2n, countMin: 2n }, "##.##.##.."],
    ["events of valid too few", "#?#.#?....", { flags: OF_VALID, minRun: 2n, countMin: 2n }, "##.##.##.."],
    ["events of valid too many", "#?#.#?....", { flags: OF_VALID, minRun: 2n, countMax: 0n }, none],
    ["an event too short", "####......", { minRun: 5n, countMin: 1n }, all],
    ["two bounds in the worst case", "##.##.....", { minRun: 2n, countMin: 1n, countMax: 5n }, all],
    ["a threshold above every sample", all, { threshold: 26n, countMin: 1n }, all],
    ["a threshold below every sample", none, { threshold: 4n, countMax: 9n }, none],
    ["coverage too low", "##..#?....", { coverageMin: 9_500n }, all],
    ["an axis of a sample missing", "##..#x....", { coverageMin: 9_500n }, all],
    ["no reading", "??????????", {}, all],
    ["no whole sample", "xyzxyzxyzx", {}, all],
  ];
  for (const [name, marks, terms, better] of sample ? bounds.slice(0, 1) : bounds) {
    const codes = window(marks);
    const flags = terms.flags ?? 0n;
    const minRun = terms.minRun ?? 0n;
    const threshold = terms.threshold ?? 25n;
    const base = await world(name, claimOf(codes, terms));
    argue(base, [
      await world("a better log", claimOf(window(better), terms)),
      await world("easier terms", claimOf(codes, { flags, minRun, threshold })),
      await world("the other semantics", claimOf(codes, { ...terms, flags: flags ^ OF_VALID })),
      await world("the other count", claimOf(codes, { ...terms, minRun: minRun === 0n ? 1n : 0n })),
      await world(
        "the other direction",
        claimOf(codes, { ...terms, countMin: terms.countMin === undefined ? 1n : 0n }),
      ),
      await world("another length", claimOf(codes, { ...terms, minRun: minRun + 1n })),
      await world("a lower threshold", claimOf(codes, { ...terms, threshold: 1n })),
      await world("a higher threshold", claimOf(codes, { ...terms, threshold: 200n })),
    ]);
    court.constants(base);
  }

  // 2. What every claim shares.
  const good = claimOf(window(all), { countMin: 9n });
  await tellSharedLies(teller, {
    good,
    bad: window(none),
    strict: { ...good.terms, countMin: BigInt(N) },
    worse: BigInt(shape.zero),
    open: "OpenImpact",
  });

  // 3. Terms that no program has, and fields lent across their borders.
  const met = await world("terms that are met", good);
  const nonsense: Record<string, Partial<ImpactTerms>> = {
    "threshold 0": { threshold: 0n },
    "a threshold above 2^BITS": { threshold: 257n, countMin: 0n },
    "a bit above the last field": { coverageMin: 1n << 14n },
  };
  for (const [name, change] of Object.entries(nonsense)) {
    // With bounds that the log meets, and with none.
    for (const terms of [{ ...good.terms, ...change }, change])
      argue(await world(name, claimOf(good.codes, terms)), [met]);
  }
  const spare: Partial<ImpactTerms> = {
    minRun: 2n,
    countMin: 1n,
    countMax: 9n,
    coverageMin: 5n,
    flags: OF_VALID,
  };
  const missed: readonly Partial<ImpactTerms>[] = [
    { countMin: 3n },
    { countMax: 1n },
    { minRun: 3n },
    { threshold: 26n },
    { coverageMin: 10_000n },
    { minRun: 0n, countMin: 6n },
  ];
  for (const terms of missed) {
    const base = await world(
      `missed: ${Object.keys(terms)}`,
      claimOf(window("##.##.?..."), { ...spare, ...terms }),
    );
    for (let field = 0; field + 1 < WIDTHS.length; field++)
      for (const by of [1n, -1n]) lendAcross(teller, base, "OpenImpact", WIDTHS, field, by);
  }

  // 4. Samples: squares, zero test and comparison of the first, the third and the last.
  const close = [
    ["one impact short", "#.#......#", { countMin: 4n }],
    ["one impact too many", "#.#......#", { countMax: 2n }],
    ["one impact short, samples missing", "?.x......?", { countMin: 1n }],
    ["one impact too many, samples missing", "?.x......?", { countMax: 2n }],
    ["one impact too many of valid", "?.#......x", { flags: OF_VALID, countMax: 0n }],
    ["one sample short", "?.x......?", { coverageMin: 8_000n }],
    ["one event short", "#.#......#", { minRun: 1n, countMin: 4n }],
    ["one event too many", "#.#......#", { minRun: 1n, countMax: 2n }],
    ["an event may be in a gap", "#.?......?", { minRun: 1n, countMax: 2n }],
  ] as const;
  for (const [name, marks, terms] of sample ? close.filter((_, at) => at % 4 === 0) : close) {
    const base = await world(name, claimOf(window(marks), terms));
    const value = (w: number) => base.witness[w]!;
    for (const at of [0, 1, 2, 9]) {
      const of = (part: string) => wire(`samples[${at}].${part}`);
      const bit = (k: number) => of(`bits.out[${k}]`);
      for (const to of [0n, 1n]) {
        if (value(bit(8)) === to) continue;
        set(base, `sample ${at}: the top bit`, [bit(8), to]);
        const flip = to - value(bit(8));
        for (const k of [0, 3, 7])
          set(
            base,
            `sample ${at}: the top bit, paid by bit ${k}`,
            [bit(8), to],
            [bit(k), value(bit(k)) - flip * (1n << BigInt(8 - k))],
          );
      }
      for (const to of [-1n, 0n, 1n, 2n]) {
        for (const part of ["missing", "impact", "IsZero.out"])
          set(base, `sample ${at}: ${part} ${to}`, [of(part), to]);
        const input = value(of("IsZero.in"));
        if (input !== 0n)
          set(base, `sample ${at}: missing ${to} by the inverse`, [
            of("IsZero.inv"),
            (1n - to) * inverse(input),
          ]);
        for (const part of [`missing[${at}]`, `impacts[${at}]`]) set(base, `${part} ${to}`, [wire(part), to]);
      }
      for (const part of [
        "two",
        "three",
        "IsZero.in",
        "threshold",
        "bits.in",
        "squares[0]",
        "squares[1]",
        "squares[2]",
      ])
        for (const to of [0n, 1n, 4n, 25n, 49n, 200n, 256n, 260n])
          set(base, `sample ${at}: ${part} ${to}`, [of(part), to]);
      for (let axis = 0; axis < 3; axis++)
        for (const to of [0n, 1n, BigInt(shape.zero), 13n])
          set(base, `sample ${at}: axis ${axis} ${to}`, [of(`axes[${axis}]`), to]);
    }

    // 5. The machine.
    tellRunLies(
      teller,
      base,
      [0, 2, 3, 9],
      ["openMissing", "openCounts", "heldCounts", "counts", "stays", "continued"],
    );
    for (const part of ["single", "eventsMax", "atMost", "minRun", "unknown", "least", "most"])
      for (const to of [-1n, 0n, 1n, 2n, 3n, NO_BOUND]) set(base, `${part} ${to}`, [wire(part), to]);
  }
  {
    // Samples are counted where events are asked for, and the zero test of minRun made to say so.
    const base = await world("events too few", claimOf(window("##.##.#..."), { minRun: 2n, countMin: 3n }));
    set(base, "samples instead, by the inverse", [wire("IsZero.inv"), 0n]);
  }
  {
    // The squares read the inputs themselves: they must be the readings that are checked and hashed.
    const codes = window("..........");
    const base = await world("one impact short", claimOf(codes, { countMin: 1n }));
    for (const [e, i] of [
      [0, 0],
      [1, 4],
    ] as const) {
      const truth = codes[e]![3 * i]!;
      const at = e * 5 + i;
      set(
        base,
        "squares of another reading",
        [wire(`codes[${e}][${3 * i}]`), 13n],
        [wire(`samples[${at}].axes[0]`), truth],
      );
      set(
        base,
        "another reading checked",
        [wire(`samples[${at}].axes[0]`), 13n],
        [wire(`samples[${at}].AtMost[0].in`), truth],
      );
    }
  }
  // A code outside the table, in a word that is the same: 16 lent to the slot before.
  for (const [lend, digit] of [
    [1n, 13n],
    [-1n, 3n],
  ] as const) {
    const codes = window("..........");
    codes[1]![12] = BigInt(shape.zero);
    codes[1]![13] = digit;
    const last = codes[1]!;
    const square = (last[13]! - 7n) ** 2n;
    const base = await world(
      "16 lent to the slot before",
      claimOf(codes, { threshold: square + 20n, countMin: 1n }),
    );
    const lie = [
      [wire("codes[1][12]"), last[12]! + 16n * lend],
      [wire("codes[1][13]"), last[13]! - lend],
    ] as const;
    set(base, "", ...lie);
    // Digits 1, 2, 4 and 6, of which the first carries what is too much.
    const digit0 = wire("samples[9].AtMost[0].digits[0]");
    const rest = [1, 2, 3].map((k) => [wire(`samples[9].AtMost[0].digits[${k}]`), 0n] as const);
    set(base, "a digit that is no bit", ...lie, [digit0, last[12]! + 16n * lend], ...rest);
  }
}
