// SPDX-License-Identifier: GPL-3.0-or-later
//
// False claims of the template "regularity" at 2 epochs of 16 slots, and every
// way that we know to argue for them.
import { honestClaimOf } from "../claim.ts";
import { NO_BOUND, type RegularityTerms } from "../terms.ts";
import { BANDS, CODES, tellFlagLies, tellLentReading } from "./places.ts";
import { lendAcross, tellSharedLies } from "./shared.ts";
import type { Teller } from "./teller.ts";

const SUM = 2n;
const WIDTHS = [16n, 16n, 24n, 16n, 16n, 14n, 14n, 14n] as const;

export async function tellRegularityLies(teller: Teller): Promise<void> {
  const { shape, sample, court, wire, world, argue, set } = teller;
  const epoch = (...groups: readonly (readonly [code: number, count: number])[]) =>
    groups.flatMap(([code, count]) => new Array<bigint>(count).fill(BigInt(code)));
  const band = { low: 4n, high: 6n };
  type Codes = readonly (readonly bigint[])[];
  const claimOf = (codes: Codes, terms: Partial<RegularityTerms>) =>
    honestClaimOf("regularity", shape, { codes, terms: { ...band, ...terms } });

  // 1. Every bound, missed; donors: a log that meets it, terms that ask for less or measure something else.
  const full: Codes = [epoch([5, 16]), epoch([5, 16])];
  const none: Codes = [epoch([9, 16]), epoch([9, 16])];
  const low: Codes = [epoch([2, 16]), epoch([2, 16])];
  const half: Codes = [epoch([5, 16]), epoch([5, 7], [9, 9])];
  const gappy: Codes = [epoch([5, 10], [9, 6]), epoch([5, 7], [9, 3], [0, 6])];
  const bounds: readonly [name: string, codes: Codes, terms: Partial<RegularityTerms>, better: Codes][] = [
    ["an epoch short", half, { level: 8n, epochsMin: 2n }, full],
    ["an epoch too many", half, { level: 8n, epochsMax: 0n }, none],
    ["an epoch too many in the worst case", gappy, { level: 12n, epochsMax: 0n }, none],
    ["an epoch short by the sum", half, { flags: SUM, level: 101n, epochsMin: 2n }, none],
    ["an epoch too many by the sum", half, { flags: SUM, level: 100n, epochsMax: 0n }, low],
    [
      "an epoch too many by the sum in the worst case",
      gappy,
      { flags: SUM, level: 110n, epochsMax: 0n },
      low,
    ],
    ["an epoch short of valid", gappy, { flags: 1n, level: 8n, epochsMin: 2n }, full],
    ["an epoch too many of valid", gappy, { flags: 1n, level: 8n, epochsMax: 0n }, none],
    ["the sum short of valid", gappy, { flags: 3n, level: 70n, epochsMin: 2n }, none],
    ["share too low, readings below", [epoch([5, 16]), epoch([2, 16])], { shareMin: 8_000n }, full],
    ["share too low", half, { shareMin: 8_000n }, full],
    ["share too high", half, { shareMax: 4_000n }, none],
    ["share too low in the worst case", gappy, { shareMin: 6_000n }, full],
    ["share too high in the worst case", gappy, { shareMax: 6_000n }, none],
    ["share of valid too low", gappy, { flags: 1n, shareMin: 7_000n }, full],
    ["share of valid too high", gappy, { flags: 1n, shareMax: 6_000n }, none],
    ["coverage too low", gappy, { coverageMin: 9_000n }, full],
    ["no reading", [epoch([0, 16]), epoch([0, 16])], {}, full],
  ];
  for (const [name, codes, terms, better] of sample ? bounds.slice(0, 1) : bounds) {
    const base = await world(name, claimOf(codes, terms));
    const flags = terms.flags ?? 0n;
    argue(base, [
      await world("a better log", claimOf(better, terms)),
      await world("easier terms", claimOf(codes, { flags })),
      await world("an easier level", claimOf(codes, { ...terms, level: 0n })),
      await world("a harder level", claimOf(codes, { ...terms, level: 176n })),
      await world("the other semantics", claimOf(codes, { ...terms, flags: flags ^ 1n })),
      await world("the other measure", claimOf(codes, { ...terms, flags: flags ^ SUM })),
      await world("a wider band", claimOf(codes, { ...terms, low: 1n, high: 12n })),
      await world("a lower band", claimOf(codes, { ...terms, low: 1n, high: 1n })),
    ]);
    court.constants(base);
  }

  // 2. What every claim shares.
  const good = claimOf(full, { shareMin: 9_000n });
  await tellSharedLies(teller, {
    good,
    bad: none,
    strict: { ...good.terms, shareMin: 10_000n },
    worse: 9n,
    open: "OpenRegularity",
  });

  // 3. Terms that no program has, and fields lent across their borders.
  const met = await world("terms that are met", good);
  const nonsense: Record<string, Partial<RegularityTerms>> = {
    "low 0": { low: 0n },
    "low above high": { low: 6n, high: 5n },
    "high above the table": { high: BigInt(shape.codes) + 1n },
    "a level beyond the greatest": { level: 177n },
    "a level of 2^9": { level: 512n, epochsMax: 0n },
    "a bit above the last field": { coverageMin: 1n << 14n },
  };
  for (const [name, change] of Object.entries(nonsense)) {
    // With bounds that the log meets, and with none.
    for (const terms of [{ ...good.terms, ...change }, change])
      argue(await world(name, claimOf(good.codes, terms)), [met]);
  }
  const spare: Partial<RegularityTerms> = {
    ...band,
    level: 8n,
    epochsMin: 1n,
    epochsMax: 5n,
    shareMin: 1n,
    shareMax: 9_000n,
    coverageMin: 5n,
  };
  const missed: readonly Partial<RegularityTerms>[] = [
    { level: 8n, epochsMin: 2n },
    { level: 8n, epochsMax: 0n },
    { shareMin: 8_000n },
    { shareMax: 4_000n },
    { coverageMin: 10_000n },
    { level: 8n, epochsMin: 2n, high: 7n },
    { level: 8n, epochsMin: 2n, low: 5n, high: 8n },
  ];
  for (const terms of missed) {
    const base = await world(
      `missed: ${Object.keys(terms)}`,
      claimOf([half[0]!, [...half[1]!.slice(1), 0n]], { ...spare, ...terms }),
    );
    for (let field = 0; field + 1 < WIDTHS.length; field++)
      for (const by of [1n, -1n]) lendAcross(teller, base, "OpenRegularity", WIDTHS, field, by);
  }

  // 4. Levels: the answer's bit without its sum, the sum without bits, and the numbers before it.
  const levels: readonly [string, Codes, Partial<RegularityTerms>, which: number, reached: bigint][] = [
    ["an epoch short", half, { level: 8n, epochsMin: 2n }, 1, 1n],
    ["an epoch too many", half, { level: 8n, epochsMax: 0n }, 0, 0n],
    ["an epoch too many in the worst case", gappy, { level: 11n, epochsMax: 0n }, 1, 0n],
  ];
  for (const [name, codes, terms, e, reached] of levels) {
    const base = await world(name, claimOf(codes, terms));
    // Two components for each epoch: least level first.
    for (let at = 0; at < 2; at++) {
      for (const place of [`[${e}]`]) {
        const bit = (k: number) => wire(`Reaches${place}.bits.out[${k}]`, at);
        const value = (w: number) => base.witness[w]!;
        const flip = reached - value(bit(8));
        set(base, "the top bit", [bit(8), reached]);
        for (const k of [0, 3, 7])
          set(
            base,
            `the top bit, paid by bit ${k}`,
            [bit(8), reached],
            [bit(k), value(bit(k)) - flip * (1n << BigInt(8 - k))],
          );
        for (const part of ["value", "level", "bits.in"])
          for (const to of [0n, 8n, 176n, 256n, 400n])
            set(base, `${part} ${to}`, [wire(`Reaches${place}.${part}`, at), to]);
        set(base, "the answer", [wire(`Reaches${place}.out`, at), reached]);
      }
    }
    for (const part of ["levels", "adverse", "reached", "mayReach"])
      for (const to of [-200n, -20n, -8n, 0n, 1n, 2n, 8n, 176n])
        set(base, `${part} ${to}`, [wire(`${part}[${e}]`), to]);
    for (const to of [-11n, -1n, 0n, 1n, 11n]) set(base, `greatest ${to}`, [wire("greatest"), to]);
  }
  {
    // All epochs in range: an upper bound of 65535 may not hide behind a lower one.
    const base = await world("at most none", claimOf(full, { level: 1n, epochsMax: 0n }));
    set(base, "no bound", [wire("opened.epochsMax"), NO_BOUND]);
    set(base, "no bound where it is compared", [wire("Ordered.greater", 1), NO_BOUND]);
  }

  // 5. Places.
  for (const band of BANDS.slice(0, 3)) {
    const [from, to] = band;
    for (const code of sample ? (from === 4 ? [5] : []) : CODES) {
      const outside = to === 12 ? 1 : 12;
      const inBand = code >= from && code <= to;
      const codes = [epoch([code, 1], [from, 9], [0, 1], [outside, 5]), epoch([from, 1], [outside, 15])];
      const inside = 10n + (inBand ? 1n : 0n);
      const most = inside + (code === 0 ? 2n : 1n);
      const least = 9n + (inBand ? 1n : 0n);
      for (const [name, terms] of [
        ["share too low", { shareMin: (inside * 10_000n) / 32n + 1n }],
        ["share too high", { shareMax: (most * 10_000n) / 32n - 1n }],
        ["an epoch short", { level: least + 1n, epochsMin: 1n }],
        ["an epoch too many", { level: most - 1n, epochsMax: 0n }],
      ] as const) {
        const base = await world(
          `${name} by one reading`,
          claimOf(codes, { low: BigInt(from), high: BigInt(to), ...terms }),
        );
        tellFlagLies(teller, base, code, band);
      }
    }
  }
  {
    // The sum reads the inputs themselves: they must be the readings that are checked and hashed.
    const base = await world(
      "an epoch short by the sum",
      claimOf(half, { flags: SUM, level: 101n, epochsMin: 2n }),
    );
    set(base, "sum of other readings", [wire("codes[1][0]"), 150n], [wire("slots[1][0].code"), half[1]![0]!]);
    const first = await world(
      "the first epoch short by the sum",
      claimOf([half[1]!, half[0]!], { flags: SUM, level: 101n, epochsMin: 1n }),
    );
    set(
      first,
      "sum of other readings",
      [wire("codes[0][0]"), 150n],
      [wire("slots[0][0].code"), half[1]![0]!],
    );
  }
  await tellLentReading(teller, (codes) => claimOf(codes, { shareMin: 3_300n }));
}
