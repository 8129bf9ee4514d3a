// SPDX-License-Identifier: GPL-3.0-or-later
//
// False circuits about the two test instances, and every way that we know to
// argue for them. Each one has public inputs for which no honest witness exists;
// what remains is to see which constraint says so, and that it is only one.
import type { Circuit } from "./circuit.ts";
import {
  type Claim,
  contextOf,
  headAfter,
  headOf,
  headsOf,
  holderOf,
  honestClaim,
  inputOf,
  leafOf,
  pathOf,
  type Shape,
  subjectOf,
  type TermsFields,
  type TermsHeader,
} from "./claim.ts";
import { inverse, mod } from "./constraints.ts";
import { tellHashLies } from "./hashLies.ts";
import { solveReadings } from "./lookupForgery.ts";
import { tellMembershipLies } from "./membershipLies.ts";
import type { Base, Court } from "./mutants.ts";
import { tellPackingLie } from "./packingLie.ts";
import { sums } from "./steps.ts";
import type { CircuitInput } from "./tester.ts";

const EPOCH = 1n << 24n;

export interface LiesOptions {
  readonly circuit: Circuit;
  readonly court: Court;
  readonly shape: Shape;
  /** A sample that takes seconds, or every lie. */
  readonly sample: boolean;
}

/** Wires by name, without the places of anonymous components: `Steps.hot[3]` may be several. */
export function finder(circuit: Circuit) {
  const wires = new Map<string, number[]>();
  for (const name of circuit.system.names()) {
    const short = name.replace(/(?<=[A-Za-z0-9])_\d+_\d+/g, "");
    const found = wires.get(short);
    if (found === undefined) wires.set(short, [circuit.system.wire(name)]);
    else found.push(circuit.system.wire(name));
  }
  return (name: string, at = 0): number => {
    const wire = wires.get(name)?.[at];
    if (wire === undefined) throw new Error(`no wire ${name} #${at}`);
    return wire;
  };
}

/** What every teller of lies needs. */
export function teller({ circuit, court, shape, sample }: LiesOptions) {
  const wire = finder(circuit);
  const N = shape.epochs * shape.slots;
  const split = (flat: readonly bigint[]) =>
    Array.from({ length: shape.epochs }, (_, e) => flat.slice(e * shape.slots, (e + 1) * shape.slots));
  const codesOf = (...groups: readonly (readonly [code: number, count: number])[]) =>
    split(groups.flatMap(([code, count]) => new Array<bigint>(count).fill(BigInt(code))));
  const liar = async (name: string, input: CircuitInput): Promise<Base> => ({
    name,
    witness: await circuit.liar(input),
  });
  const world = (name: string, claim: Claim<TermsHeader>, overrides: CircuitInput = {}) =>
    liar(name, inputOf(claim, overrides));
  // A sample splices only the first worlds; every lie that is built by hand is told all the same.
  let budget = 4;
  const argue = async (base: Base, donors: readonly Base[]) => {
    court.hear("", base, new Map());
    for (const donor of donors) if (!sample || --budget >= 0) court.splice(base, donor);
  };
  const set = (base: Base, name: string, ...changes: readonly (readonly [number, bigint])[]) =>
    court.hear(name, base, new Map(changes.map(([w, value]) => [w, mod(value)])));
  return { court, shape, sample, wire, N, split, codesOf, liar, world, argue, set };
}

export type Teller = ReturnType<typeof teller>;

/** Changes of a claim, and whether its terms ask that every reading be in the band 4 to 6. */
type Made = Partial<Pick<Claim, "secret" | "codes">> & { readonly strict?: boolean };

/** Lies about the parts that every claim circuit has; `make` builds the template's claims. */
export async function tellSharedLies(
  { court, shape, wire, N, codesOf, liar, world, argue, set }: Teller,
  make: (changes: Made) => Claim<TermsHeader>,
): Promise<void> {
  // 2. Somebody else's holder, scope and log.
  const own = make({});
  const ownInput = inputOf(own);
  const stranger = make({ secret: own.secret + 1n });
  const strangerWorld = await world("the stranger", stranger);
  await argue(await world("a stranger's holder", own, { holder: holderOf(stranger.secret, own.scope) }), [
    strangerWorld,
  ]);
  await argue(await world("a stranger's log", { ...own, subjectSecret: stranger.secret }), [strangerWorld]);
  await argue(await liar("a holder of another scope", { ...ownInput, scope: own.scope + 1n }), [
    await world("the person in the other scope", { ...own, scope: own.scope - 1n }),
    await world("the person in this scope", own),
  ]);

  // 3. Another log than the one that is anchored.
  const good = make({ strict: true, codes: codesOf([5, N]) });
  const bad = { ...good, codes: codesOf([9, N]) };
  const at = (path: ReturnType<typeof pathOf>) => ({
    anchorRoot: path.root,
    index: path.index,
    depth: path.depth,
    siblings: path.siblings,
  });
  const badWorld = await world("the anchored log", bad);
  const rootOf = (leaf: bigint) => at(pathOf(leaf, good.before, good.after));
  const lastContext = good.context + EPOCH;
  const subject = subjectOf(good.secret);
  const badRoot = rootOf(leafOf(subject, lastContext, headsOf(bad)[1]!));
  const swapped = await world("good readings for a bad log", good, badRoot);
  await argue(swapped, [badWorld]);
  // One reading different, so that a single copy of it can be bent.
  for (let slot = 0; slot < N; slot += N - 1) {
    const one = good.codes.map((row, e) => row.map((code, i) => (e * shape.slots + i === slot ? 9n : code)));
    const truth = { ...good, codes: one };
    const lie = { ...truth, codes: good.codes };
    const bettered = await world(
      "one reading bettered",
      lie,
      rootOf(leafOf(subject, lastContext, headsOf(truth)[1]!)),
    );
    await argue(bettered, [await world("the true reading", truth)]);
    tellPackingLie(wire, set, bettered, truth, lie);
    await argue(await world("one reading short", truth), [await world("one reading better", lie)]);
  }
  // Epochs that do not belong together.
  const heads = headsOf(good);
  const garbage = 0xbadn;
  const torn = headOf(shape, garbage, lastContext, good.salts[1]!, good.codes[1]!);
  const tornBase = await world("a chain torn", good, rootOf(leafOf(subject, lastContext, torn)));
  const chain = "AnchoredReadings.chain";
  for (const name of [
    "heads[1]",
    "Head[1].previous",
    "Head[1].SparsePoseidon.inputs[1]",
    "Head[1].SparsePoseidon.GatedPoseidon.inputs[1]",
    "Head[0].out",
    "Head[0].SparsePoseidon.out",
    "Head[0].SparsePoseidon.GatedPoseidon.out",
  ]) {
    set(tornBase, name, [wire(`${chain}.${name}`), garbage]);
  }
  // T34: the head on record is over another epoch's content than the one that is shown.
  const swappedBase = await world(
    "a head over another inner hash",
    good,
    rootOf(leafOf(subject, lastContext, headAfter(heads[0]!, garbage))),
  );
  for (const name of [
    "inner[1]",
    "Head[1].inner",
    "Head[1].SparsePoseidon.inputs[2]",
    "Head[1].SparsePoseidon.GatedPoseidon.inputs[2]",
    "Inner[1].out",
    "Inner[1].states[0]",
    "Inner[1].SparsePoseidon.out",
    "Inner[1].SparsePoseidon.GatedPoseidon.out",
  ]) {
    set(swappedBase, name, [wire(`${chain}.${name}`), garbage]);
  }
  const skipped = good.context + 5n * EPOCH;
  const skippedHead = headOf(shape, heads[0]!, skipped, good.salts[1]!, good.codes[1]!);
  const skippedBase = await world(
    "an epoch skipped",
    good,
    rootOf(leafOf(subject, lastContext, skippedHead)),
  );
  const lateBase = await world("a leaf of another epoch", good, rootOf(leafOf(subject, skipped, heads[1]!)));
  for (const name of [
    "chain.Inner[1].context",
    "chain.Inner[1].SparsePoseidon.inputs[1]",
    "chain.Inner[1].SparsePoseidon.GatedPoseidon.inputs[1]",
  ]) {
    set(skippedBase, name, [wire(`AnchoredReadings.${name}`), skipped]);
  }
  for (const name of [
    "chain.lastContext",
    "Leaf.context",
    "Leaf.SparsePoseidon.inputs[2]",
    "Leaf.SparsePoseidon.GatedPoseidon.inputs[2]",
  ]) {
    set(lateBase, name, [wire(`AnchoredReadings.${name}`), skipped]);
  }
  const moved = { ...good.terms, epoch: good.terms.epoch + 3n, offset: 7n };
  await argue(await world("terms of another time", { ...good, terms: moved }), [
    await world("the log's own time", good),
    await world("the terms' time", { ...good, terms: moved, context: contextOf(moved) }),
  ]);

  // 4. Hashes that are none of the protocol's.
  await tellHashLies({ wire, world, set }, good, rootOf);

  // 5. Membership.
  await tellMembershipLies(
    { court, wire, liar, argue, set },
    { good, swapped, path: badRoot, anchored: badWorld },
  );
}

export async function tellLies(
  options: LiesOptions & { readonly construction: "direct" | "histogram" },
): Promise<void> {
  const { construction } = options;
  const told = teller(options);
  const { court, shape, sample, wire, N, split, codesOf, world, argue, set } = told;
  const band = { low: 4n, high: 6n };

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
    const claim = honestClaim(shape, { codes, terms: { ...band, ...terms } });
    const base = await world(name, claim);
    const donors = [
      await world("a better log", honestClaim(shape, { codes: better, terms: { ...band, ...terms } })),
      await world(
        "easier terms",
        honestClaim(shape, { codes, terms: { ...band, flags: claim.terms.flags } }),
      ),
      await world(
        "the other semantics",
        honestClaim(shape, { codes, terms: { ...band, ...terms, flags: 1n - claim.terms.flags } }),
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
    await argue(base, donors);
    court.constants(base);
  }

  // 2 to 5. What all templates share.
  await tellSharedLies(told, (changes) =>
    honestClaim(shape, { ...changes, terms: { ...band, shareMin: changes.strict ? 10_000n : 0n } }),
  );

  // 6. Terms that no program of this instance has, and fields lent across their borders.
  const easy = honestClaim(shape, { codes: codesOf([5, 16], [9, 15], [0, 1]), terms: band });
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
      await argue(base, [easyWorld, await world("terms that are met", { ...easy, codes })]);
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
    const base = await world(name, honestClaim(shape, { codes, terms: { ...band, ...change } }));
    const changes = lent.map(([field, by]) => {
      const at = wire(`OpenDistribution.opened.${field}`);
      return [at, base.witness[at]! + by] as const;
    });
    set(base, `${lent.map(([field]) => field).join(" and ")} lent across their border`, ...changes);
  }
  {
    // An epoch number of 33 bits reaches into the number of epochs.
    const context = easy.context + (1n << 56n);
    const claim = { ...easy, context, terms: { ...easy.terms, epochs: 3n } };
    const base = await world("three epochs, time overflowing", claim);
    const time = wire("OpenDistribution.OpenHeader.time");
    set(base, "time + 2^40", [time, base.witness[time]! + (1n << 40n)]);
    for (const name of ["Bits.out", "checkedTime"]) {
      const at = wire(`OpenDistribution.OpenHeader.${name}`);
      set(base, `${name} + 2^40`, [at, base.witness[at]! + (1n << 40n)]);
    }
  }

  {
    // The sum reads the inputs themselves: they must be the readings that are checked and hashed.
    const base = await world(
      "mean too low",
      honestClaim(shape, { codes: middling, terms: { ...band, meanMin: 9n } }),
    );
    const kept = construction === "direct" ? "slots[0][0].code" : "AtMost[0].in";
    const truth = middling[0]![0]!;
    set(base, "sum of other readings", [wire("codes[0][0]"), truth + 150n], [wire(kept), truth]);
  }

  if (construction === "direct") await lieAboutPlaces();
  else await lieAboutCounts();

  /** Direct: every choice of the region flags and their products, boolean or not. */
  async function lieAboutPlaces(): Promise<void> {
    const slot = (name: string) => wire(`slots[0][0].${name}`);
    const values = [-2n, -1n, 0n, 1n, 2n];
    for (const [low, high] of [
      [4, 6],
      [5, 12],
      [1, 3],
      [8, 8],
    ] as const) {
      for (const code of sample ? (low === 4 ? [5, 9] : []) : [0, 1, 3, 5, 9, 11]) {
        const codes = codesOf([code, 1], [low, 10], [0, 1], [high === 12 ? 1 : 12, 20]);
        const inside = 10n + (code >= low && code <= high ? 1n : 0n);
        const missing = code === 0 ? 2n : 1n;
        const least = (inside * 10_000n) / 32n + 1n;
        const most = ((inside + missing) * 10_000n) / 32n;
        for (const terms of [{ shareMin: least }, { shareMax: most - 1n }]) {
          const claim = honestClaim(shape, {
            codes,
            terms: { low: BigInt(low), high: BigInt(high), ...terms },
          });
          const base = await world(
            `${"shareMin" in terms ? "share too low" : "share too high"} by one reading`,
            claim,
          );
          for (const m of values) {
            for (const i of values) {
              for (const a of values) {
                const flags = [
                  [slot("missing"), m],
                  [slot("inside"), i],
                  [slot("above"), a],
                ] as const;
                const label = `code ${code} of ${low}..${high}: missing ${m}, inside ${i}, above ${a}`;
                set(base, label, ...flags);
                const simple = [m, i, a].every((flag) => flag === 0n || flag === 1n) && m + i + a <= 1n;
                if (!simple) continue;
                for (const end of ["lowIfInside", "lowIfAbove", "highIfBelow", "highIfInside"]) {
                  for (const value of [0n, BigInt(code), BigInt(code) - 12n, 12n])
                    set(base, `${label}, ${end} = ${value}`, ...flags, [slot(end), value]);
                }
                for (const value of values)
                  set(base, `${label}, below ${value}`, ...flags, [slot("below"), value]);
              }
            }
          }
        }
      }
    }
    // A code outside the table, in a word that is the same: 16 lent to the slot before.
    for (const lend of [1n, -1n]) {
      const codes = codesOf([9, 1], [lend === 1n ? 7 : 3, 1], [5, 10], [12, 20]);
      const claim = honestClaim(shape, { codes, terms: { ...band, shareMin: 3_300n } });
      const base = await world("16 lent to the slot before", claim);
      set(base, "", [wire("codes[0][0]"), 9n + 16n * lend], [wire("codes[0][1]"), codes[0]![1]! - lend]);
    }
  }

  /** Histogram: the lookup, the steps, and what binds them to the challenge. */
  async function lieAboutCounts(): Promise<void> {
    const counts = Array.from({ length: shape.codes + 1 }, (_, c) => wire(`Histogram.Lookup.counts[${c}]`));
    const x = (base: Base) => base.witness[wire("Histogram.Lookup.x")]!;
    const claim = honestClaim(shape, { codes: middling, terms: { ...band, shareMin: 6_000n } });
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
      honestClaim(shape, { codes: codesOf([5, 8], [9, 24]), terms: { ...band, shareMin: 6_000n } }),
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
        set(
          t2,
          `${name} solved for`,
          ...claimed,
          ...readings.map((value, i) => [wire(at(i)), value] as const),
        );
      }
      // Checked and packed is the truth, counted is the claim.
      for (const at of ["flat[", "Histogram.codes[", "Histogram.Lookup.indices["])
        set(
          t2,
          `${at}] as claimed`,
          ...claimed,
          ...truth[0]!.map((_, i) => [wire(`${at}${i}]`), 5n] as const),
        );
    }
    // Vectors with other than a single one.
    const hot = (at: number, vector: Readonly<Record<number, bigint>>) =>
      sums(vector, shape.codes + 1).map((value, c) => [wire(`Steps.reached[${c}]`, at), value] as const);
    const lower = honestClaim(shape, {
      codes: codesOf([3, 16], [5, 16]),
      terms: { ...band, shareMin: 6_000n },
    });
    const upper = honestClaim(shape, {
      codes: codesOf([7, 16], [5, 16]),
      terms: { ...band, shareMin: 6_000n },
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
    const generous = { ...band, shareMin: 6_000n, shareMax: 16_383n };
    const twice = await world(
      "share too low",
      honestClaim(shape, { codes: codesOf([5, 10], [12, 22]), terms: generous }),
    );
    set(twice, "low: ones at 1 and 3", ...hot(0, { 1: 1n, 3: 1n }));
    set(twice, "inside without readings", [wire("insideOf[0]"), 10n]);
    const full = await world(
      "share too high",
      honestClaim(shape, { codes: codesOf([5, N]), terms: { ...band, shareMax: 4_000n } }),
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
}
