// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, type Decimal, decimal, PROFILES } from "@vitalproof/sdk";
import type { Metric } from "../../format.ts";
import { metricOfLoinc } from "../../metrics.ts";

export type Comparator = "<" | "<=" | ">" | ">=";

/**
 * What "less than 40" means on the scale of every profile of the metric and unit: LOW, if each value that it can be is
 * below the lowest one. "Less than 54" can be 45, which is a value and neither of the two ends.
 * @returns undefined where it is not certainly beyond an end, or where no profile has this unit
 */
export function beyondEnd(
  metric: Metric,
  unit: string,
  comparator: Comparator,
  bound: Decimal,
): "LOW" | "HIGH" | undefined {
  const scales = Object.values(PROFILES).filter(
    (profile) => profile.ucum === unit && metricOfLoinc(profile.loinc) === metric,
  );
  if (scales.length === 0) return undefined;
  const beyond = scales.every(({ lowest, highest }) => {
    if (comparator === "<") return compareDecimals(bound, decimal(lowest)) <= 0;
    if (comparator === "<=") return compareDecimals(bound, decimal(lowest)) < 0;
    if (comparator === ">") return compareDecimals(bound, decimal(highest)) >= 0;
    return compareDecimals(bound, decimal(highest)) > 0;
  });
  if (!beyond) return undefined;
  return comparator.startsWith("<") ? "LOW" : "HIGH";
}
