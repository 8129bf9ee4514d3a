// SPDX-License-Identifier: GPL-3.0-or-later
import type { ProfileName } from "../profiles/profile.ts";

/** Shares in terms are ten-thousandths: 7,000 is 70 %. */
export const WHOLE = 10_000;

/** What terms of every template have. */
export type TermsHeader = {
  readonly profile: ProfileName;
  /** Quarter hours after 00:00 UTC at which an epoch begins. */
  readonly offset: number;
  /** First epoch of the period; 0 in a program's terms, to which the contract adds the period's. */
  readonly epoch: number;
  /** Epochs in the period. */
  readonly epochs: number;
  /**
   * false: worst case, every missing slot counts against the claimant, under each bound separately.
   * true: missing slots do not count, and `coverageMin` says how many there may be.
   */
  readonly ofValid: boolean;
  /** Slots with a reading, at least, in ten-thousandths. */
  readonly coverageMin: number;
};

/** A band of codes, both ends included: 1 ≤ low ≤ high ≤ n. */
export type BandOfCodes = { readonly low: number; readonly high: number };
