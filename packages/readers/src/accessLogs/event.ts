// SPDX-License-Identifier: GPL-3.0-or-later
//
// An event of an access log as every format says it, before a mapping decides what it means.

// cspell:ignore revinclude

/** A code, and the names that its code system goes by (`canonicalSystem`). */
export type Coding = { readonly systems: readonly string[]; readonly code: string };

/** One thing said in several codes: they are translations of each other. */
export type Concept = { readonly codings: readonly Coding[]; readonly texts: readonly string[] };

/** A name of a patient or of an actor, as the log has it. */
export type Identifier = {
  readonly value: string;
  /** The system as it is written, for showing; undefined where the log names none. */
  readonly system?: string | undefined;
  /** All names of the system (`canonicalSystem`). */
  readonly systems: readonly string[];
  /** Codes of its type, or the name of the attribute it comes from. */
  readonly types: readonly string[];
  /** Where it is a reference: the type of the resource. */
  readonly reference?: string | undefined;
};

/** Someone or something that took part. */
export type LoggedAgent = {
  /** Whether the event was started by it; undefined where the log does not say. */
  readonly requestor: boolean | undefined;
  readonly identifiers: readonly Identifier[];
  readonly roles: readonly Concept[];
  readonly purposes: readonly Concept[];
};

export type LoggedPatient = {
  readonly identifiers: readonly Identifier[];
  /** Where the patient's own record is what was looked at: the type of the resource. */
  readonly resource?: string | undefined;
  readonly labels: readonly Concept[];
};

/** What was looked at, other than the patient's own record. */
export type LoggedObject = {
  readonly codes: readonly Concept[];
  readonly resource?: string | undefined;
  readonly labels: readonly Concept[];
  /** A question, not data: it has a class only where it says which resources it asks for. */
  readonly isQuery: boolean;
};

/** "unknown" is neither of the others: a warning, a code that is not one of the format's. */
export type Outcome = "success" | "failure" | "absent" | "unknown";

export type LogEvent = {
  /** The event's own; undefined where its format has none. */
  readonly id: string | undefined;
  /** Types and subtypes. */
  readonly kinds: readonly Concept[];
  /** C, R, U, D or E; undefined where the log does not say. */
  readonly action: string | undefined;
  readonly outcome: Outcome;
  /** As it is written. */
  readonly time: string | undefined;
  readonly purposes: readonly Concept[];
  readonly agents: readonly LoggedAgent[];
  readonly patients: readonly LoggedPatient[];
  readonly objects: readonly LoggedObject[];
};

/** Of HL7's and DICOM's roles of objects, those that are not patients' data: places, users, machinery. */
const NO_DATA: ReadonlySet<string> = new Set("2 6 8 11 12 13 14 15 16 17 20 21 23 25 26".split(" "));

/** What an object is by its role: DICOM and FHIR have the same numbers. */
export function partOf(role: string | undefined): "patient" | "query" | "data" | "nothing" {
  if (role === "1") return "patient";
  if (role === "24") return "query";
  return role !== undefined && NO_DATA.has(role) ? "nothing" : "data";
}

/** `Patient/7`, with or without server before and version behind. */
const REFERENCE = /(?:^|\/)([A-Z][A-Za-z]{2,40})\/[A-Za-z0-9.-]{1,64}$/;

/** A reference to a resource without its version, and the type of the resource where it says it. */
export function referenceOf(text: string): { readonly value: string; readonly type: string | undefined } {
  const value = text.trim().replace(/\/_history\/[A-Za-z0-9.-]{1,64}$/, "");
  return { value, type: REFERENCE.exec(value)?.[1] };
}

/**
 * The type of resource that a search asks for: `GET https://…/Observation?patient=7`, in base 64. Undefined where it is not such a
 * search, or may answer with other types too.
 */
export function searchedResource(base64: string | undefined): string | undefined {
  if (base64 === undefined || base64.length > 65_536) return undefined;
  let text: string;
  try {
    text = atob(base64.trim());
  } catch {
    return undefined;
  }
  if (/[?&]_(?:include|revinclude|type|contained)\b/.test(text)) return undefined;
  return /^(?:(?:GET|POST) )?(?:[^\s?]*\/)?([A-Z][A-Za-z]{2,40})(?:\/_search)?\?/.exec(text)?.[1];
}
