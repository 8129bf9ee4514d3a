// SPDX-License-Identifier: GPL-3.0-or-later
//
// False claims of the template "episode" at 2 epochs of 16 slots, and every way
// that we know to argue for them.

import { inverse } from "@vitalproof/hardhat-circom/attack";
import type { EpisodeTerms } from "../terms.ts";
import { episodeClaims } from "./episodeClaims.ts";
import { tellStepLies } from "./episodeDirect.ts";
import { tellMarkLies } from "./episodeLookup.ts";
import { tellSharedLies } from "./shared.ts";
import type { Teller } from "./teller.ts";

export async function tellEpisodeDirectLies(teller: Teller): Promise<void> {
  await tellEpisodeLies(teller);
  await tellStepLies(teller);
}

export async function tellEpisodeLookupLies(teller: Teller): Promise<void> {
  await tellEpisodeLies(teller);
  await tellMarkLies(teller);
}

async function tellEpisodeLies(teller: Teller): Promise<void> {
  const { court, shape, slots: N, sample, wire, codesOf, world, argue, set } = teller;
  const { claim, marked } = episodeClaims(teller);

  // 1. Every bound, missed; donors: a log that meets it, terms that ask for less.
  const bounds: readonly (readonly [
    name: string,
    text: string,
    terms: Partial<EpisodeTerms>,
    better: string,
  ])[] = [
    ["too few runs", "###.####.##", { minRun: 3n, runsMin: 3n }, "###.###.###"],
    ["too many runs", "###.####.##", { minRun: 3n, runsMax: 1n }, "###"],
    ["a run too short", "##", { minRun: 3n, runsMin: 1n }, "###"],
    ["a run too long", "####.", { minRun: 4n, runsMax: 0n }, "##.#"],
    ["a run broken by a missing reading", "##?##", { minRun: 5n, runsMin: 1n }, "#####"],
    ["a run that may go on in a missing reading", "##?##", { minRun: 5n, runsMax: 0n }, "##.##"],
    ["runs not parted by a missing reading", "###?###", { minRun: 3n, runsMin: 2n }, "###.###"],
    ["runs that a missing reading may part", "###?###", { minRun: 3n, runsMax: 1n }, "#######"],
    ["too few runs of valid", "##?##.###", { flags: 1n, minRun: 4n, runsMin: 2n }, "####.####"],
    ["too many runs of valid", "##?##.####", { flags: 1n, minRun: 4n, runsMax: 1n }, "##.##"],
    [
      "coverage too low",
      `##${"?".repeat(12)}`,
      { flags: 1n, minRun: 2n, runsMin: 1n, coverageMin: 9_000n },
      "##",
    ],
    ["no reading", "?".repeat(N), { minRun: 3n }, "###"],
    ["both bounds in the worst case", "###.##?#", { minRun: 3n, runsMin: 1n, runsMax: 5n }, "###.###"],
    ["one run too many", `${"#".repeat(3)}..###`, { minRun: 3n, runsMax: 1n }, "###"],
  ];
  for (const [name, text, terms, better] of sample ? bounds.slice(0, 2) : bounds) {
    const codes = marked(text);
    const base = await world(name, claim(codes, terms));
    const flags = terms.flags ?? 0n;
    const donors = [
      await world("a better log", claim(marked(better), terms)),
      await world("easier terms", claim(codes, { minRun: terms.minRun!, flags })),
      await world("the other semantics", claim(codes, { ...terms, flags: 1n - flags })),
      await world(
        "the other direction",
        claim(codes, { ...terms, runsMin: terms.runsMin === undefined ? 1n : 0n, runsMax: 65_535n }),
      ),
      await world("shorter runs", claim(codes, { ...terms, minRun: 2n })),
      await world("longer runs", claim(codes, { ...terms, minRun: 20n })),
      await world("a wider band", claim(codes, { ...terms, low: 1n, high: 12n })),
      await world("a lower band", claim(codes, { ...terms, low: 1n, high: 1n })),
    ];
    argue(base, donors);
    court.constants(base);
  }

  {
    // Readings below the band: only a lower end would let them in.
    const codes = codesOf([3, 16], [12, 16]);
    const terms = { minRun: 16n, runsMin: 1n };
    const base = await world("a run below the band", claim(codes, terms));
    argue(base, [await world("a lower end of the band", claim(codes, { ...terms, low: 3n }))]);
  }

  // 2. What every claim shares.
  const good = claim(codesOf([5, N]), { minRun: BigInt(N), runsMin: 1n });
  await tellSharedLies(teller, {
    good,
    bad: codesOf([9, N]),
    strict: good.terms,
    worse: 9n,
    open: "OpenEpisode",
  });

  // 3. Terms that no program of this instance has, and fields lent across their borders.
  const easy = claim(marked("###?###"), { minRun: 3n });
  const nonsense: Record<string, Partial<EpisodeTerms>> = {
    "another template": { template: 1n },
    "another profile": { profile: easy.terms.profile - 1n },
    "other epochs": { epochs: 3n },
    "an unknown flag": { flags: 2n },
    "flags 254": { flags: 254n },
    "low 0": { low: 0n },
    "low above high": { low: 8n, high: 7n },
    "high above the table": { high: BigInt(shape.codes) + 1n },
    "runs of no reading": { minRun: 0n },
    "a bit above the last field": { coverageMin: 1n << 14n },
  };
  const easyWorld = await world("terms that are met", easy);
  for (const [name, change] of sample ? [] : Object.entries(nonsense)) {
    const base = await world(name, {
      ...easy,
      terms: { ...easy.terms, ...change },
      context: easy.context,
    });
    argue(base, [easyWorld]);
    court.constants(base);
  }
  const FIELDS = ["low", "high", "minRun", "runsMin", "runsMax", "coverageMin"];
  const field = (name: string) => wire(`OpenEpisode.Fields.values[${FIELDS.indexOf(name)}]`);
  const borders: readonly (readonly [
    name: string,
    text: string,
    Partial<EpisodeTerms>,
    (readonly [string, bigint])[],
  ])[] = [
    [
      "too few runs",
      "###",
      { minRun: 3n, runsMin: 2n, runsMax: 65_535n },
      [
        ["runsMin", -(1n << 16n)],
        ["runsMax", 1n],
      ],
    ],
    [
      "a run too short",
      "##",
      { minRun: 3n, runsMin: 1n },
      [
        ["minRun", -(1n << 16n)],
        ["runsMin", 1n],
      ],
    ],
    [
      "a run too long",
      "####",
      { minRun: 4n, runsMax: 0n, runsMin: 1n, flags: 1n },
      [
        ["minRun", 1n << 16n],
        ["runsMin", -1n],
      ],
    ],
    [
      "too many runs",
      "###.###",
      { minRun: 3n, runsMax: 1n, coverageMin: 1n },
      [
        ["runsMax", 1n << 16n],
        ["coverageMin", -1n],
      ],
    ],
    [
      // A 2^13th of a run, paid for by the coverage.
      "too few runs",
      "###",
      { flags: 1n, minRun: 3n, runsMin: 2n, runsMax: 0n, coverageMin: 8n },
      [
        ["runsMax", 8n << 16n],
        ["coverageMin", -8n],
      ],
    ],
    [
      "a run outside the band",
      "...####",
      { minRun: 5n, runsMin: 1n, high: 8n, low: 4n },
      [
        ["high", 1n << 16n],
        ["minRun", -1n],
      ],
    ],
    [
      "a run outside the band",
      "...####",
      { minRun: 4n, runsMin: 2n, low: 4n, high: 8n },
      [
        ["low", 1n << 16n],
        ["high", -1n],
      ],
    ],
    // Coverage is paid for by what stands below it: 4/8192 of it are 2^16 * 4/8192 = 32 runs.
    [
      "coverage too low",
      "?".repeat(20),
      { flags: 1n, minRun: 3n, runsMax: 65_503n, coverageMin: 5_000n },
      [
        ["coverageMin", -4_000n],
        ["runsMax", 4_000n << 16n],
      ],
    ],
  ];
  for (const [name, text, terms, lent] of borders) {
    const base = await world(name, claim(marked(text), terms));
    const changes = lent.map(([at, by]) => [field(at), base.witness[field(at)]! + by] as const);
    set(base, `${lent.map(([at]) => at).join(" and ")} lent across their border`, ...changes);
  }

  // 4. The direction, said to be the other one.
  const twoSided = await world(
    "both bounds in the worst case",
    claim(marked("###.##?#"), { minRun: 3n, runsMin: 1n, runsMax: 5n }),
  );
  const short = await world("a run too short", claim(marked("##.#.##?#"), { minRun: 3n, runsMin: 1n }));
  for (const base of [twoSided, short]) {
    for (const out of [0n, 1n, 2n]) {
      const value = base.witness[wire("Direction.IsZero.in")]!;
      if (value !== 0n)
        set(base, `at most: ${out}`, [wire("Direction.IsZero.inv"), (1n - out) * inverse(value)]);
      for (const at of ["Direction.IsZero.out", "Direction.atMost", "atMost", "MissingRuleOf.atMost"])
        set(base, `${at} is ${out}`, [wire(at), out]);
    }
    for (const name of ["Direction.least", "Direction.most", "Direction.ofValid", "Direction.oneSided"])
      for (const value of [0n, 1n, 65_535n]) set(base, `${name} is ${value}`, [wire(name), value]);
  }
}
