// SPDX-License-Identifier: GPL-3.0-or-later
import { duration } from "./format.ts";

/** What happens to a claim before it is credited. @param insurer who reviews, at the beginning of a sentence: "You" */
export function disputeText(
  { reviewTime, arbiterTime }: { readonly reviewTime: number; readonly arbiterTime: number },
  insurer: string,
): string {
  return reviewTime === 0
    ? "None. A valid claim is credited at once"
    : `${insurer} can reject a claim for ${duration(reviewTime)}. The arbiter then has ${duration(arbiterTime)} to decide. Silence of either pays`;
}
