// SPDX-License-Identifier: GPL-3.0-or-later
//
// Conditions and requests for medication: whether a patient has one of those that the mapping names.
import { isObject, type Json } from "../accessLogs/fhirEvent.ts";
import type { RecordFaultKind } from "./fault.ts";
import { type Coding, codingsOf, meaningsOf, objectsIn } from "./fhirCodes.ts";
import type { FhirOrigin, ValueRule } from "./origins.ts";

export type PresenceOrigin = Extract<FhirOrigin, { resource: "Condition" | "MedicationRequest" }>;

/** What a resource says: values, or that it cannot be decided which. */
export type Presence = { readonly values: readonly string[]; readonly fault?: RecordFaultKind };

const NOTHING: Presence = { values: [] };
const OVER = ["inactive", "remission", "resolved"];
const ACTIVE = ["active", "recurrence", "relapse"];
const NOT_ORDERED = ["draft", "cancelled", "entered-in-error"];
const ORDERED = ["active", "on-hold", "completed", "stopped"];
const NOT_ORDERS = ["proposal", "plan", "option"];

/** @param medications codes of Medication resources, by id */
export function presenceOf(
  resource: Json,
  origin: PresenceOrigin,
  medications: ReadonlyMap<string, readonly Coding[]>,
): Presence {
  return origin.resource === "Condition"
    ? conditionOf(resource, origin)
    : requestOf(resource, origin, medications);
}

function conditionOf(
  condition: Json,
  { values, counts }: Extract<FhirOrigin, { resource: "Condition" }>,
): Presence {
  const found = meant(values, codingsOf(condition.code));
  if (found.values.length === 0 && found.fault === undefined) return NOTHING;
  const verified = codesIn(condition.verificationStatus);
  if (verified.some((code) => code === "refuted" || code === "entered-in-error")) return NOTHING;
  const isConfirmed = verified.length === 0 || verified.includes("confirmed");
  if (!isConfirmed) return { values: [], fault: "not final" };
  if (counts === "ever") return found;
  const clinical = codesIn(condition.clinicalStatus);
  const hasEnded = condition.abatementDateTime !== undefined || condition.abatementPeriod !== undefined;
  if (clinical.some((code) => OVER.includes(code))) return NOTHING;
  if (!clinical.some((code) => ACTIVE.includes(code)) || hasEnded) return { values: [], fault: "not final" };
  return found;
}

function requestOf(
  request: Json,
  { values }: Extract<FhirOrigin, { resource: "MedicationRequest" }>,
  medications: ReadonlyMap<string, readonly Coding[]>,
): Presence {
  const { status, intent, doNotPerform } = request;
  if (NOT_ORDERED.includes(String(status)) || NOT_ORDERS.includes(String(intent)) || doNotPerform === true)
    return NOTHING;
  const found = meant(values, medicationCodes(request, medications));
  if (found.values.length === 0 && found.fault === undefined) return NOTHING;
  return ORDERED.includes(String(status)) ? found : { values: [], fault: "not final" };
}

function meant(rules: readonly ValueRule[], codings: readonly Coding[]): Presence {
  const values = meaningsOf(rules, codings);
  return values === undefined ? { values: [], fault: "code not understood" } : { values };
}

function medicationCodes(
  { medicationCodeableConcept, medicationReference, contained }: Json,
  medications: ReadonlyMap<string, readonly Coding[]>,
): readonly Coding[] {
  if (!isObject(medicationReference)) return codingsOf(medicationCodeableConcept);
  const { reference } = medicationReference;
  if (typeof reference !== "string") return [];
  if (reference.startsWith("#"))
    return codingsOf(objectsIn(contained).find(({ id }) => id === reference.slice(1))?.code);
  return medications.get(idIn(reference, "Medication") ?? "") ?? [];
}

/** Codes of a status, whose systems its element fixes. */
function codesIn(concept: unknown): readonly string[] {
  const codings = objectsIn(isObject(concept) ? concept.coding : undefined);
  return codings.flatMap(({ code }) => (typeof code === "string" ? [code] : []));
}

/** `Patient/1`, `https://server/fhir/Patient/1/_history/2` → `1` */
export function idIn(reference: unknown, type: "Patient" | "Medication"): string | undefined {
  if (typeof reference !== "string") return undefined;
  const [, found, id] =
    /(?:^|\/)([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference) ?? [];
  return found === type ? id : undefined;
}
