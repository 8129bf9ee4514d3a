// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/**
 * The members that a message has, and what each is. In JSON a "bigint" is a decimal string. `[shape]` is a list, a list
 * of several shapes has exactly these elements, `optional` may be missing.
 */
export type Shape =
  | "bigint"
  | "integer"
  | "text"
  | "hex"
  | readonly [Shape, "list"]
  | { readonly [name: string]: Shape | readonly ["optional", Shape] };

/**
 * A value as JSON, with exactly the members of its shape. A member that the shape does not name is refused instead of
 * left out: whoever hands one over meant to send something that must not leave the page.
 * @throws INVALID_ARGUMENT naming the member, never what is in it
 */
export function outgoing(shape: Shape, value: unknown, at = "message"): unknown {
  return walk(
    shape,
    value,
    at,
    (kind, given, where) => {
      if (kind === "bigint" && typeof given === "bigint" && given >= 0n) return given.toString();
      if (kind === "integer" && Number.isSafeInteger(given)) return given;
      if (kind === "hex" && isHex(given)) return given;
      if (kind === "text" && typeof given === "string" && given.length <= 100) return given;
      throw refusedToSend(where, `it is no ${kind}`);
    },
    refusedToSend,
  );
}

/**
 * What a service answered, as values. Members that the shape does not name are left out.
 * @throws DOCUMENT_INVALID naming the member
 */
export function incoming<T>(shape: Shape, value: unknown, at = "answer"): T {
  return walk(shape, value, at, (kind, given, where) => {
    if (kind === "bigint" && typeof given === "string" && /^\d{1,78}$/.test(given)) return BigInt(given);
    if (kind === "integer" && Number.isSafeInteger(given)) return given;
    if (kind === "hex" && isHex(given)) return given;
    if (kind === "text" && typeof given === "string") return given;
    throw notUnderstood(where, `it is no ${kind}`);
  }) as T;
}

type Leaf = Extract<Shape, string>;

function walk(
  shape: Shape,
  value: unknown,
  at: string,
  leaf: (kind: Leaf, value: unknown, at: string) => unknown,
  unknownMember?: (at: string, reason: string) => VitalproofError,
): unknown {
  const wrong = unknownMember ?? notUnderstood;
  if (typeof shape === "string") return leaf(shape, value, at);
  if (isList(shape)) {
    if (!Array.isArray(value) || value.length > 4096) throw wrong(at, "it is no list");
    return value.map((each, i) => walk(shape[0], each, `${at}[${i}]`, leaf, unknownMember));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(at, "it is no object");
  const given = value as Record<string, unknown>;
  if (unknownMember !== undefined) {
    const extra = Object.keys(given).find((name) => !Object.hasOwn(shape, name));
    if (extra !== undefined)
      throw unknownMember(`${at}.${extra}`, "it is not one of those that may leave the page");
  }
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape)) {
    const optional = Array.isArray(member) && member[0] === "optional";
    if (given[name] === undefined && optional) continue;
    const inner = (optional ? member[1] : member) as Shape;
    result[name] = walk(inner, given[name], `${at}.${name}`, leaf, unknownMember);
  }
  return result;
}

function isList(shape: Shape): shape is readonly [Shape, "list"] {
  return Array.isArray(shape);
}

/** Hex digits, with or without prefix: the services have both. At most an account's longest signature. */
function isHex(value: unknown): boolean {
  return typeof value === "string" && value.length <= 4096 && /^(0x)?[0-9a-fA-F]+$/.test(value);
}

function refusedToSend(at: string, reason: string): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", `${at} is not sent: ${reason}.`, {
    details: { member: at },
  });
}

function notUnderstood(at: string, reason: string): VitalproofError {
  return new VitalproofError("DOCUMENT_INVALID", `The service's ${at} is not understood: ${reason}.`, {
    details: { member: at },
    hint: "The service may be of another version than this page.",
  });
}
