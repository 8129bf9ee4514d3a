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
   * true: missing slots leave the circuit, and `coverageMin` says how many there may be.
   */
  readonly ofValid: boolean;
  /** Slots with a reading, at least, in ten-thousandths. */
  readonly coverageMin: number;
};

/** A band of codes, both ends included: 1 ≤ low ≤ high ≤ n. */
export type BandOfCodes = { readonly low: number; readonly high: number };

/**
 * Terms of the template `distribution`: the share of slots inside a band, the mean and the coverage, each between
 * two bounds. Bounds are included, but for the mean's where `meanAbove` or `meanBelow` excludes them. What a bound is
 * not needed for stands at its widest value.
 *
 * Levels are codes of the profile (1 = lowest … n = highest), shares ten-thousandths.
 */
export type DistributionTerms = TermsHeader &
  BandOfCodes & {
    readonly template: "distribution";
    /** The mean must be above `meanMin`, not only at it. */
    readonly meanAbove: boolean;
    /** The mean must be below `meanMax`. */
    readonly meanBelow: boolean;
    readonly shareMin: number;
    readonly shareMax: number;
    readonly meanMin: number;
    readonly meanMax: number;
    readonly coverageMax: number;
  };

/**
 * Terms of the template `episode`: the number of runs of at least `minRun` consecutive readings inside a band.
 * Under worst-case semantics they have one bound: a lower one (`runsMax` = NO_BOUND) or an upper one (`runsMin` = 0).
 */
export type EpisodeTerms = TermsHeader &
  BandOfCodes & {
    readonly template: "episode";
    /** Readings in a row that make a run, at least 1. */
    readonly minRun: number;
    readonly runsMin: number;
    /** NO_BOUND (65535) bounds nothing. */
    readonly runsMax: number;
  };

/**
 * Terms of the template `regularity`: the number of epochs that reach a level, and the share of all slots inside a
 * band. An epoch's level is the number of its readings in the band; with `sum` it is the sum of all its readings in
 * steps above code 1.
 */
export type RegularityTerms = TermsHeader &
  BandOfCodes & {
    readonly template: "regularity";
    readonly sum: boolean;
    readonly level: number;
    readonly epochsMin: number;
    /** NO_BOUND (65535) bounds nothing. */
    readonly epochsMax: number;
    readonly shareMin: number;
    readonly shareMax: number;
  };

/**
 * Terms of the template `impact`, for profiles of three channels: the number of samples with x² + y² + z² at least
 * `threshold`, or of events, which are runs of at least `minRun` such samples. Of events worst-case terms bound one
 * side only; of samples both may be bounded.
 */
export type ImpactTerms = TermsHeader & {
  readonly template: "impact";
  /** In squared steps of the profile. */
  readonly threshold: number;
  /** 0 counts samples instead of events. */
  readonly minRun: number;
  readonly countMin: number;
  /** NO_BOUND (65535) bounds nothing. */
  readonly countMax: number;
};

/** All terms there are; one member per template. */
export type Terms = DistributionTerms | EpisodeTerms | RegularityTerms | ImpactTerms;

export type TemplateName = Terms["template"];
