// SPDX-License-Identifier: GPL-3.0-or-later
import type { Bundle, BundleEntry } from "fhir/r4.js";
import type { Ownership, TextFormat } from "../format.ts";
import { isFromSensor, readObservation } from "./fhir/observation.ts";
import { isDeletion, NO_ORDER, type Version, Versions } from "./fhir/versions.ts";
import { Collector } from "./json/collector.ts";
import {
  field,
  isArray,
  isObject,
  type JsonDocument,
  type JsonPath,
  type JsonValue,
  listOf,
  textOf,
} from "./json/document.ts";
import { documentsIn } from "./json/lines.ts";
import { Owners } from "./json/owners.ts";

const HINT = "Pass an Observation, a Bundle of them, or one resource a line (NDJSON), as FHIR R4 JSON.";
const SELECTS: Ownership = { field: "subject", what: "people" };
const ENTRY: keyof Bundle & string = "entry";
const RESOURCE: keyof BundleEntry & string = "resource";

/**
 * HL7 FHIR R4: an Observation, a Bundle, an array of resources, or NDJSON as Bulk Data exports it. formats/fhir/ says
 * which codes, units and times are read.
 */
export const fhir: TextFormat = {
  name: "fhir",
  title: "HL7 FHIR R4 Observations (JSON)",
  selects: SELECTS,

  matches(head) {
    return /^\s*[[{]/.test(head) && /"resourceType"\s*:\s*"[A-Za-z]+"/.test(head);
  },

  async read(input, options, take, owners = new Owners(SELECTS, options)) {
    const collector = new Collector(take, owners);
    const documents = documentsIn(await input.text());
    const [first] = documents;
    const found: Found = { versions: [], deletions: [] };
    // A file of one resource other than an Observation holds nothing to read. In a collection, others are only counted.
    const alone = documents.length === 1 && !isArray(first!.root);
    for (const document of documents) {
      const look = { document, collector, found };
      if (isArray(document.root)) {
        for (const [i, resource] of document.root.entries()) gather(look, { resource }, [i], false);
      } else gather(look, { resource: document.root }, [], alone);
    }
    const versions = new Versions(found.versions, found.deletions);
    const sensors = found.versions.some(({ resource }) => isFromSensor(resource));
    for (const version of found.versions) {
      const reason = versions.reasonOf(version);
      if (reason === NO_ORDER) collector.refuse(reason);
      else if (reason !== undefined) collector.skip(reason);
      else readObservation(version.resource, collector, { sensors });
    }
    return collector.report("fhir");
  },
};

type Found = { readonly versions: Version[]; readonly deletions: JsonValue[] };
type Look = { readonly document: JsonDocument; readonly collector: Collector; readonly found: Found };

/** Finds the Observations. They are read once all of them are known, since a later entry may make an earlier one void. */
function gather(
  look: Look,
  { resource, entry }: { resource: JsonValue; entry?: JsonValue },
  path: JsonPath,
  alone: boolean,
): void {
  const { document, collector, found } = look;
  const type = textOf(resource, "resourceType");
  if (!isObject(resource) || type === undefined || !/^[A-Za-z]{1,64}$/.test(type)) {
    throw document.error(path, "it is not a FHIR resource", HINT);
  }
  if (type === "Observation") found.versions.push({ resource, entry });
  else if (type === "Bundle") gatherBundle(look, resource, path);
  else if (alone) throw document.error(path, `it is a FHIR ${type}, and no Observation or Bundle`, HINT);
  else collector.skip(`resource ${type}`);
}

function gatherBundle(look: Look, bundle: JsonValue, path: JsonPath): void {
  const { document, collector, found } = look;
  const entries = field(bundle, ENTRY);
  if (entries !== undefined && !isArray(entries)) {
    throw document.error([...path, ENTRY], "a Bundle's entries are not an array", HINT);
  }
  for (const [i, entry] of listOf(bundle, ENTRY).entries()) {
    const resource = field(entry, RESOURCE);
    if (resource !== undefined) gather(look, { resource, entry }, [...path, ENTRY, i, RESOURCE], false);
    else {
      // Entries of a history or a transaction may have a request or a link alone.
      collector.skip("entry without resource");
      if (isDeletion(entry)) found.deletions.push(entry);
    }
  }
}
