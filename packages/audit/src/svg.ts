// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY, formatAmount } from "@vitalproof/sdk";
import { amountTicks, countTicks, dayTicks, durationTicks, pixels, placeBetween } from "./axis.ts";
import { date, dayDate, duration, escapeHtml } from "./format.ts";
import { type AuditReport, OUTCOMES } from "./report.ts";

const WIDTH = 760;
const HEIGHT = 260;
const LEFT = 92;
const RIGHT = 12;
const TOP = 14;
const BOTTOM = 34;
/** Width of a date under the plot. */
const DATE = 72;

type Frame = {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** From 0 up; the last is the plot's top. */
  readonly ticks: readonly (readonly [value: number, label: string])[];
  readonly legend: readonly (readonly [className: string, name: string])[];
};

type Scale = { readonly x: (time: number) => number; readonly y: (value: number) => number };

/** A plot with axes and a legend; no script, no style of its own, colours by class. */
function plot(frame: Frame, marks: (scale: Scale) => string): string {
  const top = frame.ticks.at(-1)![0] || 1;
  const scale: Scale = {
    x: placeBetween([frame.from, Math.max(frame.to, frame.from + 1)], [LEFT, WIDTH - RIGHT]),
    y: placeBetween([0, top], [HEIGHT - BOTTOM, TOP]),
  };
  const grid = frame.ticks
    .map(([value, label]) => {
      const y = scale.y(value);
      return (
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>` +
        `<text class="tick" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${escapeHtml(label)}</text>`
      );
    })
    .join("");
  const dates = dayTicks(frame.from, frame.to)
    .map((time) => {
      const x = scale.x(time);
      const anchor = x < LEFT + DATE / 2 ? "start" : x > WIDTH - RIGHT - DATE / 2 ? "end" : "middle";
      return `<text class="tick" x="${x}" y="${HEIGHT - 12}" text-anchor="${anchor}">${date(time)}</text>`;
    })
    .join("");
  const legend = frame.legend
    .map(([className, name]) => `<li><span class="key ${className}"></span>${escapeHtml(name)}</li>`)
    .join("");
  return (
    `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${frame.id}-t ${frame.id}-d">` +
    `<title id="${frame.id}-t">${escapeHtml(frame.title)}</title>` +
    `<desc id="${frame.id}-d">${escapeHtml(frame.description)}</desc>` +
    `${grid}${dates}${marks(scale)}</svg>` +
    `<figcaption>${escapeHtml(frame.description)}</figcaption><ul class="legend">${legend}</ul></figure>`
  );
}

/** Claims by the day on which they were settled, stacked by what became of them. */
export function claimsPlot(report: AuditReport): string {
  const { claims, chain, program } = report;
  const from = Math.floor(program.createdAt / DAY) * DAY;
  const to = Math.max(from + DAY, Math.ceil((chain.time + 1) / DAY) * DAY);
  const step = DAY * Math.max(1, Math.ceil((to - from) / DAY / 60));
  const buckets = Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => {
    const inside = claims.filter(({ settledAt }) => Math.floor((settledAt - from) / step) === i);
    return OUTCOMES.map((outcome) => inside.filter((claim) => claim.outcome === outcome).length);
  });
  const top = Math.max(4, ...buckets.map((counts) => counts.reduce((sum, value) => sum + value, 0)));
  return plot(
    {
      id: "claims-over-time",
      title: "Claims over time, by outcome",
      description: `${claims.length} claims settled between ${date(from)} and ${date(chain.time)}, one bar for ${step / DAY === 1 ? "each day" : `${step / DAY} days`}: ${OUTCOMES.map((outcome) => `${report.summary.outcomes[outcome]} ${outcome}`).join(", ")}.`,
      from,
      to,
      ticks: countTicks(top).map((value) => [value, String(value)] as const),
      legend: OUTCOMES.map((outcome) => [`o-${outcome}`, outcome] as const),
    },
    ({ x, y }) =>
      buckets
        .map((counts, i) => {
          let below = 0;
          return counts
            .map((value, j) => {
              if (value === 0) return "";
              const left = x(from + i * step);
              const width = Math.max(1.5, pixels((x(from + (i + 1) * step) - left) * 0.8));
              const upper = y(below + value);
              const height = pixels(y(below) - upper);
              below += value;
              return `<rect class="o-${OUTCOMES[j]}" x="${left}" y="${upper}" width="${width}" height="${height}"/>`;
            })
            .join("");
        })
        .join(""),
  );
}

const PARTS = ["paid", "owed", "reserved", "free", "withdrawn"] as const;

/** Where the money that was paid in is, stacked, as it changed event by event. */
export function ledgerPlot(report: AuditReport): string {
  const { ledger, chain, program, token } = report;
  const { history } = ledger;
  const ticks = amountTicks(history.reduce((most, { funded }) => (funded > most ? funded : most), 0n));
  const highest = ticks.at(-1)! || 1n;
  // Shares of the highest amount: plots need no more than four digits, the table has the exact ones.
  const share = (value: bigint) => Number((value * 10_000n) / highest) / 10_000;
  const from = program.createdAt;
  const to = Math.max(chain.time, from + 1);
  return plot(
    {
      id: "money-over-time",
      title: "Money of the program over time",
      description: `Of ${formatAmount(ledger.now.funded, token)} paid in, now: ${PARTS.map((part) => `${formatAmount(ledger.now[part], token)} ${part}`).join(", ")}.`,
      from,
      to,
      ticks: ticks.map(
        (value) => [Number((value * 10_000n) / highest) / 10_000, formatAmount(value, token)] as const,
      ),
      legend: PARTS.map((part) => [`m-${part}`, part] as const),
    },
    ({ x, y }) =>
      PARTS.map((part, layer) => {
        const upTo = (point: (typeof history)[number], layers: number) =>
          PARTS.slice(0, layers).reduce((sum, name) => sum + share(point[name]), 0);
        const upper: string[] = [];
        const lower: string[] = [];
        history.forEach((point, i) => {
          const left = x(point.time);
          const right = x(history[i + 1]?.time ?? to);
          upper.push(`${left},${y(upTo(point, layer + 1))}`, `${right},${y(upTo(point, layer + 1))}`);
          lower.push(`${left},${y(upTo(point, layer))}`, `${right},${y(upTo(point, layer))}`);
        });
        const outline = [...upper, ...lower.reverse()].join(" ");
        return outline === "" ? "" : `<polygon class="m-${part}" points="${outline}"/>`;
      }).join(""),
  );
}

/** For each day: how long after its end the root was written, and written again; days without one at the bottom. */
export function anchorsPlot(report: AuditReport): string {
  const { anchors, chain } = report;
  const days = anchors.map(({ day }) => day);
  const from = (days[0] ?? Math.floor(chain.time / DAY)) * DAY;
  const to = ((days.at(-1) ?? Math.floor(chain.time / DAY)) + 1) * DAY;
  const delay = (day: number, time: number) => Math.max(0, time - (day + 1) * DAY);
  const top = Math.max(
    3600,
    ...anchors.flatMap(({ day, writes }) => writes.map(({ time }) => delay(day, time))),
  );
  const of = (status: string) => anchors.filter((line) => line.status === status).length;
  return plot(
    {
      id: "anchors-per-day",
      title: "Anchors per day, with corrections and gaps",
      description: `${anchors.length} days: ${of("anchored")} anchored once, ${of("corrected")} corrected, ${of("written-late")} written late by a correction, ${of("missed")} without an anchor, ${of("pending")} still in time. The height is the time from the end of the day to the writing.`,
      from,
      to,
      ticks: durationTicks(top).map((value) => [value, duration(value)] as const),
      legend: [
        ["a-anchored", "anchored"],
        ["a-corrected", "correction"],
        ["a-missed", "no anchor"],
        ["a-pending", "still in time"],
      ],
    },
    ({ x, y }) =>
      anchors
        .map(({ day, status, writes }) => {
          const at = x(day * DAY + DAY / 2);
          if (writes.length === 0) {
            const base = y(0);
            return status === "missed"
              ? `<path class="a-missed" d="M${at - 4},${base - 8}l8,8m0,-8l-8,8"><title>${dayDate(day)}: no anchor</title></path>`
              : `<circle class="a-pending" cx="${at}" cy="${base - 4}" r="3"><title>${dayDate(day)}: still in time</title></circle>`;
          }
          const [first, ...later] = writes;
          const height = y(delay(day, first!.time));
          const corrections = later.map(({ time }) => {
            const other = y(delay(day, time));
            return `<line class="a-link" x1="${at}" x2="${at}" y1="${height}" y2="${other}"/><rect class="a-corrected" x="${at - 4}" y="${other - 4}" width="8" height="8"><title>${dayDate(day)}: corrected</title></rect>`;
          });
          const shape =
            status === "written-late"
              ? `<rect class="a-corrected" x="${at - 4}" y="${height - 4}" width="8" height="8"><title>${dayDate(day)}: written late</title></rect>`
              : `<circle class="a-anchored" cx="${at}" cy="${height}" r="4"><title>${dayDate(day)}: anchored</title></circle>`;
          return `${corrections.join("")}${shape}`;
        })
        .join(""),
  );
}

/** From the end of a period to its claim and to its payment. */
export function latencyPlot(report: AuditReport): string {
  const { claims, chain, program, latency } = report;
  const ends = claims.map(({ end }) => end);
  const from = Math.min(program.createdAt, ...ends);
  const to = Math.max(chain.time, from + 1);
  const top = Math.max(3600, ...claims.map(({ end, settledAt, paid }) => (paid?.time ?? settledAt) - end));
  const said = (seconds: number | undefined) => (seconds === undefined ? "none yet" : duration(seconds));
  return plot(
    {
      id: "latency",
      title: "Time from the end of a period to its claim and payment",
      description: `Median to the claim: ${said(latency.claimMedian)}; to the payment: ${said(latency.paymentMedian)}. Across: when the period ended.`,
      from,
      to,
      ticks: durationTicks(top).map((value) => [value, duration(value)] as const),
      legend: [
        ["l-claim", "claim"],
        ["l-paid", "payment"],
      ],
    },
    ({ x, y }) =>
      claims
        .map(({ end, settledAt, paid, policy, period }) => {
          const at = x(end);
          const claimed = y(Math.max(0, settledAt - end));
          const name = `policy ${policy}, period ${period}`;
          const payment =
            paid === undefined
              ? ""
              : `<line class="a-link" x1="${at}" x2="${at}" y1="${claimed}" y2="${y(paid.time - end)}"/><rect class="l-paid" x="${at - 3}" y="${y(paid.time - end) - 3}" width="6" height="6"><title>${name}: paid after ${duration(paid.time - end)}</title></rect>`;
          return `${payment}<circle class="l-claim" cx="${at}" cy="${claimed}" r="3.5"><title>${name}: claimed after ${duration(Math.max(0, settledAt - end))}</title></circle>`;
        })
        .join(""),
  );
}
