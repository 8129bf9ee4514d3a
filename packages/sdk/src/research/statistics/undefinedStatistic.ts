// SPDX-License-Identifier: GPL-3.0-or-later
import { type Detail, VitalproofError } from "../../errors.ts";

/** What makes a statistic undefined for sums that are possible, and what the caller can do. */
type Reason = {
  /** The rest of a sentence that begins with the statistic. */
  readonly why: string;
  readonly hint: string;
  readonly details?: Readonly<Record<string, Detail>>;
};

/**
 * The refusal of a statistic that has no value. `details.statistic` tells it apart from sums that cannot be right, so a page
 * can leave one cell of a table empty.
 */
export function undefinedStatistic(statistic: string, { why, hint, details }: Reason): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", `${statistic} ${why}.`, {
    details: { ...details, statistic },
    hint,
  });
}

/** @throws INVALID_ARGUMENT where a statistic needs more values than there are */
export function assertEnough(statistic: string, name: string, n: bigint, least: bigint): void {
  if (n >= least) return;
  throw undefinedStatistic(statistic, {
    why: `needs at least ${least} values; ${name} is ${n}`,
    hint: "Ask for a larger group or a longer period.",
    details: { name, n, least },
  });
}
