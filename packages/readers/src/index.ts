// SPDX-License-Identifier: GPL-3.0-or-later

export type {
  FileInput,
  FileReport,
  Format,
  FormatName,
  MeasuredReading,
  Metric,
  ReadOptions,
} from "./format.ts";
