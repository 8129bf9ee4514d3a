// SPDX-License-Identifier: GPL-3.0-or-later
import { SaxesParser } from "saxes";
import type { FileInput, Format, Metric } from "../format.ts";
import { decoded } from "../input.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { plainDecimal } from "../internal/values.ts";
import { XmlText } from "../internal/xmlText.ts";
import { Collector, type Counted, NO_NUMBER, WRONG_UNIT } from "./json/collector.ts";
import { instantOf, LONGEST, TOO_LONG } from "./json/instant.ts";

const PREFIX = /^HK(Quantity|Category|Correlation|Data)TypeIdentifier/;

/** The record types that are read. Source: HKQuantityTypeIdentifier in Apple's HealthKit documentation. */
const METRICS: Readonly<Record<string, Metric>> = {
  HKQuantityTypeIdentifierHeartRate: "heart-rate",
  HKQuantityTypeIdentifierOxygenSaturation: "spo2",
  HKQuantityTypeIdentifierBloodGlucose: "glucose",
};

/** Most characters that one tag, comment or document type may have; Apple's own document type has some 10,000. */
const LONGEST_MARKUP = 1_048_576;

/**
 * Bytes that the parser is given at once. V8 lets a piece of a text keep the whole text alive: with the 64 KiB that a
 * file comes in, what the parser leaves behind fills the young generation until it is made larger, and a 500 MB file
 * takes 230 MB of memory instead of 144 (without the memory of readings seen).
 */
const PIECE = 4096;
const HINT = "Pass export.xml from the archive that the Health app exports.";
/** Metadata of a record that a person typed in: the constant's value, and its name. Source: HKMetadataKeyWasUserEntered. */
const TYPED_IN = ["HKWasUserEntered", "HKMetadataKeyWasUserEntered"];

/** An element below the root, until it ends. */
type Element = { readonly name: string; readonly attributes: Record<string, string>; typedIn: boolean };

/**
 * The Health app's export.xml, streamed: it is never in memory as a whole. saxes refuses what is not well-formed, reads
 * no external entities and expands none but XML's own five; a document type that declares entities is refused.
 */
export const appleHealth: Format = {
  name: "apple-health",
  title: "Apple Health export (XML)",

  matches(head) {
    return /^\s*</.test(head) && /<(!DOCTYPE\s+)?HealthData[\s>[]/.test(head);
  },

  async read(input, _options, take) {
    const collector = new Collector(take);
    const parser = new SaxesParser({ position: true, xmlns: false });
    let root: string | undefined;
    let depth = 0;
    let element: Element | undefined;
    const clean = new XmlText();
    /** Characters up to the last end of a tag, comment or document type. */
    let lastMarkup = 0;
    const fail = (reason: string, hint = HINT) =>
      notUnderstood(reason, { place: { line: parser.line, column: parser.column + 1 }, hint });

    parser.on("error", (error) => {
      throw fail(
        `it is not well-formed XML (${wordsOf(error)})`,
        "The file may be cut off or changed. Unpack export.xml anew from the archive, and use it as it is.",
      );
    });
    parser.on("xmldecl", ({ encoding }) => {
      if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
        throw fail("it declares another encoding than UTF-8");
    });
    parser.on("doctype", (doctype) => {
      lastMarkup = parser.position;
      if (/<!ENTITY/i.test(doctype)) throw fail("its document type declares entities, which no export has");
    });
    parser.on("comment", () => {
      lastMarkup = parser.position;
    });
    parser.on("closetag", () => {
      lastMarkup = parser.position;
      depth -= 1;
      if (depth !== 1 || element === undefined) return;
      readElement(element, collector);
      element = undefined;
    });
    parser.on("opentag", ({ name, attributes }) => {
      lastMarkup = parser.position;
      depth += 1;
      if (depth === 1) {
        root = name;
        if (name !== "HealthData") throw fail("its root element is not HealthData");
      }
      // Records inside a Correlation are also at the top level.
      // ExportDate and Me say when and about whom. They are not entries.
      if (depth === 2 && name !== "ExportDate" && name !== "Me")
        element = { name, attributes, typedIn: false };
      else if (depth === 3 && element !== undefined && name === "MetadataEntry") {
        const { key = "", value } = attributes;
        if (TYPED_IN.includes(key) && value === "1") element.typedIn = true;
      }
    });

    for await (const text of decoded(inPieces(input))) {
      parser.write(clean.next(text));
      if (parser.position - lastMarkup > LONGEST_MARKUP) throw fail("a single tag or text has over 1 MiB");
    }
    parser.write(clean.rest());
    parser.close();
    if (root === undefined) throw fail("it has no root element");
    if (clean.stray > 0) {
      const s = clean.stray === 1 ? "" : "s";
      collector.note(`${clean.stray} stray control character${s} that XML does not allow: skipped.`);
    }
    return collector.report("apple-health");
  },
};

function inPieces(input: FileInput): FileInput {
  async function* stream(): AsyncIterable<Uint8Array> {
    for await (const chunk of input.stream()) {
      for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
    }
  }
  return { ...input, stream };
}

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

/** saxes puts the place before its words, and sometimes a name from the file behind a colon. */
function wordsOf(error: Error): string {
  return error.message.replace(/^(undefined:)?\d+:\d+: /, "").replace(/[:.].*$/s, "");
}
