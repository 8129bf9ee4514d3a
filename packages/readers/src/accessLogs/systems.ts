// SPDX-License-Identifier: GPL-3.0-or-later

// cspell:disable
/** Names that one code system has in FHIR, in DICOM's audit messages and in older versions of both. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  DCM: ["http://dicom.nema.org/resources/ontology/dcm", "1.2.840.10008.2.16.4"],
  SNOMED: ["http://snomed.info/sct", "2.16.840.1.113883.6.96", "snomed ct", "snomed-ct", "sct"],
  ActReason: [
    "http://terminology.hl7.org/codesystem/v3-actreason",
    "http://hl7.org/fhir/v3/actreason",
    "2.16.840.1.113883.5.8",
    "v3-actreason",
    // The value set of its purposes, which many name in the place of the system.
    "http://terminology.hl7.org/valueset/v3-purposeofuse",
    "2.16.840.1.113883.1.11.20448",
    "purposeofuse",
  ],
  ActCode: [
    "http://terminology.hl7.org/codesystem/v3-actcode",
    "http://hl7.org/fhir/v3/actcode",
    "2.16.840.1.113883.5.4",
    "v3-actcode",
  ],
  RoleCode: [
    "http://terminology.hl7.org/codesystem/v3-rolecode",
    "http://hl7.org/fhir/v3/rolecode",
    "2.16.840.1.113883.5.111",
    "v3-rolecode",
  ],
  RoleClass: [
    "http://terminology.hl7.org/codesystem/v3-roleclass",
    "http://hl7.org/fhir/v3/roleclass",
    "2.16.840.1.113883.5.110",
    "v3-roleclass",
  ],
  "restful-interaction": ["http://hl7.org/fhir/restful-interaction"],
  "audit-event-type": [
    "http://terminology.hl7.org/codesystem/audit-event-type",
    "http://hl7.org/fhir/audit-event-type",
  ],
  "iso-21089-lifecycle": [
    "http://terminology.hl7.org/codesystem/iso-21089-lifecycle",
    "http://hl7.org/fhir/iso-21089-lifecycle",
  ],
  "object-role": ["http://terminology.hl7.org/codesystem/object-role", "http://hl7.org/fhir/object-role"],
  "RFC-3881": ["rfc 3881", "rfc3881"],
};

const CANONICAL = new Map(
  Object.entries(NAMES).flatMap(([name, others]) =>
    [name.toLowerCase(), ...others].map((each) => [each, name] as const),
  ),
);

/** One name for a system of codes or identifiers: `DCM` for its URL and its OID; an OID comes without `urn:oid:`. */
export function canonicalSystem(name: string): string {
  const bare = name.trim().replace(/^urn:oid:/i, "");
  return CANONICAL.get(bare.toLowerCase()) ?? bare;
}
