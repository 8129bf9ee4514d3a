// SPDX-License-Identifier: GPL-3.0-or-later
import { field, JsonNumber, type JsonValue, textOf } from "./document.ts";

/** The wrappers in which MongoDB's Extended JSON writes a number. Source: MongoDB Extended JSON v2. */
const NUMBERS = ["$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"];

/**
 * A value without its wrapper of MongoDB's Extended JSON, as mongoexport writes it: `{"$numberLong": "1518443720000"}` is the
 * number, and `{"$date": "2018-02-12T13:55:20Z"}` the text, or the number of milliseconds. Other values are themselves.
 */
export function unwrapped(value: JsonValue | undefined): JsonValue | undefined {
  const date = field(value, "$date");
  if (date !== undefined) return unwrapped(date);
  for (const name of NUMBERS) {
    const text = textOf(value, name);
    if (text !== undefined) return new JsonNumber(text);
  }
  return value;
}
