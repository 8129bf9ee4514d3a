// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";

interface Field {
  name: string;
  bits: number;
}

const protocol = JSON.parse(
  readFileSync(new URL("../../../circuits/protocol.json", import.meta.url), "utf8"),
) as {
  terms: {
    header: Field[];
    flags: Record<string, number>;
    templates: { distribution: { id: number; fields: Field[] } };
  };
};

const fields = [...protocol.terms.header, ...protocol.terms.templates.distribution.fields];

/** First bit that no field of the distribution template uses. */
export const unusedBit = BigInt(fields.reduce((sum, field) => sum + field.bits, 0));

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

/** Packs straight from circuits/protocol.json, so that it can disagree with the contracts' generated layout. */
export function packTerms(values: Partial<TermsFields> = {}): bigint {
  const all: Record<string, bigint> = { ...timeInRange, ...values };
  let packed = 0n;
  let shift = 0n;
  for (const field of fields) {
    const value = all[field.name];
    if (value === undefined) throw new Error(`no value for ${field.name}`);
    if (value >> BigInt(field.bits) !== 0n)
      throw new Error(`${field.name} = ${value} exceeds ${field.bits} bits`);
    packed |= value << shift;
    shift += BigInt(field.bits);
  }
  return packed;
}
