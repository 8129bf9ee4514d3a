// SPDX-License-Identifier: GPL-3.0-or-later

const TAG = "#bigint";

/** JSON in which a bigint is written as `{ "#bigint": "123" }`, so that reading gives what was written. */
export function toText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "bigint" ? { [TAG]: inner.toString() } : inner,
  );
}

/** The inverse of `toText`. @throws SyntaxError for a text that is not JSON */
export function fromText<T>(text: string): T {
  return JSON.parse(text, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || !(TAG in inner)) return inner;
    return BigInt(String((inner as Record<string, unknown>)[TAG]));
  }) as T;
}
