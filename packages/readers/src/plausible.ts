// SPDX-License-Identifier: GPL-3.0-or-later
import { type Detail, VitalproofError } from "@vitalproof/sdk";
import type { MeasuredReading, Metric, ReadOptions } from "./format.ts";
import { METRICS } from "./metrics.ts";

/**
 * The least and the greatest number that a reading of a metric and unit can be, both included. They are wider than what
 * devices show and than what people survive: a value outside has another unit, or is not a measurement.
 */
const RANGES: Partial<Record<Metric, Readonly<Record<string, readonly [number, number]>>>> = {
  // Meters show 10 to 600 or 20 to 600 mg/dL (ISO 15197 tests 30 to 400); the highest published survived value is 2,656,
  // and laboratories dilute above some 2,000. 1 mmol/L is 18.016 mg/dL.
  glucose: { "mg/dL": [10, 2000], "mmol/L": [0.5, 60] },
  // ISO 80601-2-61: accuracy is stated for 70 to 100 %; displays go down to 0 to 35 %, and 10 leaves room for them.
  // A fraction such as 0.97 is not a percentage.
  spo2: { "%": [10, 100] },
  // The refractory time of the heart's chambers allows no more than some 300 beats a minute; monitors show 15 to 350
  // (IEC 60601-2-27 asks for 30 to 200 at least).
  "heart-rate": { "/min": [10, 350] },
  // Full scale of the widest body-worn sensors is some 200 g.
  acceleration: { "[g]": [-400, 400], "m/s2": [-4000, 4000] },
  // A day has 24 hours, and the night that the clock is set back has one more.
  "device-usage": { min: [0, 1500], h: [0, 25], s: [0, 90_000] },
  doses: { "1": [0, 100], "{dose}": [0, 100] },
  "af-flag": { "1": [0, 1] },
};

/** 1990-01-01: no device whose files are read here is older. */
const EARLIEST = 631_152_000;
/** A clock may be fast by a time zone. */
const AHEAD = 86_400;

export const OUT_OF_RANGE = "outside what can be measured";
export const TOO_EARLY = "time before 1990";
export const IN_FUTURE = "time in the future";

/** Of a hundred values, at most this many may be out of range before the unit or the column must be wrong. */
const FEW_PERCENT = 5;
/** Values that devices write for "no measurement" where their field has 8 or 16 bits. */
const SENTINELS: Partial<Record<Metric, readonly number[]>> = {
  spo2: [127, 255, 32_767, 65_535],
  // 511: oximeters with nine bits (Nonin); 255: with eight.
  "heart-rate": [255, 511, 32_767, 65_535],
  glucose: [32_767, 65_535],
};

/** Sensors say LOW and HIGH on the far side of this. Mostly such values are what the other unit gives. */
const OTHER_UNIT: Readonly<Record<string, { beyond(value: number): boolean; unit: string; says: string }>> = {
  "mg/dL": { beyond: (value) => value < 35, unit: "mmol/L", says: "below 35" },
  "mmol/L": { beyond: (value) => value >= 35, unit: "mg/dL", says: "35 or more" },
};
/** Fewer values than an hour's are a short fall or peak, and prove nothing. */
const SOME_VALUES = 12;
/** Unless all are lower than nearly every meter shows: then a few are enough. */
const FEW_VALUES = 3;
const LOWEST_SHOWN = 20;

type Count = {
  metric: Metric;
  unit: string;
  inside: number;
  outside: number;
  /** Values that are fractions of 1, and values that the metric's other unit would explain. */
  fractions: number;
  other: number;
  /** Values in mg/dL that nearly no meter shows. */
  tiny: number;
};

/** Sorts out what cannot have been measured, and notices when that is more than a few. */
export class Plausibility {
  readonly #kind: FileKind;
  readonly #latest: number;
  readonly #earliest: number;
  readonly #counts: Count[] = [];
  #last: Count | undefined;

  /** @param kind what the file is, for what to do about it */
  constructor({ now, start }: Pick<ReadOptions, "now" | "start">, kind: FileKind = "named") {
    this.#kind = kind;
    this.#latest = (now ?? Date.now() / 1000) + AHEAD;
    // A start that the caller names, such as 0 to look at a file alone, is the caller's choice.
    this.#earliest = start === undefined ? EARLIEST : Number.NEGATIVE_INFINITY;
  }

  /** Why a reading cannot be what it says; undefined where it can. */
  refusalOf(reading: MeasuredReading): string | undefined {
    const { time, value } = reading;
    if (value !== "LOW" && value !== "HIGH" && this.#isOutOfRange(reading)) return OUT_OF_RANGE;
    if (time < this.#earliest) return TOO_EARLY;
    if (time > this.#latest) return IN_FUTURE;
    return undefined;
  }

  #isOutOfRange({ metric, unit, value }: MeasuredReading): boolean {
    const range = RANGES[metric]?.[unit];
    if (range === undefined) return false;
    const [least, most] = range;
    const isOutside = (number: number): boolean => number < least || number > most;
    const first = Number(typeof value === "object" ? value[0] : value);
    if (SENTINELS[metric]?.includes(first) === true) return true;
    const count = this.#countOf(metric, unit);
    if (metric === "spo2" && first > 0 && first <= 1) count.fractions += 1;
    if (unit === "mg/dL" && first < LOWEST_SHOWN) count.tiny += 1;
    if (metric === "glucose" && OTHER_UNIT[unit]!.beyond(first)) count.other += 1;
    const outside =
      typeof value === "object" ? value.some((axis) => isOutside(Number(axis))) : isOutside(first);
    if (outside) count.outside += 1;
    else count.inside += 1;
    return outside;
  }

  /** @throws VALUES_IMPLAUSIBLE where many values of a metric are out of its range: then the others are not its either */
  check(): void {
    for (const count of this.#counts) {
      const { metric, unit, inside, outside } = count;
      const values = inside + outside;
      const some = 2 * count.other > values;
      if ((values >= SOME_VALUES && some) || (values >= FEW_VALUES && count.tiny === values))
        throw otherUnit(count, values, this.#kind);
      if (100 * outside <= FEW_PERCENT * values) continue;
      if (some) throw otherUnit(count, values, this.#kind);
      if (isMost(count.fractions, values)) throw fractions(count, values, this.#kind);
      const [least, most] = RANGES[metric]![unit]!;
      const { title } = METRICS[metric];
      throw implausible(
        `${outside} of ${values} values cannot be ${title} in ${unit}: that is ${least} to ${most}.`,
        { metric, unit, outside, values, least, most },
        this.#kind === "named"
          ? "Look whether the column and its unit are right (--value, --unit, --metric). Where the column holds several " +
              "measures, choose the rows of one: --where COLUMN=VALUE."
          : wayOut(this.#kind, "UNIT"),
      );
    }
  }

  #countOf(metric: Metric, unit: string): Count {
    // Readings of one kind mostly follow each other.
    if (this.#last?.metric === metric && this.#last.unit === unit) return this.#last;
    let count = this.#counts.find((one) => one.metric === metric && one.unit === unit);
    if (count === undefined) {
      count = { metric, unit, inside: 0, outside: 0, fractions: 0, other: 0, tiny: 0 };
      this.#counts.push(count);
    }
    this.#last = count;
    return count;
  }
}

function isMost(some: number, values: number): boolean {
  return 100 * some >= (100 - FEW_PERCENT) * values;
}

/** A table whose columns the caller names, a vendor's table, or a file that is not a table. */
export type FileKind = "named" | "table" | "other";

/** What to do about a vendor's file whose values are not what its format says. */
function wayOut(kind: FileKind, unit: string, more = ""): string {
  return kind === "table"
    ? `The vendor's own format has another unit. If that is right for this file, read it as any table: --format generic-csv --time COLUMN --value COLUMN --unit ${unit}${more}.`
    : "The format fixes the unit, and the file's values do not have it: what wrote it is at fault. Export the readings as a table, and name its columns and unit.";
}

function fractions(
  { metric, unit, fractions: found }: Count,
  values: number,
  kind: FileKind,
): VitalproofError {
  return implausible(
    `${found} of ${values} values are at most 1: they are fractions, and not per cent. 0.97 would be 97 %.`,
    { metric, unit, fractions: found, values },
    kind === "named"
      ? "Name the unit that they have: --unit 1 --metric spo2. The decimal point is then moved two places, and no digit changes. " +
          "Where the column holds several measures, choose the rows of one: --where COLUMN=VALUE."
      : wayOut(kind, "1", " --metric spo2"),
  );
}

function otherUnit({ metric, unit, other }: Count, values: number, kind: FileKind): VitalproofError {
  const { unit: likely, says } = OTHER_UNIT[unit]!;
  return implausible(
    `${other} of ${values} values are ${says}, which in ${unit} no sensor shows for long: they look like ${likely}.`,
    { metric, unit, other, values },
    kind === "named"
      ? `If they are ${likely}, name it: --unit ${likely}. Else look whether --value names the column of glucose, or choose ` +
          "the rows of one measure: --where COLUMN=VALUE."
      : wayOut(kind, likely),
  );
}

function implausible(message: string, details: Record<string, Detail>, hint: string): VitalproofError {
  return new VitalproofError("VALUES_IMPLAUSIBLE", message, { details, hint });
}
