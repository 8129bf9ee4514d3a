// SPDX-License-Identifier: GPL-3.0-or-later

/** For `JSON.stringify`, which refuses a bigint: as a decimal text. What reads it knows which texts are numbers. */
export function bigintText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
