// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lies about the places of readings (direct construction).
import { honestClaim } from "../claim.ts";
import { BANDS, CODES, tellFlagLies, tellLentReading } from "./places.ts";
import type { Teller } from "./teller.ts";

export async function tellPlaceLies(teller: Teller): Promise<void> {
  const { shape, sample, codesOf, world } = teller;
  for (const band of BANDS) {
    const [low, high] = band;
    for (const code of sample ? (low === 4 ? [5, 9] : []) : CODES) {
      const codes = codesOf([code, 1], [low, 10], [0, 1], [high === 12 ? 1 : 12, 20]);
      const inside = 10n + (code >= low && code <= high ? 1n : 0n);
      const missing = code === 0 ? 2n : 1n;
      const least = (inside * 10_000n) / 32n + 1n;
      const most = ((inside + missing) * 10_000n) / 32n;
      for (const terms of [{ shareMin: least }, { shareMax: most - 1n }]) {
        const base = await world(
          `${"shareMin" in terms ? "share too low" : "share too high"} by one reading`,
          honestClaim(shape, { codes, terms: { low: BigInt(low), high: BigInt(high), ...terms } }),
        );
        tellFlagLies(teller, base, code, band);
      }
    }
  }
  await tellLentReading(teller, (codes) =>
    honestClaim(shape, { codes, terms: { low: 4n, high: 6n, shareMin: 3_300n } }),
  );
}
