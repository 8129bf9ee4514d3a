// SPDX-License-Identifier: GPL-3.0-or-later
import type { Origin, TextFormat } from "../format.ts";
import { ucumOf } from "../metrics.ts";
import { Collector, type Counted, NO_NUMBER, WRONG_UNIT } from "./json/collector.ts";
import {
  field,
  isArray,
  JsonDocument,
  type JsonObject,
  type JsonValue,
  numberOf,
  textOf,
} from "./json/document.ts";
import { instantOf } from "./json/instant.ts";

const HINT = "Pass TidepoolExport.json, unchanged.";
const TYPES = /"type"\s*:\s*"(cbg|smbg|basal|bolus|wizard|deviceEvent|pumpSettings|food|upload)"/;

/**
 * Tidepool's data export: one array of records of many types. Tidepool keeps glucose in mmol/L with five decimals and more, also
 * that of devices that measured whole mg/dL; an export in mg/dL is computed back and not rounded. The values stay as they are
 * written: rounding to a profile's step is the caller's choice. Source: github.com/tidepool-org/data-model.
 */
export const tidepool: TextFormat = {
  name: "tidepool",
  title: "Tidepool export (JSON)",

  matches(head) {
    return /^\s*\[/.test(head) && TYPES.test(head) && /"(deviceId|uploadId)"\s*:/.test(head);
  },

  async read(input, _options, take) {
    const document = new JsonDocument(await input.text());
    if (!isArray(document.root)) throw document.error([], "it is not an array of records", HINT);
    const collector = new Collector(take);
    for (const record of document.objectsIn(document.root, [], "a record", HINT))
      readRecord(record, collector);
    return collector.report("tidepool");
  },
};

function readRecord(record: JsonObject, collector: Collector): Counted {
  const type = textOf(record, "type") ?? "";
  if (type !== "cbg" && type !== "smbg")
    return collector.skip(/^[A-Za-z]{1,40}$/.test(type) ? type : "other record");
  const unit = ucumOf("glucose", textOf(record, "units") ?? "");
  if (unit === undefined) return collector.refuse(WRONG_UNIT);
  const time = instantOf(textOf(record, "time"));
  if (typeof time === "string") return collector.refuse(time);
  const number = numberOf(record, "value");
  if (number === undefined) return collector.refuse(NO_NUMBER);
  return collector.reading({
    metric: "glucose",
    time,
    value: beyondScale(field(record, "annotations")) ?? number,
    unit,
    source: textOf(record, "deviceId"),
    origin: originOf(type, textOf(record, "subType")),
  });
}

export function originOf(type: "cbg" | "smbg", subType: string | undefined): Origin | undefined {
  if (type === "cbg") return undefined;
  return subType === "manual" ? "typed in" : "meter";
}

/** What the device said of a value that is beyond its scale; the export writes the annotations as a text of JSON. */
export function beyondScale(annotations: JsonValue | undefined): "LOW" | "HIGH" | undefined {
  let list = annotations;
  if (typeof list === "string") {
    try {
      list = JSON.parse(list) as JsonValue;
    } catch {
      return undefined;
    }
  }
  const found = (isArray(list) ? list : [list]).find((one) => textOf(one, "code") === "bg/out-of-range");
  const said = textOf(found, "value");
  if (said === "low") return "LOW";
  return said === "high" ? "HIGH" : undefined;
}
