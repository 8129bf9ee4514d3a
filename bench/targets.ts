// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report, TargetRow } from "./report.ts";
import { round } from "./statistics.ts";

/** Zero bytes in calldata are all that may differ between two transactions of one kind. */
export const FLAT_GAS = 300;

/** The pairs of circuits that the targets are about. */
export const HOUR_PAIR = "heart-rate-hour against the guide's loop, bare";
export const DAY_PAIR = "glucose-day against the guide's loop with everything a claim needs";

/** What is promised, what was measured, and whether it is met. */
export function targetsOf(report: Omit<Report, "targets">): TargetRow[] {
  const atLeast = (target: string, wanted: number, value: number | undefined): TargetRow => ({
    target,
    wanted: `at least ${wanted}`,
    value: value === undefined ? null : round(value, 2),
    met: value === undefined ? null : value >= wanted,
  });
  const instance = (name: string) => report.constraints?.instances.find((row) => row.name === name);
  const fewer = (name: string, circuit: "guideBelow" | "guideShare") => {
    const row = instance(name);
    const other = row?.[circuit];
    return row === undefined || other === undefined ? undefined : other / row.constraints;
  };
  const pair = report.proving?.pairs.find(({ name }) => name === HOUR_PAIR);
  const spread = crowdSpread(report);
  return [
    atLeast(
      "a whole 3,600-reading claim is proven how many times faster than the guide's bare circuit",
      1.5,
      pair?.ratio.total,
    ),
    atLeast(
      "a 3,600-reading claim has how many times fewer constraints than like for like",
      4,
      fewer("heart-rate-hour", "guideBelow"),
    ),
    atLeast(
      "a 288-reading claim has how many times fewer constraints than like for like",
      2,
      fewer("glucose-day", "guideShare"),
    ),
    {
      target: "gas of a claim and of a payment differs by how much between the fewest and the most policies",
      wanted: `below ${FLAT_GAS}`,
      value: spread ?? null,
      met: spread === undefined ? null : spread < FLAT_GAS,
    },
  ];
}

/** The largest difference of any operation's gas over all sizes of the crowd. */
function crowdSpread({ growth }: Omit<Report, "targets">): number | undefined {
  const rows = growth?.crowd ?? [];
  if (rows.length < 2) return undefined;
  return Math.max(
    ...Object.keys(rows[0]!.gas).map((operation) => {
      const values = rows.map(({ gas }) => gas[operation]!);
      return Math.max(...values) - Math.min(...values);
    }),
  );
}
