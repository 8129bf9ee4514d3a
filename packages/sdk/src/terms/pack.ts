// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { FLAGS, TERMS_HEADER, TERMS_TEMPLATES } from "../generated/protocol.ts";
import { profileOf } from "../profiles/profile.ts";
import type { TemplateName } from "../templates/template.ts";
import type { Terms } from "../templates/templates.ts";
import { validateTerms } from "./validate.ts";

type Field = { readonly name: string; readonly bits: number; readonly shift: number };
type Template = {
  readonly id: number;
  readonly flags: Readonly<Record<string, number>>;
  readonly fields: readonly Field[];
  readonly end: number;
};
type HeaderName = (typeof TERMS_HEADER)[number]["name"];

/**
 * Terms as the one field element that the contract stores and the circuit opens. Header and fields from bit 0 on,
 * as circuits/protocol.json lays them out; unused bits are 0.
 * @throws what `validateTerms` throws
 */
export function packTerms(terms: Terms): bigint {
  validateTerms(terms);
  const template: Template = TERMS_TEMPLATES[terms.template];
  const values: Readonly<Record<string, unknown>> = terms;
  let flags = 0;
  for (const [name, bit] of flagsOf(template)) if (values[name] === true) flags |= 1 << bit;
  const header: Record<HeaderName, number> = {
    template: template.id,
    profile: profileOf(terms.profile).id,
    offset: terms.offset,
    epoch: terms.epoch,
    epochs: terms.epochs,
    flags,
  };
  let word = 0n;
  for (const field of TERMS_HEADER) word |= place(field, header[field.name]);
  for (const field of template.fields) word |= place(field, values[field.name]);
  return word;
}

/**
 * The inverse of `packTerms`, as strict as the circuit.
 * @throws TERMS_NOT_UNDERSTOOD for an unknown template or flag or a non-zero unused bit, UNKNOWN_PROFILE, and what
 *         `validateTerms` throws for impossible bounds
 */
export function unpackTerms(word: bigint): Terms {
  const read = (field: Field): number =>
    Number((word >> BigInt(field.shift)) & ((1n << BigInt(field.bits)) - 1n));
  const header = Object.fromEntries(TERMS_HEADER.map((field) => [field.name, read(field)])) as Record<
    HeaderName,
    number
  >;
  const names = Object.keys(TERMS_TEMPLATES) as TemplateName[];
  const name = names.find((each) => TERMS_TEMPLATES[each].id === header.template);
  if (word < 0n || name === undefined) {
    throw notUnderstood(word, `its template ${header.template} is unknown`);
  }
  const template: Template = TERMS_TEMPLATES[name];
  if (word >> BigInt(template.end) !== 0n)
    throw notUnderstood(word, `bits from ${template.end} on are not zero`);
  const known = flagsOf(template).reduce((mask, [, bit]) => mask | (1 << bit), 0);
  if ((header.flags & ~known) !== 0) throw notUnderstood(word, `its flags ${header.flags} are unknown`);
  // The layout and the members of `Terms` have the same names; `validateTerms` refuses what has not.
  const terms = {
    template: name,
    profile: profileOf(header.profile).name,
    offset: header.offset,
    epoch: header.epoch,
    epochs: header.epochs,
    ...Object.fromEntries(flagsOf(template).map(([flag, bit]) => [flag, ((header.flags >> bit) & 1) === 1])),
    ...Object.fromEntries(template.fields.map((field) => [field.name, read(field)])),
  } as Terms;
  validateTerms(terms);
  return terms;
}

/** A program's terms with the period's first epoch put in, as the contract does before it verifies. */
export function termsForPeriod<T extends Terms>(terms: T, firstEpoch: number): T {
  const moved = { ...terms, epoch: firstEpoch };
  validateTerms(moved);
  return moved;
}

/** Flags that terms of every template have, then the template's own. */
function flagsOf(template: Template): [name: string, bit: number][] {
  return [...Object.entries(FLAGS), ...Object.entries(template.flags)];
}

function place(field: Field, value: unknown): bigint {
  const whole = typeof value === "number" && Number.isSafeInteger(value);
  if (!whole || value < 0 || value >= 2 ** field.bits) {
    throw new VitalproofError(
      "TERMS_INVALID",
      `${field.name} is ${String(value)}; it must fit ${field.bits} bits.`,
      { details: { [field.name]: String(value) } },
    );
  }
  return BigInt(value) << BigInt(field.shift);
}

function notUnderstood(word: bigint, reason: string): VitalproofError {
  return new VitalproofError("TERMS_NOT_UNDERSTOOD", `Terms ${word} are not understood: ${reason}.`, {
    details: { terms: word },
    hint: "They may come from a newer version of the protocol.",
  });
}
