// SPDX-License-Identifier: GPL-3.0-or-later
import { type SignalColumns, signalTable } from "../internal/signalTable.ts";

const APPS: readonly {
  readonly time: string;
  readonly status: string;
  /** Further titles by which the app is known. */
  readonly others: readonly string[];
  /** Whether doses without a schedule have an empty time, and count for none. */
  readonly scheduled: boolean;
}[] = [
  // Health Auto Export, for Apple's Medications.
  {
    time: "Scheduled Date",
    status: "Status",
    others: ["Date", "Medication", "Nickname"],
    scheduled: true,
  },
  // Dosage (GNOME): the time is the scheduled one, on the computer's clock.
  { time: "Date", status: "Status", others: ["Time", "Name", "Dose"], scheduled: false },
];

function columnsOf(titles: readonly string[]): SignalColumns | undefined {
  for (const { time: timeTitle, status, others, scheduled } of APPS) {
    const [time, index] = [titles.indexOf(timeTitle), titles.indexOf(status)];
    if (time < 0 || index < 0 || !others.every((title) => titles.includes(title))) continue;
    return {
      titles,
      time,
      signals: [{ index, metric: "doses", unit: "1" }],
      ...(scheduled
        ? {
            leftOut: ({ cells }) =>
              (cells[time] ?? "").trim() === "" ? "dose without a schedule" : undefined,
          }
        : {}),
    };
  }
  return undefined;
}

/**
 * Logs of medicines, one row a dose: Health Auto Export's Medications and Dosage. A dose counts at the time that it was
 * scheduled for, as 1 (taken) or 0. One that nobody answered for counts as neither, and one without a schedule fills no
 * other's place. A log of several medicines is read one medicine at a time.
 */
export const medicationCsv = signalTable({
  name: "medication-log",
  title: "log of medicines",
  wanted: 'header with "Scheduled Date", "Medication" and "Status"',
  columnsOf,
  mixed: true,
});
