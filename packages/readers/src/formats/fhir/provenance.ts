// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  CodeableConcept,
  Coding,
  Device,
  DeviceDeviceName,
  Identifier,
  Meta,
  Observation,
  Reference,
  Specimen,
} from "fhir/r4.js";
import type { Origin } from "../../format.ts";
import { field, type JsonObject, type JsonValue, listOf, textOf } from "../json/document.ts";

/** Which device, person or system an Observation comes from, as it names it; undefined where it names none. */
export function sourceOf(observation: JsonObject): string | undefined {
  const DEVICE: keyof Observation & string = "device";
  const PERFORMER: keyof Observation & string = "performer";
  const device = nameOf(field(observation, DEVICE), observation);
  if (device !== undefined) return device;
  const [performer] = listOf(observation, PERFORMER);
  return nameOf(performer, observation) ?? systemOf(observation);
}

/** A reference by its address: a display is for people, and may be that of several devices. */
function nameOf(reference: JsonValue | undefined, observation: JsonObject): string | undefined {
  const REFERENCE: keyof Reference & string = "reference";
  const IDENTIFIER: keyof Reference & string = "identifier";
  const DISPLAY: keyof Reference & string = "display";
  const address = textOf(reference, REFERENCE);
  const display = textOf(reference, DISPLAY);
  // "#1" is a name inside this one Observation.
  if (address?.startsWith("#")) return containedName(containedOf(observation, address)) ?? display;
  return address ?? textOf(field(reference, IDENTIFIER), VALUE) ?? display;
}

const VALUE: keyof Identifier & string = "value";

function containedOf(observation: JsonObject, address: string): JsonValue | undefined {
  const CONTAINED: keyof Observation & string = "contained";
  return listOf(observation, CONTAINED).find((one) => `#${textOf(one, "id")}` === address);
}

function containedName(device: JsonValue | undefined): string | undefined {
  const SERIAL: keyof Device & string = "serialNumber";
  const IDENTIFIER: keyof Device & string = "identifier";
  const NAMES: keyof Device & string = "deviceName";
  const NAME: keyof DeviceDeviceName & string = "name";
  return (
    textOf(listOf(device, IDENTIFIER)[0], VALUE) ??
    textOf(device, SERIAL) ??
    textOf(listOf(device, NAMES)[0], NAME)
  );
}

/** The system that wrote it. HAPI puts the number of a request behind a "#", which is another one each time. */
function systemOf(observation: JsonObject): string | undefined {
  const META: keyof Observation & string = "meta";
  const SOURCE: keyof Meta & string = "source";
  const uri = textOf(field(observation, META), SOURCE)?.replace(/#.*$/s, "");
  return uri === "" ? undefined : uri;
}

/**
 * Where a value comes from by its method or specimen; undefined where neither says it. A sensor is "sensor".
 * Words of texts and of SNOMED CT's names, in English: what is in other words says nothing.
 */
export function originOf(observation: JsonObject): Origin | "sensor" | undefined {
  const METHOD: keyof Observation & string = "method";
  const SPECIMEN: keyof Observation & string = "specimen";
  const DISPLAY: keyof Reference & string = "display";
  const REFERENCE: keyof Reference & string = "reference";
  const TYPE: keyof Specimen & string = "type";
  const specimen = field(observation, SPECIMEN);
  const held = containedOf(observation, textOf(specimen, REFERENCE) ?? "");
  const words = [
    ...wordsIn(field(observation, METHOD)),
    textOf(specimen, DISPLAY) ?? "",
    ...wordsIn(field(held, TYPE)),
  ].join(" ");
  if (/continuous|interstitial|\bcgm\b/i.test(words)) return "sensor";
  if (/glucometer|glucose meter|fingerstick|finger stick|capillary|122554006/i.test(words)) return "meter";
  if (/serum|plasma|venous|arterial blood|blood gas|119364003|119361006|122555007/i.test(words)) {
    return "laboratory";
  }
  return undefined;
}

function wordsIn(concept: JsonValue | undefined): string[] {
  const TEXT: keyof CodeableConcept & string = "text";
  const CODING: keyof CodeableConcept & string = "coding";
  const CODE: keyof Coding & string = "code";
  const DISPLAY: keyof Coding & string = "display";
  return [
    textOf(concept, TEXT) ?? "",
    ...listOf(concept, CODING).flatMap((coding) => [
      textOf(coding, CODE) ?? "",
      textOf(coding, DISPLAY) ?? "",
    ]),
  ];
}
