// SPDX-License-Identifier: GPL-3.0-or-later
import {
  compareDecimals,
  type Decimal,
  epochOffsetOf,
  formatDecimal,
  type Profile,
  type ProfileName,
  parseDecimal,
  profileOf,
  usualStep,
  VitalproofError,
} from "@vitalproof/sdk";
import { collectReadings } from "./collect.ts";
import type { FileInput, FileReport, FormatName, MeasuredReading, Metric, ReadOptions } from "./format.ts";
import { likelyProfile, profilesFor } from "./metrics.ts";
import type { ReadingSeries } from "./series.ts";
import { type SlottingInspection, slotInspection } from "./slotInspection.ts";

export type InspectOptions = ReadOptions & {
  /** Profile to slot under; without it the one that fits metric, unit and typical interval. */
  readonly profile?: ProfileName;
  /** Rounds values between two steps of the profile to the nearer one, half up, as `log add --round nearest` does. */
  readonly round?: boolean;
  /** Epoch offset in quarter hours; without it epochs begin where those of the profile do in `zone`, or in UTC (`epochOffsetOf`). */
  readonly offset?: number;
  /** Told what share of a metric's readings has been slotted, after the file has been read. */
  readonly onSlotting?: (share: number) => void;
};

/** What one metric's readings are, in numbers. */
export type SeriesInspection = {
  readonly metric: Metric;
  /** UCUM. */
  readonly unit: string;
  readonly readings: number;
  /** Readings that say LOW or HIGH; they are in no minimum, maximum or mean. */
  readonly low: number;
  readonly high: number;
  /** Unix seconds. */
  readonly first: number;
  readonly last: number;
  /** Median of the seconds between two readings; null where there is only one time. */
  readonly interval: number | null;
  /** What minimum, maximum and mean are of: the values, or the lengths √(x² + y² + z²) of values with axes. */
  readonly measure: "value" | "length";
  /** Decimals; the mean exact to four places, halves rounded away from zero. Null where no reading is a number. */
  readonly min: string | null;
  readonly max: string | null;
  readonly mean: string | null;
  /** What sealing under a profile would do; null where none fits and none was named. */
  readonly slotting: SlottingInspection | null;
  /** Profiles for its metric and unit, the shortest interval first; each can be named. */
  readonly profiles: readonly { readonly name: ProfileName; readonly interval: number }[];
};

/** What is in a file, in numbers. Serialises to JSON as it is. */
export type Inspection = {
  readonly format: FormatName;
  /** "file" where times count from the file's own start, which it does not say: they are good for looking only. */
  readonly clock: "unix" | "file";
  readonly report: FileReport;
  /** One for each metric and unit, in the file's order. */
  readonly series: readonly SeriesInspection[];
};

/**
 * Looks at a file: what it is, what is in it, and what sealing it would keep. Needs no start for files that count time
 * from their own beginning. Readings are not collected as objects, so that large files fit.
 * @throws what `streamReadings` throws, but START_REQUIRED; UNKNOWN_PROFILE
 */
export async function inspectFile(input: FileInput, options: InspectOptions = {}): Promise<Inspection> {
  const profile = options.profile === undefined ? undefined : profileOf(options.profile);
  let clock: Inspection["clock"] = "unix";
  let gathered: Awaited<ReturnType<typeof collectReadings>>;
  try {
    gathered = await collectReadings(input, options);
  } catch (error) {
    if (VitalproofError.find(error, "START_REQUIRED") === undefined) throw error;
    clock = "file";
    gathered = await collectReadings(input, { ...options, start: 0 });
  }
  const { report, series } = gathered;
  return {
    format: report.format,
    clock,
    report,
    series: series.map((one) => describe(one, options, profile, clock)),
  };
}

function describe(
  series: ReadingSeries,
  options: InspectOptions,
  given: Profile | undefined,
  clock: Inspection["clock"],
): SeriesInspection {
  const { metric, unit, count, times } = series;
  const order = series.order();
  const first = times.at(order.at(0));
  const last = times.at(order.at(count - 1));
  const interval = usualStep(times, order, 1 / 2) ?? null;
  const counts = new Array<number>(series.examples.length).fill(0);
  for (const number of series.numbers) counts[number]! += 1;
  const said = (word: string): number =>
    series.examples.reduce<number>((sum, value, i) => sum + (value === word ? counts[i]! : 0), 0);
  const profile = given ?? (interval === null ? undefined : likelyProfile(metric, unit, interval));
  return {
    metric,
    unit,
    readings: count,
    low: said("LOW"),
    high: said("HIGH"),
    first,
    last,
    interval,
    ...statistics(series.examples, counts),
    profiles: profilesFor(metric, unit).map(({ name, interval: seconds }) => ({ name, interval: seconds })),
    slotting:
      profile === undefined
        ? null
        : slotInspection(
            series,
            order,
            profile,
            options.offset ?? epochOffsetOf(profile, clock === "unix" ? options.zone : undefined, first),
            options.round === true,
            options.onSlotting,
          ),
  };
}

/** Minimum, maximum and mean over distinct values and how often they come; exact for decimals. */
function statistics(
  values: readonly MeasuredReading["value"][],
  counts: readonly number[],
): Pick<SeriesInspection, "measure" | "min" | "max" | "mean"> {
  const vectors = values.some((value) => typeof value === "object");
  let min: Decimal | undefined;
  let max: Decimal | undefined;
  let total: Decimal = { digits: 0n, scale: 0 };
  let count = 0n;
  let lengths = 0;
  for (const [i, value] of values.entries()) {
    // A value whose readings were all left out again counts for nothing.
    if (counts[i] === 0) continue;
    const parsed = typeof value === "object" ? squaredLength(value) : parseDecimal(value);
    if (parsed === undefined) continue;
    if (min === undefined || compareDecimals(parsed, min) < 0) min = parsed;
    if (max === undefined || compareDecimals(parsed, max) > 0) max = parsed;
    count += BigInt(counts[i]!);
    if (vectors) lengths += counts[i]! * Math.sqrt(Number(formatDecimal(parsed)));
    else total = plus(total, parsed, BigInt(counts[i]!));
  }
  const measure = vectors ? "length" : "value";
  if (min === undefined || max === undefined) return { measure, min: null, max: null, mean: null };
  if (vectors) {
    const root = (squared: Decimal): string => Math.sqrt(Number(formatDecimal(squared))).toFixed(4);
    return { measure, min: root(min), max: root(max), mean: (lengths / Number(count)).toFixed(4) };
  }
  return { measure, min: formatDecimal(min), max: formatDecimal(max), mean: meanOf(total, count) };
}

const MEAN_PLACES = 4;

/** `total / count` to four places, halves away from zero. */
function meanOf(total: Decimal, count: bigint): string {
  const up = 10n ** BigInt(Math.max(0, MEAN_PLACES - total.scale));
  const down = 10n ** BigInt(Math.max(0, total.scale - MEAN_PLACES)) * count;
  const size = (total.digits < 0n ? -total.digits : total.digits) * up;
  const rounded = (2n * size + down) / (2n * down);
  return formatDecimal({ digits: total.digits < 0n ? -rounded : rounded, scale: MEAN_PLACES });
}

function plus(a: Decimal, b: Decimal, times = 1n): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const at = ({ digits, scale: own }: Decimal): bigint => digits * 10n ** BigInt(scale - own);
  return { digits: at(a) + times * at(b), scale };
}

/** x² + y² + z², exact. */
function squaredLength(axes: readonly (number | string)[]): Decimal | undefined {
  let sum: Decimal = { digits: 0n, scale: 0 };
  for (const axis of axes) {
    const parsed = parseDecimal(axis);
    if (parsed === undefined) return undefined;
    sum = plus(sum, { digits: parsed.digits ** 2n, scale: 2 * parsed.scale });
  }
  return sum;
}
