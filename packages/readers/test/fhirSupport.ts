// SPDX-License-Identifier: GPL-3.0-or-later
//
// FHIR resources, as small as they can be.
export const AT = "2024-01-01T08:00:00+01:00";
export const coded = (code: string, system = "http://loinc.org") => ({ coding: [{ system, code }] });
export const quantity = (value: unknown, code: string, more: object = {}) => ({
  value,
  unit: "as people write it",
  system: "http://unitsofmeasure.org",
  code,
  ...more,
});
export const observation = (loinc: string, more: object) => ({
  resourceType: "Observation",
  status: "final",
  code: coded(loinc),
  effectiveDateTime: AT,
  ...more,
});
export const glucose = (valueQuantity: unknown, more: object = {}) =>
  observation("2339-0", { valueQuantity, ...more });
export const bundle = (...resources: unknown[]) => ({
  resourceType: "Bundle",
  type: "collection",
  entry: resources.map((resource) => ({ resource })),
});
export const samples = (data: string, more: object = {}, loinc = "99504-3", code = "mg/dL") =>
  observation(loinc, {
    valueSampledData: { origin: quantity(0, code), period: 300_000, dimensions: 1, data, ...more },
  });
