// SPDX-License-Identifier: GPL-3.0-or-later

export type Figures = Readonly<Record<string, number>>;

export interface BaselineRow {
  readonly name: string;
  readonly baseline: number | undefined;
  readonly now: number | undefined;
  readonly verdict: "same" | "better" | "worse" | "new" | "gone";
}

/** Every name of either side with its verdict; a change within the tolerance does not count. */
export function compare(baseline: Figures, now: Figures, tolerance: number): BaselineRow[] {
  const names = [...new Set([...Object.keys(baseline), ...Object.keys(now)])].sort();
  return names.map((name) => {
    const [before, after] = [baseline[name], now[name]];
    if (before === undefined) return { name, baseline: before, now: after, verdict: "new" };
    if (after === undefined) return { name, baseline: before, now: after, verdict: "gone" };
    const change = (after - before) / before;
    return {
      name,
      baseline: before,
      now: after,
      verdict: change > tolerance ? "worse" : change < -tolerance ? "better" : "same",
    };
  });
}

/** Whether a row needs a look: it got worse, or the baseline does not know it, or it is not there any more. */
export const isBad = ({ verdict }: BaselineRow) =>
  verdict === "worse" || verdict === "gone" || verdict === "new";
