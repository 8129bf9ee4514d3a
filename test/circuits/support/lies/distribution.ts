// SPDX-License-Identifier: GPL-3.0-or-later
//
// False claims of the template "distribution" at 2 epochs of 16 slots, and every
// way that we know to argue for them. Each one has public inputs for which no
// honest witness exists; what remains is to see which constraint says so, and
// that it is only one.

import { inverse } from "@vitalproof/hardhat-circom/attack";
import { honestClaim } from "../claim.ts";
import type { TermsFields } from "../terms.ts";
import { tellPlaceLies } from "./distributionDirect.ts";
import { tellCountLies } from "./distributionHistogram.ts";
import { tellSharedLies } from "./shared.ts";
import type { Teller } from "./teller.ts";

const BAND = { low: 4n, high: 6n };

export async function tellDirectLies(teller: Teller): Promise<void> {
  await tellDistributionLies(teller, "slots[0][0].code");
  await tellPlaceLies(teller);
}

export async function tellHistogramLies(teller: Teller): Promise<void> {
  await tellDistributionLies(teller, "AtMost[0].in");
  await tellCountLies(teller);
}

/** @param checked the wire from which the first reading is checked */
async function tellDistributionLies(teller: Teller, checked: string): Promise<void> {
  const { court, shape, sample, wire, slots: N, codesOf, world, argue, set } = teller;

  // 1. Every bound, missed; donors: a log that meets it, terms that ask for less.
  const middling = codesOf([5, 16], [9, 8], [2, 8]);
  const gappy = codesOf([5, 16], [9, 8], [0, 8]);
  const bounds: readonly {
    name: string;
    codes: bigint[][];
    terms: Partial<TermsFields>;
    better: bigint[][];
  }[] = [
    { name: "share too low", codes: middling, terms: { shareMin: 6_000n }, better: codesOf([5, 24], [9, 8]) },
    { name: "share too high", codes: middling, terms: { shareMax: 4_000n }, better: codesOf([9, 32]) },
    { name: "mean too low", codes: middling, terms: { meanMin: 9n }, better: codesOf([10, 32]) },
    { name: "mean too high", codes: middling, terms: { meanMax: 3n }, better: codesOf([2, 32]) },
    { name: "coverage too low", codes: gappy, terms: { coverageMin: 9_000n }, better: middling },
    {
      name: "coverage too high",
      codes: gappy,
      terms: { flags: 1n, coverageMax: 5_000n },
      better: codesOf([5, 8], [0, 24]),
    },
    { name: "no reading", codes: codesOf([0, N]), terms: {}, better: middling },
    {
      name: "share too low in the worst case",
      codes: gappy,
      terms: { shareMin: 6_000n },
      better: codesOf([5, 24], [9, 8]),
    },
    { name: "share too high in the worst case", codes: gappy, terms: { shareMax: 7_000n }, better: middling },
    {
      name: "mean too low in the worst case",
      codes: gappy,
      terms: { meanMin: 6n, meanMax: 12n },
      better: middling,
    },
    { name: "mean too high in the worst case", codes: gappy, terms: { meanMax: 7n }, better: middling },
    {
      name: "share of valid too low",
      codes: gappy,
      terms: { flags: 1n, shareMin: 7_000n },
      better: codesOf([5, N]),
    },
    {
      name: "share of valid too high",
      codes: gappy,
      terms: { flags: 1n, shareMax: 6_000n },
      better: codesOf([9, N]),
    },
  ];
  for (const { name, codes, terms, better } of sample ? bounds.slice(0, 1) : bounds) {
    const claim = honestClaim(shape, { codes, terms: { ...BAND, ...terms } });
    const base = await world(name, claim);
    const donors = [
      await world("a better log", honestClaim(shape, { codes: better, terms: { ...BAND, ...terms } })),
      await world(
        "easier terms",
        honestClaim(shape, { codes, terms: { ...BAND, flags: claim.terms.flags } }),
      ),
      await world(
        "the other semantics",
        honestClaim(shape, { codes, terms: { ...BAND, ...terms, flags: 1n - claim.terms.flags } }),
      ),
      await world(
        "a wider band",
        honestClaim(shape, { codes, terms: { ...claim.terms, low: 1n, high: 12n } }),
      ),
      await world(
        "a lower band",
        honestClaim(shape, { codes, terms: { ...claim.terms, low: 1n, high: 1n } }),
      ),
    ];
    argue(base, donors);
    court.constants(base);
  }

  // 2. What every claim shares.
  const good = honestClaim(shape, { codes: codesOf([5, N]), terms: { ...BAND, shareMin: 10_000n } });
  await tellSharedLies(teller, {
    good,
    bad: codesOf([9, N]),
    strict: good.terms,
    worse: 9n,
    open: "OpenDistribution",
  });

  // 3. Terms that no program of this instance has, and fields lent across their borders.
  const easy = honestClaim(shape, { codes: codesOf([5, 16], [9, 15], [0, 1]), terms: BAND });
  const nonsense: Record<string, Partial<TermsFields>> = {
    "another template": { template: 2n },
    "another profile": { profile: easy.terms.profile - 1n },
    "other epochs": { epochs: 3n },
    "an unknown flag": { flags: 8n },
    "flags 248": { flags: 248n },
    "low 0": { low: 0n },
    "low above high": { low: 8n, high: 7n },
    "high above the table": { high: BigInt(shape.codes) + 1n },
    "meanMin beyond its bits": { meanMin: 16n },
    "meanMax beyond its bits": { meanMax: 16n },
    "a bit above the last field": { coverageMax: 10_000n + (1n << 14n) },
  };
  const gapless = codesOf([5, 16], [9, 16]);
  const easyWorld = await world("terms that are met", easy);
  for (const [name, change] of sample ? [] : Object.entries(nonsense)) {
    const terms = { ...easy.terms, ...change };
    for (const codes of [easy.codes, gapless]) {
      const claim = { ...easy, codes, terms, context: easy.context };
      const base = await world(name, claim);
      argue(base, [easyWorld, await world("terms that are met", { ...easy, codes })]);
    }
  }
  const borders: readonly (readonly [
    name: string,
    bigint[][],
    Partial<TermsFields>,
    (readonly [string, bigint])[],
  ])[] = [
    [
      "share too low",
      middling,
      { shareMin: 6_000n, shareMax: 9_000n },
      [
        ["shareMin", -(1n << 14n)],
        ["shareMax", 1n],
      ],
    ],
    [
      "share too high",
      middling,
      { shareMax: 4_000n, meanMin: 2n },
      [
        ["shareMax", 1n << 14n],
        ["meanMin", -1n],
      ],
    ],
    [
      "mean too low",
      middling,
      { meanMin: 9n, meanMax: 11n },
      [
        ["meanMin", -(1n << 16n)],
        ["meanMax", 1n],
      ],
    ],
    [
      "mean too high",
      middling,
      { meanMax: 3n, coverageMin: 5n },
      [
        ["meanMax", 1n << 16n],
        ["coverageMin", -1n],
      ],
    ],
    [
      "coverage too low",
      gappy,
      { flags: 1n, coverageMin: 9_000n, coverageMax: 9_500n },
      [
        ["coverageMin", -(1n << 14n)],
        ["coverageMax", 1n],
      ],
    ],
    // A 32nd of a step, paid for by the field below: (1/32)·2^106 = 512·2^92.
    [
      "coverage too high",
      codesOf([5, 1], [0, N - 1]),
      { flags: 1n, coverageMin: 8_192n, coverageMax: 312n },
      [
        ["coverageMax", 16n * inverse(32n)],
        ["coverageMin", -8_192n],
      ],
    ],
    [
      "share too low",
      middling,
      { shareMin: 6_000n, high: 6n },
      [
        ["band.high", 1n << 16n],
        ["shareMin", -1n],
      ],
    ],
    [
      "share too low",
      middling,
      { shareMin: 6_000n, high: 7n },
      [
        ["band.low", -(1n << 16n)],
        ["band.high", 1n],
      ],
    ],
    [
      "share too low",
      middling,
      { shareMin: 6_000n, low: 4n, high: 8n },
      [
        ["band.low", 1n << 16n],
        ["band.high", -1n],
      ],
    ],
  ];
  for (const [name, codes, change, lent] of borders) {
    const base = await world(name, honestClaim(shape, { codes, terms: { ...BAND, ...change } }));
    const changes = lent.map(([field, by]) => {
      const at = wire(`OpenDistribution.opened.${field}`);
      return [at, base.witness[at]! + by] as const;
    });
    set(base, `${lent.map(([field]) => field).join(" and ")} lent across their border`, ...changes);
  }
  {
    // The sum reads the inputs themselves: they must be the readings that are checked and hashed.
    const base = await world(
      "mean too low",
      honestClaim(shape, { codes: middling, terms: { ...BAND, meanMin: 9n } }),
    );
    const truth = middling[0]![0]!;
    set(base, "sum of other readings", [wire("codes[0][0]"), truth + 150n], [wire(checked), truth]);
  }
}
