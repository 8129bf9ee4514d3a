// SPDX-License-Identifier: GPL-3.0-or-later
import { type SignalColumns, signalTable } from "../internal/signalTable.ts";

/** What Fitbit writes for a minute of sleep without a saturation: a floor, at which no other value is. */
const FLOOR = ["50", "50.0", "50.00"];

function columnsOf(titles: readonly string[]): SignalColumns | undefined {
  const at = (title: string): number => titles.findIndex((one) => one.toLowerCase() === title);
  const time = at("timestamp");
  if (time !== 0) return undefined;
  const source = [at("data source")].filter((index) => index >= 0);
  const beats = at("beats per minute");
  if (beats === 1) {
    return { titles, time, signals: [{ index: beats, metric: "heart-rate", unit: "/min" }], source };
  }
  const percent = at("oxygen saturation percentage");
  const minute = ["confidence", "coverage", "valid"].every((title) => at(title) > 0) ? at("value") : -1;
  const index = Math.max(percent, minute);
  if (index < 0) return undefined;
  return { titles, time, signals: [{ index, metric: "spo2", unit: "%" }], source, sentinels: FLOOR };
}

/**
 * CSV of Google Takeout for Fitbit ("Physical Activity_GoogleData", "Oxygen Saturation (SpO2)"): heart rate, oxygen
 * saturation and minute SpO2, in UTC. Rows of minute SpO2 that are not valid or unused say so.
 */
export const fitbitCsv = signalTable({
  name: "fitbit-csv",
  title: "Fitbit CSV of Google Takeout",
  wanted: 'header with "timestamp" and "beats per minute" or "oxygen saturation percentage"',
  columnsOf,
  source: "Fitbit",
});
