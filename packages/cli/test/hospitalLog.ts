// SPDX-License-Identifier: GPL-3.0-or-later
//
// A hospital's own access log, how it is read, and the hospital's register.

export const MAPPING = {
  kind: "vitalproof/access-log-mapping",
  version: 1,
  patients: [{ reference: "Patient" }],
  actors: [{ system: "urn:staff" }],
  roles: [{ text: "nurse", role: "nurse" }],
};

/** Of page 2, with two patients and one actor. */
export function registerOf(changes: object): object {
  return {
    kind: "vitalproof/access-register",
    version: 1,
    page: "2",
    patients: [
      { id: "Patient/anna-secret-id", slot: 0 },
      { id: "Patient/bert-secret-id", slot: 1 },
    ],
    actors: [{ id: "n1", number: 601 }],
    ...changes,
  };
}

/** A look of an actor at a patient's data, as a FHIR server writes it. */
export function auditEvent(
  id: string,
  patient: string,
  actor: string,
  at: number,
  resource = "MedicationRequest/1",
) {
  const code = (system: string, value: string) => ({ system, code: value });
  return {
    resourceType: "AuditEvent",
    id,
    type: code("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest"),
    subtype: [code("http://hl7.org/fhir/restful-interaction", "read")],
    action: "R",
    recorded: new Date(1000 * at).toISOString(),
    outcome: "0",
    purposeOfEvent: [{ coding: [code("http://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT")] }],
    agent: [
      {
        who: { identifier: { system: "urn:staff", value: actor } },
        requestor: true,
        role: [{ text: "nurse" }],
      },
    ],
    entity: [
      {
        what: { reference: `Patient/${patient}` },
        role: code("http://terminology.hl7.org/CodeSystem/object-role", "1"),
      },
      { what: { reference: resource } },
    ],
  };
}
