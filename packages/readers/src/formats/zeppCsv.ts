// SPDX-License-Identifier: GPL-3.0-or-later
import { signalTable } from "../internal/signalTable.ts";

const HEADERS: readonly string[] = ["date,time,heartRate", "time,heartRate"];

/**
 * Heart rates of Zepp Life and Zepp (Amazfit, Xiaomi bands): `HEARTRATE_AUTO` with date and time of day on the phone's
 * clock, `HEARTRATE` with times that say their offset.
 */
export const zeppCsv = signalTable({
  name: "zepp",
  title: "Zepp heart rate CSV",
  wanted: 'header "date,time,heartRate"',
  source: "Zepp",
  columnsOf: (titles) =>
    HEADERS.includes(titles.join())
      ? {
          titles,
          time: 0,
          signals: [{ index: titles.length - 1, metric: "heart-rate", unit: "/min" }],
        }
      : undefined,
});
