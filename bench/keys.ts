// SPDX-License-Identifier: GPL-3.0-or-later
import { measureSetup, SETUP_SIZES } from "@vitalproof/hardhat-circom/measure";
import { step } from "./progress.ts";
import { type KeyRow, type KeysPart, mergeRows } from "./report.ts";

/** Development keys against snarkjs's stock set-up; the stock path only where it takes less than minutes. */
export async function measureKeys(
  before: KeysPart | undefined,
  { full, today }: { full: boolean; today: string },
): Promise<Pick<KeysPart, "rows">> {
  const { small, medium, large } = SETUP_SIZES;
  const rows: KeyRow[] = [];
  for (const size of full ? [small, medium, large] : [small, large]) {
    const figures = await step(`keys of the ${size.name} circuit`, (say) => measureSetup(size, say));
    rows.push({ ...figures, measured: today });
  }
  return {
    rows: mergeRows(
      before?.rows,
      rows,
      ({ circuit }) => circuit,
      (a, b) => a.constraints - b.constraints,
    ),
  };
}
