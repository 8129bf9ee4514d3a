// SPDX-License-Identifier: GPL-3.0-or-later
import { offsetOf } from "../internal/dateTime.ts";
import { type Signal, type SignalColumns, signalTable } from "../internal/signalTable.ts";

/**
 * Tables of the export by the prefix of their columns. Samsung's SDK fixes the units: HealthConstants.HeartRate in beats a
 * minute, OxygenSaturation in %, BloodGlucose in mmol/L, of a meter or typed in: the table does not say which.
 */
const TABLES: readonly (Omit<Signal, "index"> & { readonly prefix: string; readonly value: string })[] = [
  { prefix: "com.samsung.health.heart_rate.", value: "heart_rate", metric: "heart-rate", unit: "/min" },
  { prefix: "com.samsung.health.oxygen_saturation.", value: "spo2", metric: "spo2", unit: "%" },
  {
    prefix: "com.samsung.health.blood_glucose.",
    value: "glucose",
    metric: "glucose",
    unit: "mmol/L",
    origin: "meter",
  },
];

function columnsOf(titles: readonly string[]): SignalColumns | undefined {
  for (const { prefix, value, ...measured } of TABLES) {
    const at = (name: string): number => titles.indexOf(prefix + name);
    const [time, index, offset] = [at("start_time"), at(value), at("time_offset")];
    if (time < 0 || index < 0 || offset < 0) continue;
    const binned = Math.max(at("binning_data"), at("binning"));
    return {
      titles,
      time,
      signals: [{ index, ...measured }],
      source: [at("pkg_name"), at("deviceuuid")].filter((column) => column >= 0),
      // Such a row is the mean of an hour or a night. Its single values are in JSON files of the same export.
      leftOut: ({ cells }) =>
        (cells[binned] ?? "").trim() === "" ? undefined : "mean of a span, whose values are in another file",
      // Some rows of real exports have offsets such as UTC+28550, and times as wrong.
      refused: ({ cells }) =>
        offsetOf((cells[offset] ?? "").trim()) === "impossible" ? "impossible offset from UTC" : undefined,
    };
  }
  return undefined;
}

/**
 * Heart rate, oxygen saturation and blood glucose of Samsung Health's personal data: a first line with the table's name,
 * and rows that end in a comma. Times are UTC; the column `time_offset` says where the phone was, and moves nothing.
 */
export const samsungHealth = signalTable({
  name: "samsung-health",
  title: "Samsung Health CSV",
  wanted: 'header with "com.samsung.health.….start_time" and a value',
  columnsOf,
  zone: "UTC",
});
