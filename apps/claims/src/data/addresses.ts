// SPDX-License-Identifier: GPL-3.0-or-later

/** Whether two addresses are the same, however they are written. */
export function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}
