// SPDX-License-Identifier: GPL-3.0-or-later
import { amountTicks, placeBetween } from "@vitalproof/audit/axis";
import { DAY, formatAmount, formatNumber, type Unit } from "@vitalproof/sdk";
import { useId } from "react";
import { utcDate } from "../words/format.ts";

const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 96;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 28;
/** Dates that fit under it. */
const DATES = 4;

/** One line: `className` says colour and dashes, so that lines differ without colour too. */
export type PlotLine<D> = {
  readonly name: string;
  readonly className: string;
  /** Smallest units. */
  readonly value: (day: D) => bigint;
};

/**
 * Amounts by day as lines of steps. It is drawn on 640 units of width: of days that fall on one of them, the last one is
 * drawn. The table next to it has the same figures.
 * @param days ascending
 */
export function Plot<D extends { readonly day: number }>({
  title,
  days,
  lines,
  unit,
}: {
  title: string;
  days: readonly D[];
  lines: readonly PlotLine<D>[];
  unit: Unit;
}) {
  const id = useId();
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const from = first.day - DAY;
  const to = last.day + DAY;
  let highest = 0n;
  for (const day of days) for (const { value } of lines) if (value(day) > highest) highest = value(day);
  const ticks = amountTicks(highest);
  const top = ticks.at(-1)! || 1n;
  const x = placeBetween([from, to], [LEFT, WIDTH - RIGHT]);
  // A share of the top: amounts may be larger than what a number holds exactly.
  const up = placeBetween([0, 1], [HEIGHT - BOTTOM, TOP]);
  const y = (value: bigint) => up(Number((value * 10_000n) / top) / 10_000);
  const drawn = days.filter(
    ({ day }, i) => days[i + 1] === undefined || Math.round(x(day)) !== Math.round(x(days[i + 1]!.day)),
  );
  const path = (value: (day: D) => bigint): string => {
    const steps = drawn.map((day) => `H${x(day.day).toFixed(1)}V${y(value(day)).toFixed(1)}`);
    return `M${x(from).toFixed(1)} ${y(0n).toFixed(1)}${steps.join("")}H${x(to).toFixed(1)}`;
  };
  const span = (last.day - first.day) / DAY;
  const gaps = Math.min(DATES - 1, span);
  const dates = Array.from(
    { length: gaps + 1 },
    (_, i) => first.day + (gaps === 0 ? 0 : Math.round((span * i) / gaps) * DAY),
  );
  return (
    <figure className="plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={`${id}-title ${id}-text`}>
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-text`}>
          From {utcDate(first.day)} to {utcDate(last.day)}, at the end:{" "}
          {lines.map(({ name, value }) => `${formatAmount(value(last), unit)} ${name}`).join(", ")}. Days
          begin at 00:00 UTC.
        </desc>
        {ticks.map((value) => (
          <g key={String(value)}>
            <line className="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 8} y={y(value) + 4} textAnchor="end">
              {formatNumber(value, unit.decimals)}
            </text>
          </g>
        ))}
        {dates.map((day, i) => (
          <text
            key={day}
            x={x(day)}
            y={HEIGHT - 8}
            className={i > 0 && i < gaps ? "between" : undefined}
            textAnchor={gaps === 0 || (i > 0 && i < gaps) ? "middle" : i === 0 ? "start" : "end"}
          >
            {utcDate(day)}
          </text>
        ))}
        {lines.map(({ className, value }) => (
          <path key={className} className={className} d={path(value)} />
        ))}
      </svg>
      <figcaption>
        {lines.map(({ name, className }) => (
          <span key={className} className={`key ${className}`}>
            {name}
          </span>
        ))}
        <span>days in UTC</span>
      </figcaption>
    </figure>
  );
}
