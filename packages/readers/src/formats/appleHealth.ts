// SPDX-License-Identifier: GPL-3.0-or-later
import type { Metric, TextFormat } from "../format.ts";
import { plainDecimal } from "../internal/values.ts";
import { strayNote, streamXml } from "../internal/xmlStream.ts";
import { Collector, type Counted, NO_NUMBER, WRONG_UNIT } from "./json/collector.ts";
import { instantOf, LONGEST, TOO_LONG } from "./json/instant.ts";

const PREFIX = /^HK(Quantity|Category|Correlation|Data)TypeIdentifier/;

/** The record types that are read. Source: HKQuantityTypeIdentifier in Apple's HealthKit documentation. */
const METRICS: Readonly<Record<string, Metric>> = {
  HKQuantityTypeIdentifierHeartRate: "heart-rate",
  HKQuantityTypeIdentifierOxygenSaturation: "spo2",
  HKQuantityTypeIdentifierBloodGlucose: "glucose",
};

const HINT = "Pass export.xml from the archive that the Health app exports.";
const CUT_OFF =
  "The file may be cut off or changed. Unpack export.xml anew from the archive, and use it as it is.";
/** Metadata of a record that a person typed in: the constant's value, and its name. Source: HKMetadataKeyWasUserEntered. */
const TYPED_IN = ["HKWasUserEntered", "HKMetadataKeyWasUserEntered"];

/** An element below the root, until it ends. */
type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  typedIn: boolean;
};

/** The Health app's export.xml, streamed (internal/xmlStream.ts). */
export const appleHealth: TextFormat = {
  name: "apple-health",
  title: "Apple Health export (XML)",

  matches(head) {
    return /^\s*</.test(head) && /<(!DOCTYPE\s+)?HealthData[\s>[]/.test(head);
  },

  async read(input, _options, take) {
    const collector = new Collector(take);
    let element: Element | undefined;
    const stray = await streamXml(input, {
      root: "HealthData",
      hint: HINT,
      cutOff: CUT_OFF,
      open(name, depth, attributes) {
        // Records inside a Correlation are also at the top level.
        // ExportDate and Me say when and about whom. They are not entries.
        if (depth === 2 && name !== "ExportDate" && name !== "Me") {
          element = { name, attributes, typedIn: false };
        } else if (depth === 3 && element !== undefined && name === "MetadataEntry") {
          const { key = "", value } = attributes;
          if (TYPED_IN.includes(key) && value === "1") element.typedIn = true;
        }
      },
      close(_name, depth) {
        if (depth !== 2 || element === undefined) return;
        readElement(element, collector);
        element = undefined;
      },
    });
    const note = strayNote(stray);
    if (note !== undefined) collector.note(note);
    return collector.report("apple-health");
  },
};

function readElement({ name, attributes, typedIn }: Element, collector: Collector): Counted {
  if (name !== "Record") return collector.skip(/^[A-Za-z]{1,60}$/.test(name) ? name : "other element");
  const type = attributes.type ?? "";
  const metric = Object.hasOwn(METRICS, type) ? METRICS[type] : undefined;
  if (metric === undefined) {
    return collector.skip(/^[A-Za-z0-9]{1,100}$/.test(type) ? type.replace(PREFIX, "") : "other type");
  }
  const start = instantOf(attributes.startDate);
  if (typeof start === "string") return collector.refuse(start);
  const end = instantOf(attributes.endDate ?? attributes.startDate);
  if (typeof end === "string") return collector.refuse(end);
  if (end < start) return collector.refuse("ends before it starts");
  if (end - start > LONGEST) return collector.skip(TOO_LONG);
  const measured = inUcum(metric, attributes.value ?? "", attributes.unit ?? "");
  if (typeof measured === "string") return collector.refuse(measured);
  return collector.reading({
    metric,
    time: start,
    ...measured,
    source: attributes.sourceName?.trim(),
    ...(typedIn ? { origin: "typed in" } : {}),
  });
}

/** The value in a UCUM unit, or the reason why there is none. */
function inUcum(metric: Metric, value: string, unit: string): { value: string; unit: string } | string {
  const plain = plainDecimal(value);
  if (plain === undefined) return NO_NUMBER;
  switch (metric) {
    case "heart-rate":
      return unit === "count/min" ? { value, unit: "/min" } : WRONG_UNIT;
    case "spo2": {
      // HealthKit's percent is a fraction: 0.97 is 97 %. The decimal point moves two places, and no digit changes.
      if (unit !== "%") return WRONG_UNIT;
      if (Number(value) > 1) return "more than 100 %";
      const percent = plainDecimal(`${plain}e2`);
      return percent === undefined ? NO_NUMBER : { value: percent, unit: "%" };
    }
    case "glucose":
      if (unit === "mg/dL") return { value, unit };
      // HealthKit writes the molar mass of glucose into the unit: mmol<180.15588000005408>/L.
      return /^mmol<180\.1\d*>\/L$/.test(unit) ? { value, unit: "mmol/L" } : WRONG_UNIT;
    default:
      return WRONG_UNIT;
  }
}
