// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The name of a signal as the source has it: without `main.`, and without the places that circom appends to the names
 * of anonymous components. `main.Num2Bits_12_345[7].out[3]` is `Num2Bits[7].out[3]`.
 */
export function plainName(name: string): string {
  return name.replace(/^main\./, "").replace(/(?<=[A-Za-z0-9])_\d+_\d+(?=[.[]|$)/g, "");
}
