// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";

interface Field {
  name: string;
  bits: number;
}

type TemplateName = "distribution" | "episode" | "regularity" | "impact";

const protocol = JSON.parse(
  readFileSync(new URL("../../../circuits/protocol.json", import.meta.url), "utf8"),
) as {
  terms: {
    header: Field[];
    flags: Record<string, number>;
    templates: Record<TemplateName, { id: number; flags: Record<string, number>; fields: Field[] }>;
  };
};

/** First bit that no field of a template uses. */
export function unusedBitOf(template: TemplateName): bigint {
  return BigInt(fieldsOf(template).reduce((sum, field) => sum + field.bits, 0));
}

/** Flags of a template by name, `ofValid` included, as the header's field `flags` holds them. */
export function flagsOf(template: TemplateName, ...names: string[]): bigint {
  const places = { ...protocol.terms.flags, ...protocol.terms.templates[template].flags };
  return names.reduce((flags, name) => {
    const place = places[name];
    if (place === undefined) throw new Error(`${template} has no flag ${name}`);
    return flags | (1n << BigInt(place));
  }, 0n);
}

/** A program's offer that the tests use: share of readings in 70–180 mg/dL at least 70 %, worst case. */
export const timeInRange = {
  template: 1n,
  profile: 1n,
  offset: 20n,
  epoch: 0n,
  epochs: 1n,
  flags: 0n,
  low: 32n,
  high: 142n,
  shareMin: 7000n,
  shareMax: 10000n,
  meanMin: 0n,
  meanMax: 363n,
  coverageMin: 0n,
  coverageMax: 10000n,
};

export type TermsFields = typeof timeInRange;

/** Terms of distribution: `timeInRange` with some values changed. */
export function packTerms(values: Partial<TermsFields> = {}): bigint {
  return packAs("distribution", { ...timeInRange, ...values });
}

/** Packs straight from circuits/protocol.json, so that it can disagree with the contracts' generated layout. */
export function packAs(template: TemplateName, values: Readonly<Record<string, bigint>>): bigint {
  let packed = 0n;
  let shift = 0n;
  for (const field of fieldsOf(template)) {
    const value = values[field.name];
    if (value === undefined) throw new Error(`no value for ${field.name}`);
    if (value >> BigInt(field.bits) !== 0n)
      throw new Error(`${field.name} = ${value} exceeds ${field.bits} bits`);
    packed |= value << shift;
    shift += BigInt(field.bits);
  }
  return packed;
}

function fieldsOf(template: TemplateName): Field[] {
  return [...protocol.terms.header, ...protocol.terms.templates[template].fields];
}
