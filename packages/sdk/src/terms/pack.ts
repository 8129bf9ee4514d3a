// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { FLAGS, TERMS_HEADER, TERMS_TEMPLATES } from "../generated/protocol.ts";
import { profileOf } from "../profiles/profile.ts";
import type { Terms } from "./terms.ts";
import { validateTerms } from "./validate.ts";

type Field = { readonly name: string; readonly bits: number; readonly shift: number };

/**
 * Terms as the one field element that the contract stores and the circuit opens. Header and fields from bit 0 on,
 * as circuits/protocol.json lays them out; unused bits are 0.
 * @throws what `validateTerms` throws
 */
export function packTerms(terms: Terms): bigint {
  validateTerms(terms);
  const template = TERMS_TEMPLATES[terms.template];
  const header: Record<(typeof TERMS_HEADER)[number]["name"], number> = {
    template: template.id,
    profile: profileOf(terms.profile).id,
    offset: terms.offset,
    epoch: terms.epoch,
    epochs: terms.epochs,
    flags: terms.ofValid ? 1 << FLAGS.ofValid : 0,
  };
  let word = 0n;
  for (const field of TERMS_HEADER) word |= place(field, header[field.name]);
  for (const field of template.fields) word |= place(field, terms[field.name]);
  return word;
}

/**
 * The inverse of `packTerms`, as strict as the circuit.
 * @throws TERMS_NOT_UNDERSTOOD for an unknown template, profile or flag or a non-zero unused bit; what
 *         `validateTerms` throws for impossible bounds
 */
export function unpackTerms(word: bigint): Terms {
  const read = (field: Field): number =>
    Number((word >> BigInt(field.shift)) & ((1n << BigInt(field.bits)) - 1n));
  const header = Object.fromEntries(TERMS_HEADER.map((field) => [field.name, read(field)])) as Record<
    (typeof TERMS_HEADER)[number]["name"],
    number
  >;
  const template = TERMS_TEMPLATES.distribution;
  if (word < 0n || header.template !== template.id) {
    throw notUnderstood(word, `its template ${header.template} is unknown`);
  }
  if (word >> BigInt(template.end) !== 0n)
    throw notUnderstood(word, `bits from ${template.end} on are not zero`);
  if (header.flags >> 1 !== 0) throw notUnderstood(word, `its flags ${header.flags} are unknown`);
  const fields = Object.fromEntries(template.fields.map((field) => [field.name, read(field)])) as Record<
    (typeof template.fields)[number]["name"],
    number
  >;
  const terms: Terms = {
    template: "distribution",
    profile: profileOf(header.profile).name,
    offset: header.offset,
    epoch: header.epoch,
    epochs: header.epochs,
    ofValid: ((header.flags >> FLAGS.ofValid) & 1) === 1,
    ...fields,
  };
  validateTerms(terms);
  return terms;
}

/** A program's terms with the period's first epoch put in, as the contract does before it verifies. */
export function termsForPeriod<T extends Terms>(terms: T, firstEpoch: number): T {
  const moved = { ...terms, epoch: firstEpoch };
  validateTerms(moved);
  return moved;
}

function place(field: Field, value: number): bigint {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** field.bits) {
    throw new VitalproofError("TERMS_INVALID", `${field.name} is ${value}; it must fit ${field.bits} bits.`, {
      details: { [field.name]: value },
    });
  }
  return BigInt(value) << BigInt(field.shift);
}

function notUnderstood(word: bigint, reason: string): VitalproofError {
  return new VitalproofError("TERMS_NOT_UNDERSTOOD", `Terms ${word} are not understood: ${reason}.`, {
    details: { terms: word },
    hint: "They may come from a newer version of the protocol.",
  });
}
