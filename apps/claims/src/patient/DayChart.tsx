// SPDX-License-Identifier: GPL-3.0-or-later
import { placeBetween, ticksBetween } from "@vitalproof/audit/axis";
import { DAY } from "@vitalproof/sdk";
import { useId } from "react";
import { spanClock, spanName, spanZone } from "../words/format.ts";
import type { PeriodDay, Scale } from "./days.ts";

type SealedDay = Extract<PeriodDay, { state: "sealed" }>;

/** In units of the drawing, which scales with the page. */
const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 8;
/** Rows of the chart's table: the hours of a day. */
const ROWS = 24;

/**
 * The readings of a period over the band of the terms, and the same in a table. Gaps stay gaps: no line leads over a
 * missing slot.
 */
export function DayChart({ day, scale }: { day: SealedDay; scale: Scale }) {
  const id = useId();
  const values = day.slots.flatMap((slot) => slot.values.filter((value) => value !== null));
  const band = scale.band;
  const low = Math.min(band?.low ?? scale.from, ...values);
  const high = Math.max(band?.high ?? scale.to, ...values);
  const ticks = ticksBetween(low, high);
  const [from, to] = [ticks[0]!, ticks.at(-1)!];
  const x = (i: number): number => LEFT + ((WIDTH - LEFT) * (i + 0.5)) / day.slots.length;
  const y = placeBetween([from, to], [HEIGHT - BOTTOM, TOP]);
  const channels = day.slots[0]?.values.length ?? 1;
  const title = `${scale.metric} on ${spanName(day)}: ${day.valid} of ${day.of} readings${band === undefined ? "" : `, band ${band.text} ${scale.unit}`}`;
  return (
    <div className="patient-day">
      <figure>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={id}>
          <title id={id}>{title}</title>
          {band === undefined ? null : (
            <rect
              className="patient-band"
              x={LEFT}
              width={WIDTH - LEFT}
              y={y(band.high)}
              height={Math.max(1, y(band.low) - y(band.high))}
            />
          )}
          {ticks.map((tick) => (
            <g key={tick}>
              <line className="patient-grid" x1={LEFT} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
              <text className="patient-tick" x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
                {tick}
              </text>
            </g>
          ))}
          {Array.from({ length: channels }, (_, channel) => channel).map((channel) => (
            <path
              key={channel}
              className={`patient-line channel-${channel}`}
              d={lineOf(day, channel, x, y)}
            />
          ))}
          {[0, 0.25, 0.5, 0.75].map((share) => (
            <text
              key={share}
              className="patient-tick"
              x={LEFT + (WIDTH - LEFT) * share}
              y={HEIGHT - 6}
              textAnchor={share === 0 ? "start" : "middle"}
            >
              {tickTime(day, share)}
            </text>
          ))}
        </svg>
        <figcaption>
          {title}. Times are {spanZone(day)}. Gaps in the line are missing readings.
        </figcaption>
      </figure>
      <DayTable day={day} scale={scale} />
    </div>
  );
}

/** The numbers behind the line, in at most 24 rows. */
function DayTable({ day, scale }: { day: SealedDay; scale: Scale }) {
  const rows = Math.min(ROWS, day.slots.length);
  const size = Math.ceil(day.slots.length / rows);
  const inBand = (value: number): boolean =>
    scale.band === undefined || (scale.band.low <= value && value <= scale.band.high);
  return (
    // The table scrolls instead of a narrow page. Keyboards reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="patient-table" tabIndex={0} aria-label={`Readings of ${spanName(day)}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">From, {spanZone(day)}</th>
            <th scope="col">Lowest</th>
            <th scope="col">Highest</th>
            {scale.band === undefined ? null : <th scope="col">In band</th>}
            <th scope="col">Missing</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: Math.ceil(day.slots.length / size) }, (_, row) => {
            const slots = day.slots.slice(row * size, (row + 1) * size);
            const values = slots.flatMap((slot) => slot.values.filter((value) => value !== null));
            const missing = slots.filter((slot) => slot.values[0] === null).length;
            return (
              <tr key={slots[0]!.time}>
                <th scope="row">{spanClock(day, slots[0]!.time)}</th>
                <td>{values.length === 0 ? "–" : Math.min(...values)}</td>
                <td>{values.length === 0 ? "–" : Math.max(...values)}</td>
                {scale.band === undefined ? null : (
                  <td>
                    {values.filter(inBand).length} of {slots.length}
                  </td>
                )}
                <td>{missing}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function lineOf(
  day: SealedDay,
  channel: number,
  x: (i: number) => number,
  y: (value: number) => number,
): string {
  let pen = "M";
  const parts: string[] = [];
  day.slots.forEach((slot, i) => {
    const value = slot.values[channel] ?? null;
    if (value === null) {
      pen = "M";
      return;
    }
    // A reading alone between two gaps is a dot: a line of no length with round ends.
    parts.push(`${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}${pen === "M" ? "h0" : ""}`);
    pen = "L";
  });
  return parts.join("");
}

function tickTime(day: SealedDay, share: number): string {
  const time = day.start + (day.end - day.start) * share;
  if (day.end - day.start <= DAY) return spanClock(day, time);
  // The day of the period that holds the tick.
  const start = day.start + Math.floor((time - day.start) / DAY) * DAY;
  return spanName({ offset: day.offset, start, end: start + DAY });
}
