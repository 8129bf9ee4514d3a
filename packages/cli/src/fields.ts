// SPDX-License-Identifier: GPL-3.0-or-later
import { FIELD, VitalproofError } from "@vitalproof/sdk";

/**
 * One part of a document: checks a parsed JSON value and gives the value that programs use. Errors name the place, never
 * what stands there.
 */
export type Field<T> = (value: unknown, at: string) => T;
export type Of<F> = F extends Field<infer T> ? T : never;

export function wrong(at: string, wanted: string): VitalproofError {
  return new VitalproofError("DOCUMENT_INVALID", `${at} is not ${wanted}.`, {
    details: { at, wanted },
    hint: "Give the file as vitalproof wrote it.",
  });
}

/** An object with exactly these members; those that are `optional` may be absent. */
export function object<S extends Record<string, Field<unknown>>>(
  shape: S,
): Field<{ [K in keyof S]: Of<S[K]> }> {
  return (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(at, "an object");
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(shape, name)) throw wrong(`${at}.${name}`, "a member that belongs there");
    }
    const source = value as Record<string, unknown>;
    const parsed = Object.entries(shape).map(([name, field]) => [name, field(source[name], `${at}.${name}`)]);
    return Object.fromEntries(parsed) as { [K in keyof S]: Of<S[K]> };
  };
}

export function list<T>(item: Field<T>, bounds: { length?: number; max?: number } = {}): Field<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, "a list");
    if (bounds.length !== undefined && value.length !== bounds.length) {
      throw wrong(at, `a list of ${bounds.length}`);
    }
    if (bounds.max !== undefined && value.length > bounds.max)
      throw wrong(at, `a list of at most ${bounds.max}`);
    return value.map((inner, i) => item(inner, `${at}[${i}]`));
  };
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value, at) => (value === undefined ? undefined : field(value, at));
}

export function oneOf<const V extends string>(values: readonly V[]): Field<V> {
  return (value, at) => {
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw wrong(at, `one of ${values.join(", ")}`);
    return found;
  };
}

/** An integer in [min, max], as a JSON number. */
export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): Field<number> {
  return (value, at) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    throw wrong(at, `an integer from ${min} to ${max}`);
  };
}

function decimalBelow(limit: bigint, wanted: string): Field<bigint> {
  return (value, at) => {
    if (typeof value === "string" && /^(0|[1-9][0-9]{0,77})$/.test(value) && BigInt(value) < limit) {
      return BigInt(value);
    }
    throw wrong(at, wanted);
  };
}

/** A decimal string below 2^256. */
export const uint256 = decimalBelow(2n ** 256n, "a decimal string of a number below 2^256");

/** A decimal string below r, the order of BN254's scalar field. */
export const fieldElement = decimalBelow(FIELD, "a decimal string of a field element");

export function text(pattern: RegExp, wanted: string): Field<string> {
  return (value, at) => {
    if (typeof value === "string" && pattern.test(value)) return value;
    throw wrong(at, wanted);
  };
}

export const boolean: Field<boolean> = (value, at) => {
  if (typeof value === "boolean") return value;
  throw wrong(at, "true or false");
};

/** 0x and 40 hex digits. */
export const address = text(/^0x[0-9a-fA-F]{40}$/, "an address");
/** 0x and 32 bytes. */
export const bytes32 = text(/^0x[0-9a-f]{64}$/, "32 bytes in hex after 0x");
/** SHA-256, 64 hex digits without prefix. */
export const sha256Hex = text(/^[0-9a-f]{64}$/, "a SHA-256 in hex");
/** An account's signature, 65 bytes. */
export const accountSignature = text(/^0x[0-9a-f]{130}$/, "a signature of 65 bytes in hex after 0x");
