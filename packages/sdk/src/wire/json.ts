// SPDX-License-Identifier: GPL-3.0-or-later
import { bigintText } from "../bigintText.ts";
import { VitalproofError } from "../errors.ts";
import type { Field } from "./fields.ts";
import { parse } from "./parse.ts";

/** Values that JSON may hold here; a bigint becomes a decimal string. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Json[]
  | { readonly [name: string]: Json };

/** JSON with bigint as decimal strings. @param indent spaces for each level; none when left out */
export function jsonOf(value: unknown, indent?: number): string {
  return JSON.stringify(value, bigintText, indent);
}

/**
 * A message as JSON, with exactly the members that its schema has. A member that the schema does not have is refused
 * and not left out: the caller meant to send something that must not be sent.
 *
 * @throws INVALID_ARGUMENT naming the member, never what is in it
 */
export function outgoing<T>(field: Field<T>, value: T, at = "message"): string {
  const text = jsonOf(value);
  const options = { code: "INVALID_ARGUMENT", hint: "Nothing was sent." } as const;
  if (text === undefined) throw notSent(at);
  // What the receiver will read, read here.
  const read = parse(field, JSON.parse(text), at, options);
  const changed = firstChange(value, read, at);
  if (changed !== undefined) throw notSent(changed);
  return text;
}

/** The place at which what the receiver reads is not what the sender has, such as a bigint that was given as a text. */
function firstChange(sent: unknown, read: unknown, at: string): string | undefined {
  if (typeof sent !== "object" || sent === null) return Object.is(sent, read) ? undefined : at;
  if (typeof read !== "object" || read === null) return at;
  for (const [name, inner] of Object.entries(sent)) {
    const place = Array.isArray(sent) ? `${at}[${name}]` : `${at}.${name}`;
    const changed = firstChange(inner, (read as Record<string, unknown>)[name], place);
    if (changed !== undefined) return changed;
  }
  return undefined;
}

function notSent(at: string): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", `${at} is not a value that can be sent.`, {
    details: { at },
    hint: "Nothing was sent.",
  });
}
