// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAmount, formatNumber, type Unit } from "../data/amounts.ts";
import type { DaySum } from "../data/series.ts";
import { utcDate } from "./format.ts";

const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 96;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 28;
const DAY = 86_400;

/** Claims and payouts so far, as two lines of steps; the table beside it has the same figures. */
export function Plot({ days, unit }: { days: readonly DaySum[]; unit: Unit }) {
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const from = first.day - DAY;
  const to = last.day + DAY;
  const most = last.claimedSoFar > last.paidSoFar ? last.claimedSoFar : last.paidSoFar;
  const top = most === 0n ? 1n : most;
  const x = (time: number) => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const y = (value: bigint) =>
    HEIGHT - BOTTOM - (Number((value * 10_000n) / top) / 10_000) * (HEIGHT - TOP - BOTTOM);
  const line = (of: (sum: DaySum) => bigint): string => {
    const steps = days.map((sum) => `H${x(sum.day).toFixed(1)}V${y(of(sum)).toFixed(1)}`);
    return `M${x(from).toFixed(1)} ${y(0n).toFixed(1)}${steps.join("")}H${x(to).toFixed(1)}`;
  };
  return (
    <figure className="plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="plot-title plot-text">
        <title id="plot-title">Claims and payouts so far</title>
        <desc id="plot-text">
          From {utcDate(first.day)} to {utcDate(last.day)}: {formatAmount(last.claimedSoFar, unit)} claimed,{" "}
          {formatAmount(last.paidSoFar, unit)} paid out. Days begin at 00:00 UTC.
        </desc>
        {[0n, 1n, 2n, 3n, 4n].map((quarter) => {
          const value = (top * quarter) / 4n;
          return (
            <g key={String(quarter)}>
              <line className="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
              <text x={LEFT - 8} y={y(value) + 4} textAnchor="end">
                {formatNumber(value, unit.decimals)}
              </text>
            </g>
          );
        })}
        <text x={x(first.day)} y={HEIGHT - 8} textAnchor={days.length === 1 ? "middle" : "start"}>
          {utcDate(first.day)}
        </text>
        {days.length > 1 ? (
          <text x={x(last.day)} y={HEIGHT - 8} textAnchor="end">
            {utcDate(last.day)}
          </text>
        ) : null}
        <path className="claimed" d={line((sum) => sum.claimedSoFar)} />
        <path className="paid" d={line((sum) => sum.paidSoFar)} />
      </svg>
      <figcaption>
        <span className="key claimed">claimed</span>
        <span className="key paid">paid out</span>
        <span>days in UTC</span>
      </figcaption>
    </figure>
  );
}
