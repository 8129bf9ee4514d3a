// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the honest prover finds every hint of the claim circuits, by the names of
// the signals. A liar who changes one value has all other hints found this way,
// so that nothing but the lie itself can give the lie away.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ConstraintSystem, inverse, mod } from "./constraints.ts";
import type { HintRule } from "./forge.ts";

const { terms, maxDepth } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../circuits/protocol.json"), "utf8"),
);

/** Every signal that circuits/ and the libraries assign with `<--`, in the order in which values are found. */
export const HINTS: readonly RegExp[] = [
  /OpenHeader_\d+_\d+\.(time|header\.ofValid|header\.fields)$/,
  /OpenDistribution_\d+_\d+\.opened\.(band\.(low|high)|(share|mean|coverage)(Min|Max))$/,
  /\.slots\[\d+\]\[\d+\]\.(missing|inside|above)$/,
  /Histogram_\d+_\d+\.counts\[\d+\]$/,
  /Histogram_\d+_\d+\.(inverses|shares)\[\d+\]$/,
  /Steps_\d+_\d+\.hot\[\d+\]$/,
  /AtMost_\d+_\d+(\[\d+\])*\.digits\[\d+\]$/,
  /\.inv$/,
  /Num2Bits_\d+_\d+(\[\d+\])*\.out\[\d+\]$/,
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
const HEADER_BITS = BigInt((terms.header as Field[]).reduce((sum, { bits }) => sum + bits, 0));

/** Weights of AtMost's digits: powers of two, and a last one that makes them add up to the maximum. */
export function digitsOf(value: bigint, max: bigint, count: number): bigint[] {
  const low = (1n << BigInt(count - 1)) - 1n;
  const takesLast = value > low ? 1n : 0n;
  const rest = mod(value - takesLast * (max - low));
  return Array.from({ length: count }, (_, k) => (k === count - 1 ? takesLast : (rest >> BigInt(k)) & 1n));
}

/**
 * @param codes highest code of the circuit's profile
 */
export function honestHints(system: ConstraintSystem, codes: number): HintRule[] {
  const names = new Set(system.names());
  const rules: HintRule[] = [];
  const add = (name: string, needs: readonly string[], value: (known: readonly bigint[]) => bigint) => {
    rules.push({ wire: system.wire(name), needs: needs.map((need) => system.wire(need)), value });
  };
  const numbered = (prefix: string) => {
    const found: string[] = [];
    while (names.has(`${prefix}[${found.length}]`)) found.push(`${prefix}[${found.length}]`);
    return found;
  };
  for (const name of names) {
    let match = /^(.*Num2Bits_\d+_\d+(?:\[\d+\])*)\.out\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const k = BigInt(match[2]!);
      add(name, [`${match[1]}.in`], ([value]) => (value! >> k) & 1n);
      continue;
    }
    match = /^(.*AtMost_\d+_\d+(?:\[\d+\])*)\.digits\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const k = Number(match[2]);
      const max = BigInt(/AnchorRoot/.test(name) ? maxDepth : codes);
      const count = numbered(`${match[1]}.digits`).length;
      add(name, [`${match[1]}.in`], ([value]) => digitsOf(value!, max, count)[k]!);
      continue;
    }
    match = /^(.*)\.inv$/.exec(name);
    if (match !== null) {
      add(name, [`${match[1]}.in`], ([value]) => (value === 0n ? 0n : inverse(value!)));
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
    match = /^(Histogram_\d+_\d+)\.(counts|inverses|shares)\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const [, histogram, kind, index] = match;
      if (kind === "counts") {
        const c = BigInt(index!);
        add(name, numbered(`${histogram}.codes`), (all) => BigInt(all.filter((code) => code === c).length));
      } else if (kind === "inverses") {
        add(name, [`${histogram}.x`, `${histogram}.codes[${index}]`], ([x, code]) =>
          x === code ? 0n : inverse(x! - code!),
        );
      } else {
        add(name, [`${histogram}.x`, `${histogram}.counts[${index}]`], ([x, count]) =>
          x === BigInt(index!) ? 0n : mod(count! * inverse(x! - BigInt(index!))),
        );
      }
      continue;
    }
    match = /^(Steps_\d+_\d+)\.hot\[(\d+)\]$/.exec(name);
    if (match !== null) {
      const c = BigInt(match[2]!);
      add(name, [`${match[1]}.threshold`], ([threshold]) => (threshold === c ? 1n : 0n));
      continue;
    }
    match = /^(.*OpenHeader_\d+_\d+)\.(time|header\.ofValid|header\.fields)$/.exec(name);
    if (match !== null) {
      const part = match[2];
      add(name, [`${match[1]}.terms`], ([word]) => {
        if (part === "time") return (word! >> HEADER.get("offset")!.shift) & ((1n << 40n) - 1n);
        return part === "header.fields"
          ? word! >> HEADER_BITS
          : (word! >> (HEADER.get("flags")!.shift + BigInt(terms.flags.ofValid))) & 1n;
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
