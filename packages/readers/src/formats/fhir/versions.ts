// SPDX-License-Identifier: GPL-3.0-or-later
import type { BundleEntry, BundleEntryRequest, BundleEntryResponse, Meta, Observation } from "fhir/r4.js";
import { field, type JsonObject, type JsonValue, textOf } from "../json/document.ts";
import { instantOf } from "../json/instant.ts";

/** What an entry of a resource's history is counted as that is not its last version. */
export const OLDER = "older version";
export const WITHDRAWN = "withdrawn";
export const NO_ORDER = "versions of one id whose order is not known";

/** An Observation as the file has it, with what its Bundle's entry says about it. */
export type Version = {
  readonly resource: JsonObject;
  readonly entry?: JsonValue | undefined;
};

const NO_RESULT = ["cancelled", "entered-in-error"];

type Stamp = {
  readonly updated: number | undefined;
  readonly number: number | undefined;
};

type Known = Stamp & { readonly version: Version | undefined; readonly content: string };

/**
 * The versions of each Observation, by its id. Of a history the last version counts alone: a value that was amended or withdrawn
 * is void (hl7.org/fhir/R4/http.html#history). The order of entries does not count: servers write the newest first, files often last.
 */
export class Versions {
  readonly #known = new Map<string, Known[]>();
  readonly #reasons = new Map<Version, string>();

  /** @param deletions entries of a Bundle that say that a resource was deleted */
  constructor(versions: readonly Version[], deletions: readonly JsonValue[]) {
    for (const version of versions) {
      const key = keyOf(version);
      if (key === undefined) continue;
      this.#add(key, { ...stampOf(version), version, content: JSON.stringify(version.resource) });
    }
    for (const entry of deletions) {
      const key = deletedKey(entry);
      if (key === undefined || !this.#known.has(key)) continue;
      this.#add(key, { ...stampOf({ entry }), version: undefined, content: "" });
    }
    for (const known of this.#known.values()) if (known.length > 1) this.#decide(known);
  }

  /** Why a version does not count; undefined where it does. */
  reasonOf(version: Version): string | undefined {
    return this.#reasons.get(version);
  }

  #add(key: string, known: Known): void {
    this.#known.set(key, [...(this.#known.get(key) ?? []), known]);
  }

  #decide(all: readonly Known[]): void {
    const last = all.find((one) => all.every((other) => other === one || follows(one, other)));
    const reason = last === undefined ? NO_ORDER : isVoid(last) ? WITHDRAWN : OLDER;
    for (const { version } of all) {
      if (version !== undefined && version !== last?.version) this.#reasons.set(version, reason);
    }
  }
}

/** Whether one version came after another, or is the same one again. */
function follows(one: Known, other: Known): boolean {
  const said = [
    one.updated === undefined || other.updated === undefined ? 0 : Math.sign(one.updated - other.updated),
    one.number === undefined || other.number === undefined ? 0 : Math.sign(one.number - other.number),
  ].filter((sign) => sign !== 0);
  if (said.length === 0) return one.content === other.content;
  return said.every((sign) => sign === 1);
}

function isVoid({ version }: Known): boolean {
  return version === undefined || NO_RESULT.includes(textOf(version.resource, STATUS) ?? "");
}

const STATUS: keyof Observation & string = "status";
const META: keyof Observation & string = "meta";
const FULL_URL: keyof BundleEntry & string = "fullUrl";
const REQUEST: keyof BundleEntry & string = "request";
const RESPONSE: keyof BundleEntry & string = "response";
const METHOD: keyof BundleEntryRequest & string = "method";
const URL: keyof BundleEntryRequest & string = "url";
const ETAG: keyof BundleEntryResponse & string = "etag";
const LAST_MODIFIED: keyof BundleEntryResponse & string = "lastModified";
const VERSION_ID: keyof Meta & string = "versionId";
const LAST_UPDATED: keyof Meta & string = "lastUpdated";

/** Whether an entry without a resource says that one was deleted. */
export function isDeletion(entry: JsonValue): boolean {
  return textOf(field(entry, REQUEST), METHOD) === "DELETE";
}

/** When a version was written and its number, as it says, or as the answer says that its entry keeps. */
function stampOf({ resource, entry }: Partial<Version>): Stamp {
  const meta = field(resource, META);
  const response = field(entry, RESPONSE);
  const updated = instantOf(textOf(meta, LAST_UPDATED) ?? textOf(response, LAST_MODIFIED));
  const tag = /^W\/"(\d{1,15})"$/.exec(textOf(response, ETAG) ?? "")?.[1];
  const number = /^\d{1,15}$/.exec(textOf(meta, VERSION_ID) ?? tag ?? "")?.[0];
  return {
    updated: typeof updated === "number" ? updated : undefined,
    number: number === undefined ? undefined : Number(number),
  };
}

/** Which resource it is a version of: its address where the entry has one, else type and id. Undefined without an id. */
function keyOf({ resource, entry }: Version): string | undefined {
  const id = textOf(resource, "id");
  if (id === undefined) return undefined;
  return addressIn(textOf(entry, FULL_URL)) ?? `Observation/${id}`;
}

function deletedKey(entry: JsonValue): string | undefined {
  return addressIn(textOf(entry, FULL_URL)) ?? addressIn(textOf(field(entry, REQUEST), URL));
}

/** `http://server/Observation/1/_history/2` → `http://server/Observation/1`; undefined for other texts, such as urn:uuid. */
function addressIn(url: string | undefined): string | undefined {
  return /^(?:https?:\/\/.*\/)?Observation\/[A-Za-z0-9.-]{1,64}(?=$|\/_history\/)/.exec(url ?? "")?.[0];
}
