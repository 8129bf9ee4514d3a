// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lies about runs by way of the marks and of the lookup that binds them to the
// readings (lookup construction).
import { inverse, mod } from "@vitalproof/hardhat-circom/attack";
import { solveReadings } from "../lookupForgery.ts";
import type { Base } from "../mutants.ts";
import { sums } from "../steps.ts";
import { episodeClaims } from "./episodeClaims.ts";
import type { Teller } from "./teller.ts";

/** Bits of a place in the lookup at 26 places; a mark stands above them. */
const S = 5n;
const MARK = 1n << S;
/** Bits of one count. */
const COUNT = 6n;

export async function tellMarkLies(teller: Teller): Promise<void> {
  const { court, shape, slots: N, wire, split, world, set } = teller;
  const { claim, marked } = episodeClaims(teller);
  const ENTRIES = 2 * (shape.codes + 1);

  // 1. Marks. Wires of one slot by name.
  const counts = (i: number) => wire(`counts[${i}]`);
  const stays = (i: number) => wire(`stays[${i}]`);
  const occurs = Array.from({ length: ENTRIES }, (_, t) => wire(`Lookup.counts[${t}]`));
  const long = await world("a run too long", claim(marked("###"), { minRun: 3n, runsMax: 0n }));
  const short = await world("a run too short", claim(marked("##.#.##?#"), { minRun: 3n, runsMin: 1n }));
  const valid = await world(
    "too few runs of valid",
    claim(marked("##?#.##"), { flags: 1n, minRun: 4n, runsMin: 1n }),
  );
  // The same mark from values that are no bits: -1 + 2 = 1, 0 + 2/2 = 1, 2 - 2 = 0.
  for (const [c, s] of [
    [-1n, 1n],
    [0n, inverse(2n)],
    [3n, -1n],
    [-2n, 1n],
    [1n, -inverse(2n)],
  ] as const) {
    for (const base of [long, short, valid])
      for (const i of [0, 1, 2, 3])
        set(base, `slot ${i} marked ${c} and ${s}`, [counts(i), c], [stays(i), s]);
  }
  for (const base of [long, short, valid]) {
    for (const i of [0, 1, 2, 3, 4]) {
      for (const [c, s] of [
        [0n, 0n],
        [1n, 0n],
        [0n, 1n],
        [1n, 1n],
      ] as const) {
        const lie = [
          [counts(i), c],
          [stays(i), s],
        ] as const;
        set(base, `slot ${i} marked ${c} and ${s}`, ...lie);
        // The counter reads the lie, the lookup the truth.
        const truth = base.witness[wire(`marks[${i}]`)]!;
        set(base, `slot ${i} counted as ${c} and ${s}`, ...lie, [wire(`marks[${i}]`), truth]);
        set(base, `slot ${i} looked up as it is`, ...lie, [wire(`Lookup.marks[${i}]`), truth]);
        for (const part of ["counts", "stays"] as const) {
          const value = part === "counts" ? c : s;
          set(base, `the counter's ${part}[${i}] is ${value}`, [wire(`RunLengths.${part}[${i}]`), value]);
          set(base, `the step's ${part}[${i}] is ${value}`, [
            wire(`RunLengths.RunStep[${i}].${part}`),
            value,
          ]);
        }
      }
      // Another place for the slot: another code, or another half of the table.
      for (const place of [4n, 5n, 9n, 13n, 18n, 22n]) {
        const mark = base.witness[wire(`marks[${i}]`)]! === 1n ? 0n : 1n;
        const t = Number(base.witness[wire(`places[${i}]`)]!);
        const moved = [
          [counts(i), mark],
          [occurs[t]!, base.witness[occurs[t]!]! - 1n],
          [occurs[Number(place)]!, base.witness[occurs[Number(place)]!]! + 1n],
        ] as const;
        for (const at of ["flat", "places", "Lookup.indices"]) {
          set(base, `${at}[${i}] is ${place}`, ...moved, [wire(`${at}[${i}]`), place]);
          set(base, `${at}[${i}] is ${place}`, [wire(`${at}[${i}]`), place]);
        }
      }
      for (const held of [0n, 1n]) {
        for (const at of ["held", "RunLengths.held", `RunLengths.RunStep[${i}].held`]) {
          const name = at.endsWith(".held") && at !== "RunLengths.held" ? at : `${at}[${i}]`;
          set(base, `${name} is ${held}`, [wire(name), held]);
        }
      }
      for (const out of [0n, 1n]) {
        const isz = `RunLengths.RunStep[${i}].IsEqual.isz`;
        const value = base.witness[wire(`${isz}.in`)]!;
        if (value !== 0n)
          set(base, `slot ${i} said to hold: ${out}`, [wire(`${isz}.inv`), (1n - out) * inverse(value)]);
        set(base, `slot ${i} said to hold: ${out}`, [wire(`${isz}.out`), out]);
      }
      for (const length of [0n, 1n, 2n, 3n, 4n]) {
        set(base, `length ${length} before slot ${i}`, [wire(`RunLengths.lengths[${i}]`), length]);
        set(base, `length ${length} after slot ${i}`, [wire(`RunLengths.RunStep[${i}].nextLength`), length]);
        set(base, `length ${length} read by slot ${i}`, [wire(`RunLengths.RunStep[${i}].length`), length]);
        set(base, `minRun ${length} at slot ${i}`, [wire(`RunLengths.RunStep[${i}].minRun`), length]);
      }
    }
  }
  // The table says otherwise: all readings of a code marked the other way.
  for (const base of [long, short]) {
    for (const t of [0, 5, 9, 13, 18, 22]) {
      const other = base.witness[wire(`table[${t}]`)]! === 0n ? 1n : 0n;
      const all = split(Array.from({ length: N }, (_, i) => base.witness[wire(`flat[${i}]`)]!)).flat();
      const marked = all.flatMap((code, i) => (code === BigInt(t % 13) ? [[counts(i), other] as const] : []));
      for (const at of ["table", "Lookup.table"]) {
        set(base, `${at}[${t}] is ${other}`, ...marked, [wire(`${at}[${t}]`), other]);
        set(
          base,
          `${at}[${t}] and its other half are ${other}`,
          ...marked,
          [wire(`${at}[${t}]`), other],
          [wire(`${at}[${(t + 13) % 26}]`), other],
        );
      }
    }
    for (const c of [0, 5, 9, 12])
      for (const value of [0n, 1n, 2n, 5n, mod(-1n), mod(-2n)])
        set(base, `continued[${c}] is ${value}`, [wire(`continued[${c}]`), value]);
  }

  // The point where the false marks come out equal: 1/(x - a) + 1/(x - b) = 2/(x - 5) there.
  {
    const text = "######";
    const base = await world("a run too long", claim(marked(text), { minRun: 6n, runsMax: 0n }));
    const [p, q] = [4n + MARK - 5n, 6n + MARK - 5n];
    const point = mod(5n + 2n * p * q * inverse(p + q));
    // Two readings inside are marked outside; no run is held any more.
    const lie = [
      [counts(2), 0n],
      [counts(3), 0n],
      [occurs[4]!, 1n],
      [occurs[5]!, 4n],
      [occurs[6]!, 1n],
    ] as const;
    for (const name of [
      "x",
      "Absorb.out",
      "Absorb.states[1]",
      "Absorb.SparsePoseidon[0].out",
      "Absorb.SparsePoseidon[0].GatedPoseidon.out",
    ])
      set(base, `${name} chosen after the marks`, ...lie, [wire(`Lookup.${name}`), point]);
    // Counts solved for, of readings that the circuit does not ask for: the same word, the same challenge.
    const marks = [
      [counts(2), 0n],
      [occurs[5]!, 6n],
    ] as const;
    const step = court.forger.retell(base.witness, new Map(marks)).witness;
    const x = step[wire("Lookup.x")]!;
    const solved = solveCounts(x, 10n, 11n, step);
    set(base, "counts solved for after the challenge", ...marks, ...solved);
    for (const part of ["Bits[].in", "Bits[].out", "checked[]"]) {
      const kept = occurs.map((w, t) => [wire(`Lookup.${part.replace("[]", `[${t}]`)}`), step[w]!] as const);
      set(base, `${part} kept, counts solved for after the challenge`, ...marks, ...solved, ...kept);
    }

    /** Shifts of two counts that keep the packed word and add what the false mark lacks. */
    function solveCounts(
      x: bigint,
      u: bigint,
      v: bigint,
      from: Base["witness"],
    ): (readonly [number, bigint])[] {
      const g = (value: bigint) => inverse(x - value);
      const lacks = mod(g(5n) - g(5n + MARK));
      const w = (t: bigint) => 1n << (COUNT * t);
      // w(u) du + w(v) dv = 0;  g(u) du + g(v) dv = lacks
      const determinant = inverse(mod(w(u) * g(v) - w(v) * g(u)));
      const du = mod(-w(v) * lacks * determinant);
      const dv = mod(w(u) * lacks * determinant);
      const at = (t: bigint) => occurs[Number(t)]!;
      return [
        [at(u), from[at(u)]! + du],
        [at(v), from[at(v)]! + dv],
      ];
    }
  }
  // Readings that pack to the same words (T2).
  {
    const truth = split([...new Array<bigint>(16).fill(9n), ...new Array<bigint>(16).fill(5n)]);
    const t2 = await world(
      "T2: half the readings outside",
      claim(truth, { low: 5n, high: 5n, minRun: 32n, runsMin: 1n }),
    );
    const claimed = [
      ...Array.from({ length: N }, (_, i) => [counts(i), 1n] as const),
      ...occurs.map((w, t) => [w, t === 5 ? 32n : 0n] as const),
    ];
    const step = court.forger.retell(t2.witness, new Map(claimed)).witness;
    const readings = solveReadings(truth[0]!, 5n, mod(step[wire("Lookup.x")]! - MARK), BigInt(shape.base));
    set(
      t2,
      "readings solved for after the challenge",
      ...claimed,
      ...readings.map((value, i) => [wire(`codes[0][${i}]`), value] as const),
    );
    for (const name of ["AtMost[].out", "checked[][]"]) {
      const at = (i: number) => (name === "checked[][]" ? `checked[0][${i}]` : `AtMost[${i}].out`);
      set(t2, `${name} solved for`, ...claimed, ...readings.map((value, i) => [wire(at(i)), value] as const));
    }
    for (const at of ["flat", "places", "Lookup.indices"])
      set(
        t2,
        `${at}[] as claimed`,
        ...claimed,
        ...truth[0]!.map((_, i) => [wire(`${at}[${i}]`), 5n] as const),
      );
  }

  // 2. Thresholds of the table that are not those of the terms.
  const hot = (at: number, vector: Readonly<Record<number, bigint>>) =>
    sums(vector, shape.codes + 1).map((value, c) => [wire(`Steps.reached[${c}]`, at), value] as const);
  const outside = (code: number) =>
    claim(split([...new Array<bigint>(16).fill(BigInt(code)), ...new Array<bigint>(16).fill(12n)]), {
      minRun: 16n,
      runsMin: 1n,
    });
  for (const [at, t, code] of [
    [0, 4, 3],
    [1, 6, 7],
  ] as const) {
    const base = await world(`a run beside the band, at ${code}`, outside(code));
    const marked = Array.from({ length: 16 }, (_, i) => [counts(i), 1n] as const);
    const vectors: Readonly<Record<number, bigint>>[] = [
      { [code]: 1n },
      { [t - 1]: 1n, [t]: -1n, [t + 1]: 1n },
      { [t - 1]: -1n, [t]: 3n, [t + 1]: -1n },
      { 1: 1n, [t - 1]: 1n },
      { 0: 1n, [t]: 1n },
      { 0: 1n, 1: 1n, [t - 1]: 1n },
      { 0: -1n, [t]: 1n, [t + 1]: 1n },
    ];
    for (const vector of vectors) {
      const label = Object.entries(vector).map(([c, k]) => `${k} at ${c}`);
      set(base, `${at === 0 ? "low" : "high"}: ${label}`, ...hot(at, vector));
      set(base, `${at === 0 ? "low" : "high"}: ${label}`, ...hot(at, vector), ...marked);
    }
    set(base, "threshold of the steps", [wire("Steps.threshold", at), BigInt(code)]);
    set(base, "threshold of the steps", [wire("Steps.threshold", at), BigInt(code)], ...marked);
  }

  // Two ones: low is reached from 1 on, and everything from 3 on counts twice; high before anything is.
  const lowest = claim(split([...new Array<bigint>(16).fill(1n), ...new Array<bigint>(16).fill(12n)]), {
    minRun: 16n,
    runsMin: 1n,
  });
  const every = (mark: bigint) => Array.from({ length: N }, (_, i) => [counts(i), mark] as const);
  set(
    await world("a run below the band", lowest),
    "low: ones at 1 and 3",
    ...hot(0, { 1: 1n, 3: 1n }),
    ...every(1n),
  );
  const inside = claim(marked("#".repeat(N)), { minRun: 3n, runsMax: 0n });
  set(
    await world("a run too long", inside),
    "high: ones at 0 and 6",
    ...hot(1, { 0: 1n, 6: 1n }),
    ...every(0n),
  );

  // The half of the table for held runs: what ends one, and what does not.
  const parted = claim(marked("###?###"), { minRun: 3n, runsMax: 1n });
  set(
    await world("runs that a missing reading may part", parted),
    "table[13] is 1",
    [counts(3), 1n],
    [wire("table[13]"), 1n],
  );
  const whole = claim(marked("#######"), { minRun: 3n, runsMin: 2n });
  set(await world("one run, not two", whole), "table[18] is 0", [counts(3), 0n], [wire("table[18]"), 0n]);
}
