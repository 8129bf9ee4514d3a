// SPDX-License-Identifier: GPL-3.0-or-later
import { type Field, parse } from "@vitalproof/sdk/wire";
import { Refusal } from "./refusal.ts";

/** Checks a body or a part of a path. @throws INVALID_ARGUMENT naming the place, never what it holds */
export function parsed<T>(field: Field<T> | undefined, value: unknown, at = "body"): T {
  const code = "INVALID_ARGUMENT";
  const hint = "Write large numbers as decimal strings, and every member that belongs there.";
  try {
    return parse(field!, value, at, { code, hint });
  } catch (error) {
    const { shortMessage, details } = error as Refusal;
    throw new Refusal(400, code, shortMessage, { details, hint });
  }
}
