// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  CodeableConcept,
  Coding,
  Identifier,
  Observation,
  Period,
  Quantity,
  Reference,
  SampledData,
} from "fhir/r4.js";
import type { Origin } from "../../format.ts";
import { type Collector, type Counted, type Found, NO_NUMBER } from "../json/collector.ts";
import { field, isArray, isObject, type JsonObject, type JsonValue } from "../json/document.ts";
import { instantOf, LONGEST, NO_TIME, TOO_LONG } from "../json/instant.ts";
import { LOINC, type Term, termOf, UCUM, unitOf, unitOfText } from "./codes.ts";
import { decimalOf, scaled } from "./decimal.ts";
import { originOf, sourceOf } from "./provenance.ts";
import { beyondEnd, type Comparator } from "./scale.ts";

const CURRENT = ["final", "amended", "corrected", "preliminary", "unknown"];
const WITHOUT_RESULT = ["registered", "cancelled", "entered-in-error"];
const WRONG_SYSTEM = "unit without UCUM code";
const NOT_THE_TERMS_UNIT = "unit does not fit the LOINC code";
const NOT_AT_THE_END = "less or greater than a value inside the scale";
const TEXT_ALONE =
  "Some units are a text without a UCUM code. The text was taken where it is a unit of the reading's LOINC code.";
const ONE = { digits: 1n, scale: 0 };

/** Most samples that one SampledData may have: a day at 100 Hz. */
const MOST_SAMPLES = 8_640_000;

/** A field of a FHIR type by its name, which the compiler checks. Its value is not known yet. */
function get<T>(resource: JsonValue | undefined, name: keyof T & string): JsonValue | undefined {
  return field(resource, name);
}

function textIn<T>(resource: JsonValue | undefined, name: keyof T & string): string | undefined {
  const value = field(resource, name);
  return typeof value === "string" ? value : undefined;
}

function listIn<T>(resource: JsonValue | undefined, name: keyof T & string): readonly JsonValue[] {
  const value = field(resource, name);
  return isArray(value) ? value : [];
}

/** What is known of an Observation from around it. */
export type Surroundings = {
  /** Whose it is, where it is contained in another one. */
  readonly subject?: string | undefined;
  /** Whether the file has readings of a glucose sensor, so that blood glucose is not one's. */
  readonly sensors: boolean;
};

/**
 * Reads an Observation of HL7 FHIR R4 (hl7.org/fhir/R4/observation.html): its value, or those of its components, and
 * the Observations contained in it. Every one of them is counted once.
 */
export function readObservation(observation: JsonObject, collector: Collector, around: Surroundings): void {
  const subject = subjectOf(observation) ?? around.subject;
  for (const contained of listIn<Observation>(observation, "contained")) {
    if (isObject(contained) && field(contained, "resourceType") === "Observation") {
      readObservation(contained, collector, { ...around, subject });
    }
  }
  collector.belongsTo(subject);
  const status = textIn<Observation>(observation, "status") ?? "";
  if (WITHOUT_RESULT.includes(status)) {
    collector.skip(`status ${status}`);
    return;
  }
  if (!CURRENT.includes(status)) {
    collector.refuse("no status of R4");
    return;
  }
  const components = listIn<Observation>(observation, "component");
  const ownValue = valueNameOf(observation) !== undefined;
  const { sensors } = around;
  if (ownValue || components.length === 0) readValue(observation, observation, collector, sensors);
  for (const component of components) readValue(component, observation, collector, sensors);
}

/** Whether an Observation's own codes, or those of its components, say that a sensor in the tissue measured glucose. */
export function isFromSensor(observation: JsonObject): boolean {
  return [observation, ...listIn<Observation>(observation, "component")].some((holder) =>
    loincCodes(get<Observation>(holder, "code")).some((code) => termOf(code)?.origin === "sensor"),
  );
}

/** Whose observation it is, by reference or identifier; a contained one without it is its container's. */
function subjectOf(observation: JsonObject): string | undefined {
  const subject = get<Observation>(observation, "subject");
  const reference = textIn<Reference>(subject, "reference");
  if (reference !== undefined) return reference;
  const identifier = get<Reference>(subject, "identifier");
  const value = textIn<Identifier>(identifier, "value");
  const system = textIn<Identifier>(identifier, "system");
  return value === undefined || system === undefined ? value : `${system}|${value}`;
}

/** @param holder the observation or one of its components, which have the same fields for code and value */
function readValue(
  holder: JsonValue,
  observation: JsonObject,
  collector: Collector,
  sensors: boolean,
): Counted {
  const codes = loincCodes(get<Observation>(holder, "code"));
  const terms = codes.map(termOf).filter((term) => term !== undefined);
  const [term] = terms;
  if (term === undefined) {
    if (listIn<Observation>(observation, "hasMember").length > 0)
      return collector.skip("panel of other resources");
    return collector.skip(codes.length === 0 ? "observation without LOINC code" : `LOINC ${codes[0]}`);
  }
  if (terms.some(({ metric }) => metric !== term.metric))
    return collector.refuse("LOINC codes of two metrics");
  // Blood glucose may be coded by mass and by moles at once, where the lab has both.
  const both: Term = { metric: term.metric, units: terms.flatMap(({ units }) => units) };
  const from = { source: sourceOf(observation), origin: originIn(terms, observation, sensors) };
  if (get<Observation>(holder, "dataAbsentReason") !== undefined) return collector.skip("data absent");
  const name = valueNameOf(holder);
  if (name === undefined) return collector.skip("no value");
  if (name === "valueSampledData") {
    return readSamples(get<Observation>(holder, name), both, observation, collector, from);
  }
  if (name !== "valueQuantity") return collector.refuse("value is not a quantity");
  const time = timeOf(observation);
  if (typeof time === "string") return time === TOO_LONG ? collector.skip(time) : collector.refuse(time);
  const quantity = get<Observation>(holder, name);
  const unit = unitIn(quantity, both, collector);
  if (!unit.fits) return collector.refuse(unit.reason);
  const value = quantityOf(quantity, both, unit.code);
  if (!value.fits) return collector.refuse(value.reason);
  return collector.reading({ metric: both.metric, time, value: value.code, unit: unit.code, ...from });
}

type From = Pick<Found, "source" | "origin">;

/** By the terms, then by method or specimen. Blood is not a sensor's value where the file has values of a sensor. */
function originIn(terms: readonly Term[], observation: JsonObject, sensors: boolean): Origin | undefined {
  const said = [...terms.map(({ origin }) => origin), originOf(observation)];
  if (said.includes("sensor")) return undefined;
  for (const origin of said)
    if (origin !== undefined && origin !== "sensor" && origin !== "blood") return origin;
  return sensors && said.includes("blood") ? "meter" : undefined;
}

type Fit = { readonly fits: true; readonly code: string } | { readonly fits: false; readonly reason: string };
const fit = (code: string): Fit => ({ fits: true, code });
const unfit = (reason: string): Fit => ({ fits: false, reason });

function quantityOf(quantity: JsonValue | undefined, term: Term, unit: string): Fit {
  const written = get<Quantity>(quantity, "value");
  const number = decimalOf(written);
  if (number === undefined || typeof written === "string") return unfit(NO_NUMBER);
  const comparator = get<Quantity>(quantity, "comparator");
  if (comparator === undefined) return fit(scaled({ digits: 0n, scale: 0 }, ONE, number));
  if (!isComparator(comparator)) return unfit("no comparator of R4");
  const end = beyondEnd(term.metric, unit, comparator, number);
  return end === undefined ? unfit(NOT_AT_THE_END) : fit(end);
}

function isComparator(value: JsonValue): value is Comparator {
  return value === "<" || value === "<=" || value === ">" || value === ">=";
}

/**
 * The unit by its UCUM code; the text next to it is for people and can say anything. Many servers give the text alone: it
 * is taken where it can be no other unit and is one of the term's.
 */
function unitIn(quantity: JsonValue | undefined, term: Term, collector: Collector): Fit {
  const code = textIn<Quantity>(quantity, "code");
  const system = textIn<Quantity>(quantity, "system");
  if (code !== undefined && system === UCUM) {
    const unit = unitOf(code);
    return unit !== undefined && term.units.includes(unit) ? fit(unit) : unfit(NOT_THE_TERMS_UNIT);
  }
  const texts = [code, textIn<Quantity>(quantity, "unit")].filter((text) => text !== undefined);
  const units = new Set(texts.map(unitOfText));
  const [unit] = units;
  if (unit === undefined || units.size > 1 || (system !== undefined && system !== UCUM)) {
    return unfit(WRONG_SYSTEM);
  }
  if (!term.units.includes(unit)) return unfit(NOT_THE_TERMS_UNIT);
  collector.note(TEXT_ALONE);
  return fit(unit);
}

/**
 * Samples at equal steps: value = origin + factor × number, at start + index × period. E (error) is missing; L and U
 * are below and above the limits, and LOW and HIGH only where the limits are at the ends of the scale. R4 does not
 * say whether limits are in the unit or in raw numbers, so both readings must agree.
 */
function readSamples(
  samples: JsonValue | undefined,
  term: Term,
  observation: JsonObject,
  collector: Collector,
  from: From,
): Counted {
  const start = startOf(observation);
  if (typeof start === "string") return collector.refuse(start);
  const origin = get<SampledData>(samples, "origin");
  const unit = unitIn(origin, term, collector);
  if (!unit.fits) return collector.refuse(unit.reason);
  const zero = decimalOf(get<Quantity>(origin, "value"));
  const period = decimalOf(get<SampledData>(samples, "period"));
  const factorValue = get<SampledData>(samples, "factor");
  const factor = factorValue === undefined ? ONE : decimalOf(factorValue);
  const data = textIn<SampledData>(samples, "data");
  if (zero === undefined || period === undefined || period.digits <= 0n || factor === undefined) {
    return collector.refuse("sampled data without origin, period or factor");
  }
  const dimensions = decimalOf(get<SampledData>(samples, "dimensions"));
  if (dimensions?.digits !== 10n ** BigInt(dimensions?.scale ?? 0)) {
    return collector.refuse("sampled data of several dimensions");
  }
  if (data === undefined) return collector.skip("no value");
  if (data.length > 20 * MOST_SAMPLES) return collector.refuse("more samples than a day has");

  const limit = (name: "lowerLimit" | "upperLimit", comparator: Comparator): string | undefined => {
    const raw = decimalOf(get<SampledData>(samples, name));
    if (raw === undefined) return undefined;
    const inUnit = decimalOf(scaled(zero, factor, raw));
    const ends = [raw, inUnit].map((bound) => bound && beyondEnd(term.metric, unit.code, comparator, bound));
    return ends[0] === ends[1] ? ends[0] : undefined;
  };
  const below = limit("lowerLimit", "<");
  const above = limit("upperLimit", ">");
  const step = Number(period.digits) / 10 ** period.scale;
  let last: Counted = "skipped";
  for (const [i, text] of data.trim().split(/\s+/).entries()) {
    const time = start + (i * step) / 1000;
    last = readSample(
      text,
      { time, below, above, zero, factor, metric: term.metric, unit: unit.code, from },
      collector,
    );
  }
  return last;
}

type Sampling = {
  readonly time: number;
  readonly below: string | undefined;
  readonly above: string | undefined;
  readonly zero: NonNullable<ReturnType<typeof decimalOf>>;
  readonly factor: NonNullable<ReturnType<typeof decimalOf>>;
  readonly metric: Term["metric"];
  readonly unit: string;
  readonly from: From;
};

function readSample(text: string, sampling: Sampling, collector: Collector): Counted {
  const { time, below, above, zero, factor, metric, unit, from } = sampling;
  if (text === "E") return collector.skip("sample in error");
  if (text === "L" || text === "U") {
    const value = text === "L" ? below : above;
    return value === undefined
      ? collector.refuse(NOT_AT_THE_END)
      : collector.reading({ metric, time, value, unit, ...from });
  }
  const number = decimalOf(text);
  if (number === undefined) return collector.refuse(NO_NUMBER);
  return collector.reading({ metric, time, value: scaled(zero, factor, number), unit, ...from });
}

/** The codes of LOINC; those of other systems say the same in other words. */
function loincCodes(concept: JsonValue | undefined): string[] {
  return listIn<CodeableConcept>(concept, "coding").flatMap((coding) => {
    const code = textIn<Coding>(coding, "code") ?? "";
    return textIn<Coding>(coding, "system") === LOINC && /^\d{1,7}-\d$/.test(code) ? [code] : [];
  });
}

const VALUES = [
  "valueQuantity",
  "valueSampledData",
  "valueCodeableConcept",
  "valueString",
  "valueBoolean",
  "valueInteger",
  "valueRange",
  "valueRatio",
  "valueTime",
  "valueDateTime",
  "valuePeriod",
] as const satisfies readonly (keyof Observation)[];

function valueNameOf(holder: JsonValue): (typeof VALUES)[number] | undefined {
  return VALUES.find((name) => field(holder, name) !== undefined);
}

/** When one value was measured; at the beginning of a period that is short, or whose end is open. */
function timeOf(observation: JsonObject): number | string {
  const start = startOf(observation);
  const period = get<Observation>(observation, "effectivePeriod");
  const endText = textIn<Period>(period, "end");
  if (typeof start === "string" || endText === undefined) return start;
  const end = instantOf(endText);
  if (typeof end === "string") return end;
  if (end < start) return "ends before it starts";
  return end - start > LONGEST ? TOO_LONG : start;
}

function startOf(observation: JsonObject): number | string {
  const instant =
    textIn<Observation>(observation, "effectiveDateTime") ??
    textIn<Observation>(observation, "effectiveInstant");
  if (instant !== undefined) return instantOf(instant);
  const start = textIn<Period>(get<Observation>(observation, "effectivePeriod"), "start");
  return start === undefined ? NO_TIME : instantOf(start);
}
