// SPDX-License-Identifier: GPL-3.0-or-later
import { assertBetween, MOST_VALUES } from "./moments.ts";

/** How many records of a group have an outcome. */
export type Counts = {
  /** Records. */
  readonly n: bigint;
  /** Those of them with the outcome. */
  readonly of: bigint;
};

/** @param name how the caller calls them, such as "a" @throws INVALID_ARGUMENT */
export function assertCounts(name: string, { n, of }: Counts): void {
  assertBetween(`${name}.n`, n, 1n, MOST_VALUES);
  assertBetween(`${name}.of`, of, 0n, n);
}
