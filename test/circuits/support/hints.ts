// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the honest prover finds every hint of the claim circuits, by the names of
// the signals. A liar who changes one value has all other hints found this way,
// so that nothing but the lie itself can give the lie away.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ConstraintSystem, type HintRule, inverse, mod } from "@vitalproof/hardhat-circom/attack";
import { poseidonWires } from "./poseidon.ts";

const { terms } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../circuits/protocol.json"), "utf8"),
);

/** Every signal that circuits/ and the libraries assign with `<--`, in the order in which values are found. */
export const HINTS: readonly RegExp[] = [
  /OpenHeader_\d+_\d+\.(time|header\.flags\[\d+\]|header\.fields)$/,
  /Fields_\d+_\d+\.values\[\d+\]$/,
  /OpenDistribution_\d+_\d+\.opened\.(band\.(low|high)|(share|mean|coverage)(Min|Max))$/,
  /\.slots\[\d+\]\[\d+\]\.(missing|inside|above)$/,
  /Lookup_\d+_\d+\.counts\[\d+\]$/,
  /^main\.(counts|stays)\[\d+\]$/,
  /Lookup_\d+_\d+\.(inverses|shares)\[\d+\]$/,
  /Steps_\d+_\d+\.reached\[\d+\]$/,
  /GatedPoseidon_\d+_\d+(\[\d+\])*\.(full\[\d+\]\[\d+\]|partial\[\d+\]|out)$/,
  /Pack_\d+_\d+(\[\d+\])*\.zero$/,
  /AtMost_\d+_\d+(\[\d+\])*\.digits\[\d+\]$/,
  /\.inv$/,
  /(Num2Bits_\d+_\d+(\[\d+\])*|\.bits)\.out\[\d+\]$/,
];

interface Field {
  readonly name: string;
  readonly bits: number;
}

function layout(fields: readonly Field[]): Map<string, { shift: bigint; mask: bigint }> {
  let shift = 0n;
  return new Map(
    fields.map(({ name, bits }) => {
      const at = { shift, mask: (1n << BigInt(bits)) - 1n };
      shift += BigInt(bits);
      return [name, at];
    }),
  );
}

const HEADER = layout(terms.header);
const FIELDS = layout(terms.templates.distribution.fields);
/** Fields of every template in their order, for the gadget that splits them. */
const LAYOUTS = new Map<string, { shift: bigint; mask: bigint }[]>(
  Object.entries<{ fields: Field[] }>(terms.templates).map(([name, { fields }]) => [
    name.toLowerCase(),
    [...layout(fields).values()],
  ]),
);
const HEADER_BITS = BigInt((terms.header as Field[]).reduce((sum, { bits }) => sum + bits, 0));

/** Weights of AtMost's digits: powers of two, and a last one that makes them add up to the maximum. */
export function digitsOf(value: bigint, max: bigint, count: number): bigint[] {
  const low = (1n << BigInt(count - 1)) - 1n;
  const takesLast = value > low ? 1n : 0n;
  const rest = mod(value - takesLast * (max - low));
  return Array.from({ length: count }, (_, k) => (k === count - 1 ? takesLast : (rest >> BigInt(k)) & 1n));
}

/** 1 / value, found once: most pairs of a lookup occur in many slots, and a lie leaves most of them as they were. */
function rememberedInverse(value: bigint): bigint {
  let found = inverses.get(value);
  if (found === undefined) {
    if (inverses.size >= MOST_INVERSES) inverses.clear();
    found = inverse(value);
    inverses.set(value, found);
  }
  return found;
}
const inverses = new Map<bigint, bigint>();
const MOST_INVERSES = 1 << 16;

/** The wires of a hash, found once for all of its rules. */
function permutation(): (unit: bigint, inputs: readonly bigint[]) => ReadonlyMap<string, bigint> {
  let of: readonly bigint[] = [];
  let wires: ReadonlyMap<string, bigint> = new Map();
  return (unit, inputs) => {
    const now = [unit, ...inputs];
    if (now.some((value, i) => value !== of[i])) [of, wires] = [now, poseidonWires(inputs, unit)];
    return wires;
  };
}

/** What hashes and packings have inside: hints that follow from their inputs, for liars who leave those parts alone. */
export function hashHints(system: ConstraintSystem): HintRule[] {
  const names = new Set(system.names());
  const rules: HintRule[] = [];
  const permutations = new Map<string, ReturnType<typeof permutation>>();
  for (const name of names) {
    // The words follow from their constraints once the 0 is known.
    if (/Pack_\d+_\d+(\[\d+\])*\.zero$/.test(name))
      rules.push({ wire: system.wire(name), needs: [], value: () => 0n });
    const match = /^(.*GatedPoseidon_\d+_\d+(?:\[\d+\])*)\.(full\[[1-7]\]\[\d+\]|partial\[\d+\]|out)$/.exec(
      name,
    );
    if (match === null) continue;
    const [, hash, part] = match;
    const wires = permutations.get(hash!) ?? permutation();
    permutations.set(hash!, wires);
    rules.push({
      wire: system.wire(name),
      needs: [`${hash}.unit`, ...numbered(names, `${hash}.inputs`)].map((need) => system.wire(need)),
      value: ([unit, ...inputs]) => wires(unit!, inputs).get(part!)!,
    });
  }
  return rules;
}

function numbered(names: ReadonlySet<string>, prefix: string): string[] {
  const found: string[] = [];
  while (names.has(`${prefix}[${found.length}]`)) found.push(`${prefix}[${found.length}]`);
  return found;
}

/**
 * @param codes highest code of the circuit's profile
 */
export function honestHints(system: ConstraintSystem, codes: number): HintRule[] {
  const names = new Set(system.names());
  const rules = hashHints(system);
  const add = (name: string, needs: readonly string[], value: (known: readonly bigint[]) => bigint) => {
    rules.push({ wire: system.wire(name), needs: needs.map((need) => system.wire(need)), value });
  };
  for (const name of names) {
    let match = /^(.*(?:Num2Bits_\d+_\d+(?:\[\d+\])*|\.bits))\.out\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const k = BigInt(match[2]!);
      add(name, [`${match[1]}.in`], ([value]) => (value! >> k) & 1n);
      continue;
    }
    match = /^(.*AtMost_\d+_\d+(?:\[\d+\])*)\.digits\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const k = Number(match[2]);
      const max = BigInt(codes);
      const count = numbered(names, `${match[1]}.digits`).length;
      add(name, [`${match[1]}.in`], ([value]) => digitsOf(value!, max, count)[k]!);
      continue;
    }
    match = /^(.*)\.inv$/.exec(name);
    if (match !== null) {
      add(name, [`${match[1]}.in`], ([value]) => (value === 0n ? 0n : rememberedInverse(value!)));
      continue;
    }
    match = /^(slots\[\d+\]\[\d+\])\.(missing|inside|above)$/.exec(name);
    if (match !== null) {
      const [, slot, flag] = match;
      add(name, [`${slot}.code`, `${slot}.band.low`, `${slot}.band.high`], ([code, low, high]) => {
        if (flag === "missing") return code === 0n ? 1n : 0n;
        if (flag === "inside") return code! >= low! && code! <= high! ? 1n : 0n;
        return code! > high! ? 1n : 0n;
      });
      continue;
    }
    match = /^(.*Lookup_\d+_\d+)\.(counts|inverses|shares)\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const [, lookup, kind, index] = match;
      // A pair is index + 2^S mark, S the bits of the table's last index.
      const S = BigInt((numbered(names, `${lookup}.counts`).length - 1).toString(2).length);
      if (kind === "counts") {
        const t = BigInt(index!);
        add(name, numbered(names, `${lookup}.indices`), (all) =>
          BigInt(all.filter((place) => place === t).length),
        );
      } else if (kind === "inverses") {
        add(
          name,
          [`${lookup}.x`, `${lookup}.indices[${index}]`, `${lookup}.marks[${index}]`],
          ([x, place, mark]) => {
            const distance = mod(x! - place! - (mark! << S));
            return distance === 0n ? 0n : rememberedInverse(distance);
          },
        );
      } else {
        add(
          name,
          [`${lookup}.x`, `${lookup}.counts[${index}]`, `${lookup}.table[${index}]`],
          ([x, count, mark]) => {
            const distance = mod(x! - BigInt(index!) - (mark! << S));
            return distance === 0n ? 0n : mod(count! * rememberedInverse(distance));
          },
        );
      }
      continue;
    }
    match = /^(counts|stays)\[(\d+)\]$/.exec(name);
    if (match !== null && names.has("flat[0]") && names.has("held[0]")) {
      const at = match[2];
      if (match[1] === "counts") {
        add(
          name,
          [
            `flat[${at}]`,
            "opened.band.low",
            "opened.band.high",
            `held[${at}]`,
            "rule.countsOpen",
            "rule.countsHeld",
          ],
          ([code, low, high, held, open, whenHeld]) => {
            if (code === 0n) return held === 1n ? whenHeld! : open!;
            return code! >= low! && code! <= high! ? 1n : 0n;
          },
        );
      } else {
        add(name, [`flat[${at}]`, `held[${at}]`, "rule.stays"], ([code, held, stays]) =>
          code === 0n && held !== 1n ? stays! : 0n,
        );
      }
      continue;
    }
    match = /^Open([A-Z]\w*?)_\d+_\d+\.Fields_\d+_\d+\.values\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const { shift, mask } = LAYOUTS.get(match[1]!.toLowerCase())![Number(match[2])]!;
      add(name, [name.replace(/values\[\d+\]$/, "fields")], ([word]) => (word! >> shift) & mask);
      continue;
    }
    match = /^(.*Steps_\d+_\d+)\.reached\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const n = BigInt(match[2]!);
      add(name, [`${match[1]}.threshold`], ([threshold]) => (threshold! <= n ? 1n : 0n));
      continue;
    }
    match = /^(.*OpenHeader_\d+_\d+)\.(time|header\.flags\[(\d+)\]|header\.fields)$/.exec(name);
    if (match !== null) {
      const [, , part, flag] = match;
      add(name, [`${match[1]}.terms`], ([word]) => {
        if (part === "time") return (word! >> HEADER.get("offset")!.shift) & ((1n << 40n) - 1n);
        return part === "header.fields"
          ? word! >> HEADER_BITS
          : (word! >> (HEADER.get("flags")!.shift + BigInt(flag!))) & 1n;
      });
      continue;
    }
    match = /^(OpenDistribution_\d+_\d+)\.opened\.(?:band\.)?(\w+)$/.exec(name);
    if (match !== null && !name.includes("Num2Bits")) {
      const { shift, mask } = FIELDS.get(match[2]!)!;
      add(name, [`${match[1]}.header.fields`], ([word]) => (word! >> shift) & mask);
    }
  }
  return rules;
}
