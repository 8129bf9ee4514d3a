// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount, VitalproofError } from "@vitalproof/sdk";
import type { TokenConfig } from "../config/config.ts";

/** What a contract can keep as a benefit. */
const MOST = 2n ** 128n - 1n;
/** Whole tokens for one period above which an amount is asked about in any case. */
const USUAL = 1000n;

/** @throws INVALID_ARGUMENT for a benefit that the contract cannot keep */
export function possibleBenefit(benefit: bigint, token: TokenConfig): bigint {
  if (benefit <= MOST) return benefit;
  throw new VitalproofError("INVALID_ARGUMENT", "The benefit is more than a contract can hold.", {
    details: { benefit },
    hint: `Enter at most ${formatAmount(MOST, token)}.`,
  });
}

/**
 * The question before a benefit is fixed for good that may be a slip.
 * @param balance what the insurer's account holds; 0 for nothing or not known
 * @returns undefined for an amount that needs no question
 */
export function benefitQuestion(benefit: bigint, balance: bigint, token: TokenConfig): string | undefined {
  const text = formatAmount(benefit, token);
  if (balance > 0n && benefit > balance)
    return `${text} for one period is more than the ${formatAmount(balance, token)} in your account. Is the amount right?`;
  if (benefit > USUAL * 10n ** BigInt(token.decimals))
    return `${text} for one period is unusually much. Is the amount right?`;
  return undefined;
}
