// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes one made event in every format that is read. It shares no line with the readers.

export type Made = {
  readonly patient: string;
  readonly actor: string;
  readonly role: "physician" | "nurse" | "pharmacist";
  readonly code: string;
  readonly at: number;
  readonly outcome: "0" | "8";
  /** "study" is an object of DICOM; "record" is the patient's own, which ATNA names by the event alone. */
  readonly looked: "study" | "document";
};

const ROLES = { physician: "309343006", nurse: "106292003", pharmacist: "46255001" } as const;
const SNOMED = "http://snomed.info/sct";
const REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const PEOPLE = "1.2.276.0.76.99.1";
const isoOf = (at: number, hours: number): string => {
  const sign = hours < 0 ? "-" : "+";
  const zone = hours === 0 ? "Z" : `${sign}${String(Math.abs(hours)).padStart(2, "0")}:00`;
  return new Date((at + hours * 3600) * 1000).toISOString().replace(/\.000Z$/, zone);
};

/** What the writers' codes mean. */
export const WRITTEN = {
  kind: "vitalproof/access-log-mapping",
  version: 1,
  patients: [{ system: PEOPLE }],
  actors: [{ system: "urn:staff" }, { type: "UserID" }],
  roles: Object.entries(ROLES).map(([role, code]) => ({
    system: "SCT",
    code,
    role: role as keyof typeof ROLES,
  })),
  classes: [
    { resource: "DocumentReference", class: "clinical" },
    { object: "9", system: "RFC-3881", class: "clinical" },
  ],
} as const;

const staff = ({ actor }: Made) => ({ identifier: { system: "urn:staff", value: actor } });
const patient = (made: Made) => ({
  type: "Patient",
  identifier: { system: `urn:oid:${PEOPLE}`, value: made.patient },
});
const role = (made: Made) => [{ coding: [{ system: SNOMED, code: ROLES[made.role] }] }];
const purpose = ({ code }: Made) => [{ coding: [{ system: REASON, code }] }];
const looked = (made: Made) => ({
  reference: made.looked === "study" ? "ImagingStudy/1" : "DocumentReference/1",
});

export function r4(made: Made, id: string): object {
  return {
    resourceType: "AuditEvent",
    id,
    type: { system: "http://dicom.nema.org/resources/ontology/DCM", code: "110110" },
    action: "R",
    recorded: isoOf(made.at, 2),
    outcome: made.outcome,
    purposeOfEvent: purpose(made),
    agent: [{ role: role(made), who: staff(made), requestor: true }],
    source: { observer: { display: "EHR" } },
    entity: [
      {
        what: patient(made),
        role: { system: "http://terminology.hl7.org/CodeSystem/object-role", code: "1" },
      },
      { what: looked(made) },
    ],
  };
}

export function r5(made: Made, id: string): object {
  return {
    resourceType: "AuditEvent",
    id,
    category: [
      { coding: [{ system: "http://terminology.hl7.org/CodeSystem/audit-event-type", code: "rest" }] },
    ],
    code: { coding: [{ system: "http://hl7.org/fhir/restful-interaction", code: "read" }] },
    occurredPeriod: { start: isoOf(made.at, -5) },
    recorded: isoOf(made.at + 3600, 0),
    outcome: { code: { code: made.outcome } },
    patient: patient(made),
    agent: [{ role: role(made), who: staff(made), requestor: true, authorization: purpose(made) }],
    source: { observer: { display: "EHR" } },
    entity: [{ what: looked(made) }],
  };
}

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** @param old in the words of RFC 3881 */
export function audit(made: Made, id: string, old: boolean): string {
  const coded = (name: string, code: string, system: string): string =>
    old
      ? `<${name} code="${code}" codeSystemName="${system}" displayName="x"/>`
      : `<${name} csd-code="${code}" codeSystemName="${system}" originalText="x"/>`;
  const object =
    made.looked === "study"
      ? coded("ParticipantObjectIDTypeCode", "110180", "DCM")
      : coded("ParticipantObjectIDTypeCode", "9", "RFC-3881");
  const person = old ? `urn:oid:${PEOPLE}|${made.patient}` : `${made.patient}^^^&${PEOPLE}&ISO`;
  return [
    `<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="${isoOf(made.at, 1)}" EventOutcomeIndicator="${made.outcome}">`,
    coded("EventID", made.looked === "study" ? "110103" : "110106", "DCM"),
    coded("PurposeOfUse", made.code, "2.16.840.1.113883.5.8"),
    `</EventIdentification><ActiveParticipant UserID="${escaped(made.actor)}"${old ? "" : ' UserIsRequestor="true"'}>`,
    coded("RoleIDCode", ROLES[made.role], "2.16.840.1.113883.6.96"),
    `</ActiveParticipant><AuditSourceIdentification AuditSourceID="${id}"/>`,
    `<ParticipantObjectIdentification ParticipantObjectID="${escaped(person)}" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"/>`,
    `<ParticipantObjectIdentification ParticipantObjectID="1.2.3" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">${object}</ParticipantObjectIdentification>`,
    "</AuditMessage>",
  ].join(old ? "\n" : "");
}

const ids = (made: readonly Made[]): (readonly [Made, string])[] => made.map((each, i) => [each, `e${i}`]);
const syslog = (message: string, front = ""): string =>
  `${front}<85>1 2026-03-02T08:00:00.000Z host app 1 IHE+RFC-3881 - \uFEFF${message}`;

/** Whole logs of the same events. */
export const WRITERS: Readonly<Record<string, (made: readonly Made[]) => string>> = {
  "R4 Bundle": (made) =>
    JSON.stringify(
      { resourceType: "Bundle", entry: ids(made).map(([each, id]) => ({ resource: r4(each, id) })) },
      null,
      2,
    ),
  "R4 list": (made) => JSON.stringify(ids(made).map(([each, id]) => r4(each, id))),
  "R5 lines": (made) =>
    ids(made)
      .map(([each, id]) => `${JSON.stringify(r5(each, id))}\r\n`)
      .join(""),
  "R5 Bundle": (made) =>
    JSON.stringify({
      entry: ids(made).map(([each, id]) => ({ resource: r5(each, id) })),
      resourceType: "Bundle",
    }),
  "DICOM, one after the other": (made) =>
    ids(made)
      .map(([each, id]) => `<?xml version="1.0"?>${audit(each, id, false)}\n`)
      .join(""),
  "DICOM in an element": (made) =>
    `<log>${ids(made)
      .map(([each, id]) => audit(each, id, false))
      .join("")}</log>`,
  "RFC 3881": (made) =>
    ids(made)
      .map(([each, id]) => audit(each, id, true))
      .join("\n"),
  "syslog lines": (made) =>
    ids(made)
      .map(([each, id]) => `${syslog(audit(each, id, false))}\n`)
      .join(""),
  "syslog stream": (made) =>
    ids(made)
      .map(([each, id]) => {
        const message = syslog(audit(each, id, true));
        return `${new TextEncoder().encode(message).length} ${message}`;
      })
      .join(""),
};
