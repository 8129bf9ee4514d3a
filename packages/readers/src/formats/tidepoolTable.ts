// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextFormat } from "../format.ts";
import { findHeader, headerOf, type Row, readRows, rowFilter } from "../internal/csv.ts";
import { textIn } from "../internal/glucoseCells.ts";
import { isMissing } from "../internal/values.ts";
import { ucumOf } from "../metrics.ts";
import { Collector, type Counted, WRONG_UNIT } from "./json/collector.ts";
import { instantOf } from "./json/instant.ts";
import { beyondScale, originOf } from "./tidepool.ts";

type Columns = {
  readonly titles: readonly string[];
  readonly time: number;
  readonly type: number;
  readonly subType: number;
  readonly value: number;
  readonly unit: number;
  readonly device: number;
  readonly annotations: number;
};

function columnsOf(titles: readonly string[]): Columns | undefined {
  const at = (title: RegExp): number => titles.findIndex((one) => title.test(one));
  const columns = {
    titles,
    time: at(/^(Zulu|UTC) Time$/),
    type: at(/^Tidepool Data Type$/),
    subType: at(/^Sub Type$/),
    value: at(/^Value$/),
    unit: at(/^Units$/),
    device: at(/^Device Id$/i),
    annotations: at(/^Annotations$/),
  };
  const { time, type, value, unit } = columns;
  return [time, type, value, unit].includes(-1) ? undefined : columns;
}

/**
 * The sheets CGM and SMBG of Tidepool's Excel export. Values are as in the JSON export: computed and not rounded, whatever the
 * sheet shows. Source: node-data-tools in github.com/tidepool-org/data-analytics.
 */
export const tidepoolTable: TextFormat = {
  name: "tidepool-table",
  title: "Tidepool sheet of glucose",
  selects: "column",
  matches: (head) => findHeader(head, columnsOf) !== undefined,
  async read(input, options, take) {
    const header = await headerOf(input, columnsOf, 'header with "Zulu Time", "Value" and "Units"');
    const { columns } = header;
    const kept = rowFilter(columns.titles, options.where ?? {});
    const collector = new Collector(take);
    await readRows(input, header, (row) => {
      if (kept(row)) readRow(row, columns, collector);
      else collector.skip("other rows");
    });
    return collector.report("tidepool-table");
  },
};

function readRow(row: Row, columns: Columns, collector: Collector): Counted {
  const text = (column: number): string => textIn(row, column);
  const type = text(columns.type);
  if (type !== "cbg" && type !== "smbg") return collector.skip("other record");
  if (isMissing(text(columns.value))) return collector.skip("missing");
  const unit = ucumOf("glucose", text(columns.unit));
  if (unit === undefined) return collector.refuse(WRONG_UNIT);
  const time = instantOf(utcText(text(columns.time)));
  if (typeof time === "string") return collector.refuse(time);
  return collector.reading({
    metric: "glucose",
    time,
    value: beyondScale(text(columns.annotations)) ?? text(columns.value),
    unit,
    source: text(columns.device),
    origin: originOf(type, text(columns.subType)),
  });
}

/** The sheet says "Zulu", and its times mostly do not; a sheet whose times are all at midnight has dates alone. */
function utcText(text: string): string {
  const clock = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text.replace(" ", "T");
  return clock.endsWith("Z") ? clock : `${clock}Z`;
}
