// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";

/**
 * A stored record back from its text. Records are written by this package alone, so that anything unexpected means a
 * damaged or foreign store.
 * @throws LOG_CORRUPT naming the key, never the content
 */
export function parseRecord<T>(
  key: string,
  text: string,
  isRecord: (value: Record<string, unknown>) => boolean,
): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && isRecord(value as Record<string, unknown>))
    return value as T;
  throw new VitalproofError("LOG_CORRUPT", `The stored record "${key}" is damaged.`, {
    details: { key },
    hint: "Restore the store from a backup.",
  });
}

const DECIMAL = /^(0|[1-9][0-9]{0,77})$/;

/** Field elements are stored as decimal strings. */
export function isDecimalText(value: unknown): value is string {
  return typeof value === "string" && DECIMAL.test(value);
}
