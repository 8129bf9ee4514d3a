// SPDX-License-Identifier: GPL-3.0-or-later
import { parseRecord } from "../../internal/json.ts";

/** JSON in which a bigint is `#` and its digits; a text that begins with `#` gets another one. */
export function toText(value: object): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === "bigint") return `#${each}`;
    return typeof each === "string" && each.startsWith("#") ? `#${each}` : each;
  });
}

/** @throws LOG_CORRUPT naming the key, never the content */
export function fromText<T>(
  key: string,
  text: string,
  isRecord: (value: Record<string, unknown>) => boolean,
): T {
  let value: unknown;
  parseRecord(key, text, (raw) => {
    try {
      value = withNumbers(raw);
      return isRecord(value as Record<string, unknown>);
    } catch {
      return false;
    }
  });
  return value as T;
}

function withNumbers(value: unknown): unknown {
  if (typeof value === "string") {
    if (!value.startsWith("#")) return value;
    return value.startsWith("##") ? value.slice(1) : BigInt(value.slice(1));
  }
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withNumbers(each)]));
}
