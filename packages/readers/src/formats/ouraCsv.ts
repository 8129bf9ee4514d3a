// SPDX-License-Identifier: GPL-3.0-or-later
import { signalTable } from "../internal/signalTable.ts";

/** Heart rates of an Oura ring (`heartrate.csv` of its export), with offsets. `source` there is the wearer's state. */
export const ouraCsv = signalTable({
  name: "oura-csv",
  title: "Oura heart rate CSV",
  wanted: 'header "timestamp;bpm;source"',
  source: "Oura",
  columnsOf: (titles) =>
    titles.join() === "timestamp,bpm,source"
      ? { titles, time: 0, signals: [{ index: 1, metric: "heart-rate", unit: "/min" }] }
      : undefined,
});
