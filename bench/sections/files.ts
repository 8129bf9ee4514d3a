// SPDX-License-Identifier: GPL-3.0-or-later
import type { Report } from "../report.ts";
import { number, seconds, table, when } from "../words.ts";

const megabytes = (bytes: number): string => `${number(Math.round(bytes / 1e6))} MB`;

export function fileLines({ files }: Report): string[] {
  if (files === undefined) return [];
  const [first] = files.tables;
  return [
    "## Files",
    "",
    when(files),
    "",
    "Tables of a million rows, inspected from the first byte to the plot of days: every reading is slotted. Medians. The last column is",
    "the processor time of `csv-parse` as a stream, which only finds the cells, by ours, in turns.",
    "",
    ...table(
      ["table", "time", "processor", "rows a second", "memory", "cells alone, by ours"],
      files.tables.map((row) => [
        row.name,
        seconds(row.milliseconds.median),
        seconds(row.cpu.median),
        number(row.rowsPerSecond),
        megabytes(row.peakMemory),
        `${row.ratio} ×`,
      ]),
    ),
    "",
    `The first table with ${number(files.many.rows)} rows takes ${megabytes(files.many.peakMemory)}, ${(files.many.peakMemory / first!.peakMemory).toFixed(1)} times as much: a reading stays as a few bytes, not as an object.`,
    "",
  ];
}
