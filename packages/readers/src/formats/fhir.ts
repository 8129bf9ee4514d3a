// SPDX-License-Identifier: GPL-3.0-or-later
import type { Bundle, BundleEntry } from "fhir/r4.js";
import type { Format, Ownership } from "../format.ts";
import { readObservation } from "./fhir/observation.ts";
import { Collector } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  JsonDocument,
  type JsonPath,
  type JsonValue,
  listOf,
  textOf,
} from "./json/document.ts";
import { Owners } from "./json/owners.ts";

const HINT = "Pass an Observation, a Bundle of them, or one resource a line (NDJSON), as FHIR R4 JSON.";
const SELECTS: Ownership = { field: "subject", what: "people" };
const ENTRY: keyof Bundle & string = "entry";
const RESOURCE: keyof BundleEntry & string = "resource";

/**
 * HL7 FHIR R4: an Observation, a Bundle, an array of resources, or NDJSON as Bulk Data exports it. formats/fhir/ says
 * which codes, units and times are read.
 */
export const fhir: Format = {
  name: "fhir",
  title: "HL7 FHIR R4 Observations (JSON)",
  selects: SELECTS,

  matches(head) {
    return /^\s*[[{]/.test(head) && /"resourceType"\s*:\s*"[A-Za-z]+"/.test(head);
  },

  async read(input, options, take, owners = new Owners(SELECTS, options)) {
    const collector = new Collector(take, owners);
    const documents = parseAll(await input.text());
    const [first] = documents;
    // A file of one resource other than an Observation holds nothing to read. In a collection, others are only counted.
    const alone = documents.length === 1 && !isArray(first!.root);
    for (const document of documents) {
      if (isArray(document.root)) {
        for (const [i, resource] of document.root.entries()) read(document, resource, [i], false, collector);
      } else read(document, document.root, [], alone, collector);
    }
    return collector.report("fhir");
  },
};

function read(
  document: JsonDocument,
  resource: JsonValue,
  path: JsonPath,
  alone: boolean,
  collector: Collector,
): void {
  const type = textOf(resource, "resourceType");
  if (!isObject(resource) || type === undefined || !/^[A-Za-z]{1,64}$/.test(type)) {
    throw document.error(path, "it is not a FHIR resource", HINT);
  }
  if (type === "Observation") readObservation(resource, collector);
  else if (type === "Bundle") readBundle(document, resource, path, collector);
  else if (alone) throw document.error(path, `it is a FHIR ${type}, and no Observation or Bundle`, HINT);
  else collector.skip(`resource ${type}`);
}

function readBundle(document: JsonDocument, bundle: JsonValue, path: JsonPath, collector: Collector): void {
  const entries = field(bundle, ENTRY);
  if (entries !== undefined && !isArray(entries)) {
    throw document.error([...path, ENTRY], "a Bundle's entries are not an array", HINT);
  }
  for (const [i, entry] of listOf(bundle, ENTRY).entries()) {
    const resource = field(entry, RESOURCE);
    // Entries of a history or a transaction may have a request or a link alone.
    if (resource === undefined) collector.skip("entry without resource");
    else read(document, resource, [...path, ENTRY, i, RESOURCE], false, collector);
  }
}

/** One document, or one on each line where the first line is a whole resource and another follows. */
function parseAll(text: string): JsonDocument[] {
  const lines = text.split(/\r\n|\n/);
  const filled = lines.flatMap((line, i) => (line.trim() === "" ? [] : [{ line, number: i + 1 }]));
  const perLine =
    filled.length > 1 && filled.every(({ line }) => /^\s*\{/.test(line)) && /\}\s*$/.test(filled[0]!.line);
  return perLine
    ? filled.map(({ line, number }) => new JsonDocument(line, number))
    : [new JsonDocument(text)];
}
