// SPDX-License-Identifier: GPL-3.0-or-later
//
// Terms of the template distribution: wide ones, any, and any epoch of readings.
import fc from "fast-check";
import { type DistributionTerms, profileOf } from "../src/index.ts";

export const profile = profileOf("test-16");
export const n = profile.codes;
export const wide: DistributionTerms = {
  template: "distribution",
  profile: "test-16",
  offset: 0,
  epoch: 0,
  epochs: 2,
  ofValid: false,
  meanAbove: false,
  meanBelow: false,
  low: 1,
  high: n,
  shareMin: 0,
  shareMax: 10_000,
  meanMin: 0,
  meanMax: n,
  coverageMin: 1,
  coverageMax: 10_000,
};

export const anyTerms = fc
  .record({
    offset: fc.nat(95),
    epoch: fc.nat(2 ** 32 - 1),
    ofValid: fc.boolean(),
    strict: fc.tuple(fc.boolean(), fc.boolean()),
    band: fc.tuple(fc.integer({ min: 1, max: n }), fc.integer({ min: 1, max: n })),
    share: fc.tuple(fc.nat(10_000), fc.nat(10_000)),
    means: fc.tuple(fc.nat(n), fc.nat(n)),
    coverage: fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 })),
  })
  .map(({ offset, epoch, ofValid, strict, band, share, means, coverage }): DistributionTerms => {
    const sorted = (pair: [number, number]): [number, number] => [Math.min(...pair), Math.max(...pair)];
    const [low, high] = sorted(band);
    const [shareMin, shareMax] = sorted(share);
    const [meanMin, meanMax] = sorted(means);
    const [coverageMin, most] = sorted(coverage);
    const coverageMax = ofValid ? most : 10_000;
    const meanAbove = strict[0] && meanMin < meanMax;
    const meanBelow = strict[1] && meanMin < meanMax;
    const mean = { meanMin, meanMax, meanAbove, meanBelow };
    const bounds = { low, high, shareMin, shareMax, ...mean, coverageMin, coverageMax };
    return { ...wide, offset, epoch, ofValid, ...bounds };
  });
export const anyEpoch = fc.array(fc.nat(n), { minLength: profile.slots, maxLength: profile.slots });
