// SPDX-License-Identifier: GPL-3.0-or-later
/** One value at one time, as a reader of files or a device hands it over. */
export type Reading = {
  /** Unix seconds; fractions allowed. */
  time: number;
  /**
   * A plain decimal, or what the sensor said instead of one: "LOW", "HIGH". Where a profile has several channels
   * (three axes of an accelerometer): one for each, in the profile's order.
   */
  value: number | string | readonly (number | string)[];
  /** UCUM unit of the value. */
  unit: string;
  /** The device, app or uploader that it comes from. Left out where nothing names one. */
  source?: string;
};

/** Why a reading was not taken. */
export type RefusalReason =
  | "wrong-unit"
  | "not-representable"
  | "impossible-value"
  | "impossible-time"
  | "before-log"
  | "epoch-sealed"
  | "other-source";

/** What became of readings that were given to a log. Counts only; the times of refused ones, never values. */
export type AppendReport = {
  given: number;
  /** Kept for slotting. */
  taken: number;
  /** Among those taken: beyond the ends of the scale, so that they become LOW or HIGH. */
  saturated: number;
  /** Same time and same code as one that is there already. */
  duplicates: number;
  refused: Record<RefusalReason, number>;
  /** The first 10,000. */
  refusals: { time: number; reason: RefusalReason }[];
};

export function emptyAppendReport(): AppendReport {
  return {
    given: 0,
    taken: 0,
    saturated: 0,
    duplicates: 0,
    refused: {
      "wrong-unit": 0,
      "not-representable": 0,
      "impossible-value": 0,
      "impossible-time": 0,
      "before-log": 0,
      "epoch-sealed": 0,
      "other-source": 0,
    },
    refusals: [],
  };
}
