// SPDX-License-Identifier: GPL-3.0-or-later
import { parseDecimal } from "@vitalproof/sdk";
import { isObject, type Json } from "../accessLogs/fhirEvent.ts";
import { UCUM } from "../formats/fhir/codes.ts";
import { plainDecimal } from "../internal/values.ts";
import type { Candidate } from "./candidates.ts";
import type { RecordFaultKind } from "./fault.ts";
import { codingsOf, fits, meaningsOf, objectsIn } from "./fhirCodes.ts";
import { ANY_TIME, dayOf, type Span, spanOf } from "./fhirTime.ts";
import type { FhirOrigin, UnitRule } from "./origins.ts";
import { converted, sameUnit } from "./units.ts";

export type ObservationOrigin = Extract<FhirOrigin, { resource: "Observation" }>;
type Value = { readonly value: Candidate["value"] } & { readonly fault?: RecordFaultKind };
export type Found = Candidate & { readonly fault?: RecordFaultKind };

const FINAL = ["final", "amended", "corrected"];
const WITHOUT_RESULT = ["registered", "cancelled", "entered-in-error"];

/** What an Observation, or its components, have of a column. A value with a fault has none, and still takes its place in time. */
export function observed(observation: Json, origin: ObservationOrigin, where: string): readonly Found[] {
  const holders = [observation, ...objectsIn(observation.component)].filter((holder) =>
    fits(origin.codes, codingsOf(holder.code)),
  );
  if (holders.length === 0 || WITHOUT_RESULT.includes(String(observation.status))) return [];
  const isTimed =
    origin.pick === "last" ||
    origin.pick === "first" ||
    origin.from !== undefined ||
    origin.until !== undefined;
  const known = timeOf(observation);
  const span = known ?? ANY_TIME;
  const position = positionOf(span, origin);
  if (position === "outside") return [];
  return holders.map((holder): Found => {
    const found = { span, where };
    if (!FINAL.includes(String(observation.status)))
      return { ...found, value: undefined, fault: "not final" };
    if ((isTimed && known === undefined) || position === "unknown")
      return { ...found, value: undefined, fault: "time not understood" };
    return { ...found, ...valueIn(holder, origin) };
  });
}

/** When it was; of a period, all of it. */
function timeOf({ effectiveDateTime, effectiveInstant, effectivePeriod }: Json): Span | undefined {
  if (!isObject(effectivePeriod)) return spanOf(effectiveDateTime ?? effectiveInstant);
  const [start, end] = [spanOf(effectivePeriod.start), spanOf(effectivePeriod.end)];
  return start === undefined || end === undefined || end.to < start.from
    ? undefined
    : { from: start.from, to: end.to };
}

function positionOf(span: Span, { from, until }: ObservationOrigin): "inside" | "outside" | "unknown" {
  const first = from === undefined ? Number.NEGATIVE_INFINITY : dayOf(from)!;
  const end = until === undefined ? Number.POSITIVE_INFINITY : dayOf(until)!;
  if (span.to < first || (span.from >= end && end !== Number.POSITIVE_INFINITY)) return "outside";
  const endsInside = span.to < end || end === Number.POSITIVE_INFINITY;
  return span.from >= first && endsInside ? "inside" : "unknown";
}

function valueIn(holder: Json, origin: ObservationOrigin): Value & { readonly unit?: string } {
  const names = Object.keys(holder).filter((name) => /^value[A-Z]/.test(name));
  if (names.length === 0 || holder.dataAbsentReason !== undefined)
    return { value: undefined, fault: "no value" };
  if (origin.values !== undefined) {
    const meanings = meaningsOf(origin.values, codingsOf(holder.valueCodeableConcept)) ?? [];
    const [value] = meanings;
    if (value === undefined) return { value, fault: "code not understood" };
    return meanings.length > 1 ? { value: undefined, fault: "contradicting values" } : { value };
  }
  const quantity = holder.valueQuantity;
  if (names.length > 1 || !isObject(quantity) || quantity.comparator !== undefined)
    return { value: undefined, fault: "value not understood" };
  const plain = typeof quantity.value === "number" ? plainDecimal(String(quantity.value)) : undefined;
  const number = plain === undefined ? undefined : parseDecimal(plain);
  if (number === undefined) return { value: undefined, fault: "value not understood" };
  const rule = unitOf(quantity, origin.units ?? []);
  if (rule === undefined) return { value: undefined, fault: "unknown unit" };
  const value = converted(number, rule);
  return value === undefined ? { value, fault: "value not understood" } : { value, unit: rule.unit };
}

/** By the UCUM code. Where there is no code, by a text that the mapping knows. */
function unitOf({ system, code, unit }: Json, rules: readonly UnitRule[]): UnitRule | undefined {
  if (code === undefined && system === undefined)
    return rules.find(({ texts = [] }) => typeof unit === "string" && texts.includes(unit.trim()));
  if (system !== UCUM || typeof code !== "string") return undefined;
  return rules.find((rule) => sameUnit(rule.unit, code));
}
