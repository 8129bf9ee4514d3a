// SPDX-License-Identifier: GPL-3.0-or-later
//
// Plots as SVG files with a style of their own. Those of `vitalproof audit` are parts
// of one HTML page and coloured by its style sheet. Axes are the same for both.
import { escapeHtml } from "@vitalproof/audit";
import { decadesBetween, type Place, pixels, placeBetween, ticksBetween } from "@vitalproof/audit/axis";

const WIDTH = 760;
const LEFT = 92;
const RIGHT = 20;
const TOP = 46;

/** Told apart by people who do not see red and green as others do, and on white as on black. */
const COLOURS = ["#2f7ec0", "#d9822b", "#7a5ea8", "#3f9e6e", "#c2557a", "#8a8d91"] as const;

// Grey that can be read on white and on black; sharper where the viewer says which one it is.
const STYLE =
  "<style>text{font:13px system-ui,sans-serif;fill:#737b85}.title{font-size:15px;font-weight:600}" +
  ".value{font-size:12px}.grid{stroke:#8c959f;stroke-opacity:.3}.axis{stroke:#8c959f}" +
  "@media (prefers-color-scheme:light){text{fill:#57606a}.title{fill:#24292f}}" +
  "@media (prefers-color-scheme:dark){text{fill:#9da7b1}.title{fill:#e6edf3}}</style>";

export interface Axis {
  readonly label: string;
  /** Decades instead of even steps, for sizes that span several. */
  readonly log?: boolean;
  readonly format?: (value: number) => string;
  /** Where it has its marks, from one end to the other; otherwise at round numbers. */
  readonly ticks?: readonly number[];
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Worked out rather than measured: drawn with gaps. */
  readonly dashed?: boolean;
}

export interface LinePlot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Where something ends along x: drawn from top to bottom, with its name. */
  readonly limits?: readonly { readonly x: number; readonly name: string }[];
}

export interface BarPlot {
  readonly title: string;
  readonly value: Axis;
  /** Names of the segments that bars are made of, in their order. */
  readonly segments: readonly string[];
  readonly groups: readonly {
    readonly label: string;
    readonly bars: readonly {
      readonly label: string;
      readonly values: readonly number[];
      readonly note?: string;
      /** Grey: what ours is compared with. */
      readonly muted?: boolean;
    }[];
  }[];
}

/** 1,234 or 12.3 k or 1.2 M. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trim(value / 1e6)} M`;
  if (size >= 1e4) return `${trim(value / 1e3)} k`;
  if (size >= 1_000 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(2)));
}

const trim = (value: number) => Number(value.toPrecision(3)).toString();

/** Round numbers that enclose the values: decades, or even steps from 0. */
export function ticksOf(values: readonly number[], log: boolean): number[] {
  const top = Math.max(...values);
  return log ? decadesBetween(Math.min(...values), top) : ticksBetween(0, top);
}

function scale(ticks: readonly number[], log: boolean, from: number, to: number): Place {
  return placeBetween([ticks[0]!, ticks.at(-1)!], [from, to], { log });
}

/** @throws RangeError for a plot without points, or with values that a logarithmic axis cannot show */
export function linePlot({ title, x, y, series, limits = [] }: LinePlot): string {
  const points = series.flatMap((line) => line.points);
  if (points.length === 0) throw new RangeError(`the plot "${title}" has no points`);
  if (points.some(([a, b]) => (x.log === true && a <= 0) || (y.log === true && b <= 0)))
    throw new RangeError(`the plot "${title}" has a value that is not above 0 on a logarithmic axis`);
  const legendRows = Math.ceil(series.length / 2);
  const top = TOP + legendRows * 20;
  const bottom = top + 280;
  const height = bottom + 56;
  const xTicks =
    x.ticks ??
    ticksOf(
      points.map(([value]) => value),
      x.log === true,
    );
  const yTicks = ticksOf(
    points.map(([, value]) => value),
    y.log === true,
  );
  const atX = scale(xTicks, x.log === true, LEFT, WIDTH - RIGHT);
  const atY = scale(yTicks, y.log === true, bottom, top);
  const grid = [
    ...yTicks.map((value) => {
      const at = atY(value);
      return (
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>` +
        text(LEFT - 8, at + 4, (y.format ?? short)(value), "end")
      );
    }),
    ...xTicks.map((value) => {
      const at = atX(value);
      return (
        `<line class="grid" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>` +
        text(at, bottom + 18, (x.format ?? short)(value), "middle")
      );
    }),
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>`,
    `<line class="axis" x1="${LEFT}" x2="${LEFT}" y1="${top}" y2="${bottom}"/>`,
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 42, x.label, "middle"),
    `<text x="18" y="${(top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 18 ${(top + bottom) / 2})">${escapeHtml(y.label)}</text>`,
  ];
  const marks = series.map(({ name, points: line, dashed }, i) => {
    const colour = COLOURS[i % COLOURS.length]!;
    const path = line.map(([a, b]) => `${atX(a)},${atY(b)}`).join(" ");
    const dots = line
      .map(
        ([a, b]) =>
          `<circle cx="${atX(a)}" cy="${atY(b)}" r="3.5" fill="${colour}"><title>${escapeHtml(name)}: ${(x.format ?? short)(a)}, ${(y.format ?? short)(b)}</title></circle>`,
      )
      .join("");
    return `<polyline fill="none" stroke="${colour}" stroke-width="2"${dashed === true ? ' stroke-dasharray="6 4"' : ""} points="${path}"/>${dots}`;
  });
  const ends = limits.map(({ x: value, name }, i) => {
    const at = atX(value);
    const line = `<line class="axis" stroke-dasharray="2 3" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/>`;
    // Each name a line lower, so that names of neighbours do not cover each other.
    return line + text(at - 6, top + 14 + 18 * i, name, "end", "value");
  });
  return file(title, height, [
    ...grid,
    ...ends,
    ...marks,
    ...legend(
      series.map(({ name }) => name),
      TOP + 6,
    ),
  ]);
}

const BAR = 18;
const LABELS = 274;

/** Bars that lie, each made of segments, in groups; the axis begins at 0. */
export function barPlot({ title, value, segments, groups }: BarPlot): string {
  const sums = groups.flatMap(({ bars }) => bars.map(({ values }) => values.reduce((a, b) => a + b, 0)));
  if (sums.length === 0) throw new RangeError(`the plot "${title}" has no bars`);
  const format = value.format ?? short;
  const legendRows = segments.length > 1 ? Math.ceil(segments.length / 2) : 0;
  const top = TOP + legendRows * 20;
  const ticks = ticksOf(sums, false);
  // Room at the right for what the longest bar's end says.
  const at = scale(ticks, false, LABELS, WIDTH - 96);
  const marks: string[] = [];
  let y = top + 4;
  for (const { label, bars } of groups) {
    if (label !== "") {
      marks.push(text(12, y + 13, label, "start", "title"));
      y += 24;
    }
    for (const { label: name, values, note, muted } of bars) {
      marks.push(text(LABELS - 8, y + 13, name, "end"));
      let sum = 0;
      values.forEach((part, i) => {
        const from = at(sum);
        sum += part;
        const colour = muted === true ? COLOURS.at(-1)! : COLOURS[i % COLOURS.length]!;
        marks.push(
          `<rect x="${from}" y="${y}" width="${pixels(Math.max(0, at(sum) - from))}" height="${BAR}" fill="${colour}"><title>${escapeHtml(`${name}, ${segments[i] ?? ""}: ${format(part)}`)}</title></rect>`,
        );
      });
      marks.push(text(at(sum) + 6, y + 13, note ?? format(sum), "start", "value"));
      y += BAR + 6;
    }
    y += 10;
  }
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${at(tick)}" x2="${at(tick)}" y1="${top - 2}" y2="${y}"/>` +
      text(at(tick), y + 18, format(tick), "middle"),
  );
  grid.push(text((LABELS + WIDTH - 96) / 2, y + 42, value.label, "middle"));
  return file(title, y + 54, [...grid, ...marks, ...(segments.length > 1 ? legend(segments, TOP - 4) : [])]);
}

/** Two columns under the title. */
function legend(names: readonly string[], top: number): string[] {
  return names.map((name, i) => {
    const x = LEFT + (i % 2) * 330;
    const y = top + Math.floor(i / 2) * 20;
    return `<rect x="${x}" y="${y - 9}" width="12" height="12" rx="2" fill="${COLOURS[i % COLOURS.length]}"/>${text(x + 18, y + 2, name, "start")}`;
  });
}

function text(x: number, y: number, content: string, anchor: string, style = ""): string {
  return `<text x="${pixels(x)}" y="${pixels(y)}" text-anchor="${anchor}"${style === "" ? "" : ` class="${style}"`}>${escapeHtml(content)}</text>`;
}

function file(title: string, height: number, marks: readonly string[]): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">\n` +
    `<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n<title>${escapeHtml(title)}</title>\n${STYLE}\n` +
    `${text(12, 22, title, "start", "title")}\n${marks.join("\n")}\n</svg>\n`
  );
}
