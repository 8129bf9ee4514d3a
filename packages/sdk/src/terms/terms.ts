// SPDX-License-Identifier: GPL-3.0-or-later
import type { ProfileName } from "../profiles/profile.ts";

/** Shares in terms are ten-thousandths: 7,000 is 70 %. */
export const WHOLE = 10_000;

/**
 * Terms of the template `distribution`: the share of slots inside a band, the mean and the coverage, each between
 * two bounds that are both included. What a bound is not needed for stands at its widest value.
 *
 * Levels are codes of the profile (1 = LOW … n = HIGH), shares ten-thousandths.
 */
export type DistributionTerms = {
  readonly template: "distribution";
  readonly profile: ProfileName;
  /** Quarter hours after 00:00 UTC at which an epoch begins. */
  readonly offset: number;
  /** First epoch of the period; 0 in a program's terms, to which the contract adds the period's. */
  readonly epoch: number;
  /** Epochs in the period. */
  readonly epochs: number;
  /**
   * false: worst case, every missing slot counts against the claimant, under each bound separately.
   * true: missing slots leave numerator and denominator, and `coverageMin` says how many there may be.
   */
  readonly ofValid: boolean;
  readonly low: number;
  readonly high: number;
  readonly shareMin: number;
  readonly shareMax: number;
  readonly meanMin: number;
  readonly meanMax: number;
  readonly coverageMin: number;
  readonly coverageMax: number;
};

/** All terms there are; one member per template. */
export type Terms = DistributionTerms;
