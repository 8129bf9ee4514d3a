// SPDX-License-Identifier: GPL-3.0-or-later
import { assertInteger } from "../invalid.ts";

/** A field of a packed word; `shift` is the position of its lowest bit. */
type Field<Name extends string> = { readonly name: Name; readonly bits: number; readonly shift: number };

/** @throws INVALID_ARGUMENT for a value that is not an integer of its field's bits */
export function packWord<Name extends string>(
  fields: readonly Field<Name>[],
  values: Readonly<Record<Name, number>>,
): bigint {
  let word = 0n;
  for (const { name, bits, shift } of fields) {
    assertInteger(name, values[name], 0, 2 ** bits - 1);
    word |= BigInt(values[name]) << BigInt(shift);
  }
  return word;
}

/** The inverse of `packWord`; undefined for a word with bits beyond its fields. */
export function unpackWord<Name extends string>(
  fields: readonly Field<Name>[],
  word: bigint,
): Record<Name, number> | undefined {
  const end = Math.max(...fields.map(({ bits, shift }) => bits + shift));
  if (word < 0n || word >> BigInt(end) !== 0n) return undefined;
  return Object.fromEntries(
    fields.map(({ name, bits, shift }) => [
      name,
      Number((word >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n)),
    ]),
  ) as Record<Name, number>;
}
