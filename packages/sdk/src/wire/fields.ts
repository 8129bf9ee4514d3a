// SPDX-License-Identifier: GPL-3.0-or-later
//
// The words of the schema language: what one member of a document or of an HTTP body can be. Each schema's message says
// what was wanted, so that an error can name it without repeating what was given.
import { isAddress } from "ethers";
import * as v from "valibot";
import { COMMAND_ERROR_CODES, ERROR_CODES } from "../errors.ts";
import { FIELD } from "../field.ts";

/** A part of a message: JSON on the outside, a value that programs use on the inside. */
export type Field<T> = v.GenericSchema<unknown, T>;
export type Of<F> = F extends v.GenericSchema<unknown, infer T> ? T : never;

/** Largest number that 32 bits hold: epochs, periods, days. */
export const UINT32 = 2 ** 32 - 1;

/** An object with exactly these members. Those that are `optional` may be absent. */
export function object<const E extends v.ObjectEntries>(entries: E) {
  return v.strictObject(entries, "an object");
}

export function optional<T>(field: Field<T>) {
  return v.optional(field);
}

/** A list, its length checked before its items. The metadata is for the JSON Schema, which sees the first step alone. */
export function list<T>(item: Field<T>, { length, max }: { length?: number; max?: number }): Field<T[]> {
  return v.pipe(
    v.array(v.unknown(), "a list"),
    length === undefined
      ? v.maxLength(max ?? Number.MAX_SAFE_INTEGER, `a list of at most ${max}`)
      : v.length(length, `a list of ${length}`),
    v.metadata({ items: item }),
    v.array(item),
  );
}

/** Two values of one kind. */
export function pair<T>(item: Field<T>): Field<[T, T]> {
  return list(item, { length: 2 }) as unknown as Field<[T, T]>;
}

export function oneOf<const V extends string>(values: readonly V[]): Field<V> {
  return v.picklist(values, `one of ${values.join(", ")}`);
}

/** An integer in [min, max], as a JSON number. */
export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): Field<number> {
  const wanted = `an integer from ${min} to ${max}`;
  return v.pipe(v.number(wanted), v.safeInteger(wanted), v.minValue(min, wanted), v.maxValue(max, wanted));
}

/** @param pattern without flags, bounding the length */
export function text(pattern: RegExp, wanted: string): Field<string> {
  return v.pipe(v.string(wanted), v.regex(pattern, wanted));
}

function decimalBelow(limit: bigint, wanted: string): Field<bigint> {
  return v.pipe(
    text(/^(0|[1-9][0-9]{0,77})$/, wanted),
    v.check((digits) => BigInt(digits) < limit, wanted),
    v.transform((digits) => BigInt(digits)),
  );
}

/** A decimal string below 2^256. */
export const uint256 = decimalBelow(2n ** 256n, "a decimal string of a number below 2^256");
/** A decimal string below r, the order of BN254's scalar field. */
export const fieldElement = decimalBelow(FIELD, "a decimal string of a field element");

export const epochNumber = integer(0, UINT32);
/** Days since 1970-01-01 UTC. */
export const dayNumber = integer(0, UINT32);
/** Unix seconds, or a number of seconds. */
export const seconds = integer();
/** `dayNumber` as it is written in a URL's path. */
export const dayInPath: Field<number> = v.pipe(
  text(/^(0|[1-9]\d{0,6})$/, "a number of days since 1970-01-01"),
  v.transform(Number),
);

/** 0x and 40 hex digits: in one case, or with the right checksum. */
export const address: Field<string> = v.pipe(
  text(/^0x[0-9a-fA-F]{40}$/, "an address"),
  v.check(isAddress, "an address with a right checksum"),
);
/** 0x and 32 bytes. */
export const bytes32 = text(/^0x[0-9a-f]{64}$/, "32 bytes in hex after 0x");
/** SHA-256, 64 hex digits without prefix. */
export const sha256Hex = text(/^[0-9a-f]{64}$/, "a SHA-256 in hex");
/** An account's signature, 65 bytes. */
export const accountSignature = text(/^0x[0-9a-f]{130}$/, "a signature of 65 bytes in hex after 0x");
/** One line of up to 500 characters, for people. */
export const oneLine = text(/^[^\n]{0,500}$/, "one line of at most 500 characters");
/** A reason that a service said, for people. */
export const reason = text(/^[\s\S]{0,4000}$/, "a text of at most 4000 characters");
/** A reason that the SDK, the command or a service gives, for programs. */
export const errorCode = oneOf([...ERROR_CODES, ...COMMAND_ERROR_CODES]);

/** One of several objects, told apart by one member. */
export function variant<const O extends readonly v.GenericSchema[]>(
  name: string,
  options: O,
): Field<v.InferOutput<O[number]>> {
  return v.variant(name, options as never, `one of the known sorts of ${name}`);
}
