// SPDX-License-Identifier: GPL-3.0-or-later
import { type SignalColumns, signalTable } from "../internal/signalTable.ts";

function columnsOf(titles: readonly string[]): SignalColumns | undefined {
  const at = (pattern: RegExp): number => titles.findIndex((title) => pattern.test(title));
  const [time, oxygen, pulse] = [
    at(/^time$/i),
    at(/^(oxygen level|spo2 ?\(%\))$/i),
    at(/^pulse rate( ?\(bpm\))?$/i),
  ];
  if (time < 0 || oxygen < 0 || pulse < 0) return undefined;
  return {
    titles,
    time,
    signals: [
      { index: oxygen, metric: "spo2", unit: "%" },
      { index: pulse, metric: "heart-rate", unit: "/min" },
    ],
    // What the device sends while there is no finger, with eight and with sixteen bits.
    sentinels: ["255", "65535"],
  };
}

/**
 * The CSV of Wellue's and Viatom's oximeters (O2Ring, Checkme O2, OxyLink): ViHealth writes "23:00:00 May 20 2026" under
 * "Oxygen Level", O2 Insight Pro "08:48:26PM Nov 27, 2025" under "SpO2(%)". Both are local. "--" means that there was no finger.
 */
export const oximeterCsv = signalTable({
  name: "wellue-oximeter",
  title: "Wellue or Viatom oximeter CSV",
  wanted: 'header with "Time", "Oxygen Level" and "Pulse Rate"',
  columnsOf,
  source: "Wellue oximeter",
});
