// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lies about runs by way of the places of the readings and of the steps that
// follow from them (direct construction).
import { episodeClaims } from "./episodeClaims.ts";
import { BANDS, CODES, tellFlagLies, tellLentReading } from "./places.ts";
import { tellRunLies } from "./runs.ts";
import type { Teller } from "./teller.ts";

export async function tellStepLies(teller: Teller): Promise<void> {
  const { sample, codesOf, world } = teller;
  const { claim, marked } = episodeClaims(teller);

  // 1. Places: one reading more or less decides on a run, or on the coverage.
  for (const band of BANDS) {
    const [low, high] = [BigInt(band[0]), BigInt(band[1])];
    for (const code of sample ? (low === 4n ? [5, 9] : []) : CODES) {
      const outside = band[1] === 12 ? 1 : 12;
      const codes = codesOf([code, 1], [band[0], 10], [outside, 1], [0, 1], [outside, 19]);
      const inBand = code >= low && code <= high;
      const valid = code === 0 ? 30n : 31n;
      for (const [name, terms] of [
        ["a run too short", { minRun: inBand ? 12n : 11n, runsMin: 1n }],
        ["a run too long", { minRun: inBand || code === 0 ? 11n : 10n, runsMax: 0n }],
        ["coverage too low", { coverageMin: (valid * 10_000n) / 32n + 1n }],
      ] as const) {
        const base = await world(`${name} by one reading`, claim(codes, { low, high, ...terms }));
        tellFlagLies(teller, base, code, band);
      }
    }
  }
  await tellLentReading(teller, (codes) => claim(codes, { minRun: 11n, runsMin: 1n }));

  // 2. Steps: each rule for a missing slot, in an open run and in a held one.
  const worlds = [
    ["a run too short", "##.#.##?#", { minRun: 3n, runsMin: 1n }],
    ["a run too long", "###", { minRun: 3n, runsMax: 0n }],
    ["a run that may go on in a missing reading", "##?#", { minRun: 4n, runsMax: 0n }],
    ["runs not parted by a missing reading", "##?##", { minRun: 2n, runsMin: 2n }],
    ["runs that a missing reading may part", "##?##", { minRun: 2n, runsMax: 1n }],
    ["too few runs of valid", "##?#.##", { flags: 1n, minRun: 4n, runsMin: 1n }],
    ["too many runs of valid", "#?#", { flags: 1n, minRun: 2n, runsMax: 0n }],
    ["runs of valid not parted", "##?##", { flags: 1n, minRun: 2n, runsMin: 2n }],
    ["one run too many", "##.##", { minRun: 2n, runsMax: 1n }],
    ["one run too few", "###", { minRun: 2n, runsMin: 2n }],
  ] as const;
  for (const [name, text, terms] of sample ? worlds.slice(0, 4) : worlds)
    tellRunLies(
      teller,
      await world(name, claim(marked(text), terms)),
      [0, 1, 2, 3, 4],
      ["heldMissing", "flips", "continued", "counts", "stays"],
    );
}
