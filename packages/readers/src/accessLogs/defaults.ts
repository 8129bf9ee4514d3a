// SPDX-License-Identifier: GPL-3.0-or-later
//
// What codes of the standards mean without a word from the mapping, which comes first. A code that can mean several things to the
// ledger is not here.

// cspell:disable
import type { LedgerClass, LedgerPurpose } from "./mapping.ts";

/** HL7's purposes and their children, of the system ActReason. CAREMGT is not here: HL7 has had it in two places. */
export const DEFAULT_PURPOSES: Readonly<Record<LedgerPurpose, readonly string[]>> = {
  treatment: ["TREAT", "CLINTRL", "COC", "POPHLTH"],
  payment: [
    "HPAYMT",
    "CLMATTCH",
    "COVAUTH",
    "COVERAGE",
    "ELIGDTRM",
    "ELIGVER",
    "ENROLLM",
    "MILDCRG",
    "REMITADV",
  ],
  operations: [
    ...[
      "HOPERAT",
      "DONAT",
      "FRAUD",
      "GOV",
      "HACCRED",
      "HCOMPL",
      "HDECD",
      "HDIRECT",
      "HDM",
      "HOUTCOMS",
      "HPRGRP",
    ],
    ...[
      "HQUALIMP",
      "HSYSADMIN",
      "LABELING",
      "METAMGT",
      "MEMADMIN",
      "MILCDM",
      "PATADMIN",
      "PATSFTY",
      "PERFMSR",
    ],
    ...["RECORDMGT", "SYSDEV", "HTEST", "TRAIN"],
  ],
  research: [
    ...[
      "HRESCH",
      "BIORCH",
      "CLINTRCH",
      "CLINTRCHNPC",
      "CLINTRCHPC",
      "PRECLINTRCH",
      "DSRCH",
      "POARCH",
      "TRANSRCH",
    ],
  ],
  "public-health": ["PUBHLTH", "DISASTER", "THREAT"],
  "patient-request": ["PATRQT", "PWATRNY", "SUPNWK"],
  "family-request": ["FAMRQT"],
  legal: ["HLEGAL"],
};

/** Emergency treatment, breaking the glass and treatment in an emergency room: treatment, outside of the consent. */
export const EMERGENCIES: readonly string[] = ["ETREAT", "BTG", "ERTREAT"];

/** Types of FHIR resources that hold one class of data. Observation, DiagnosticReport and DocumentReference hold several. */
export const DEFAULT_RESOURCES: Partial<Readonly<Record<LedgerClass, readonly string[]>>> = {
  laboratory: ["Specimen"],
  medication: [
    ...[
      "Medication",
      "MedicationRequest",
      "MedicationAdministration",
      "MedicationDispense",
      "MedicationStatement",
    ],
  ],
  clinical: [
    ...[
      "AllergyIntolerance",
      "AdverseEvent",
      "CarePlan",
      "CareTeam",
      "ClinicalImpression",
      "Condition",
      "Encounter",
    ],
    ...[
      "EpisodeOfCare",
      "FamilyMemberHistory",
      "Flag",
      "Goal",
      "Immunization",
      "NutritionOrder",
      "Procedure",
    ],
    ...["RiskAssessment"],
  ],
  imaging: ["ImagingStudy", "ImagingSelection"],
  demographics: ["Patient", "Person", "RelatedPerson"],
  genetics: ["MolecularSequence", "GenomicStudy"],
};

type Code = readonly [system: string, code: string];

const each = (system: string, codes: string): Code[] => codes.split(" ").map((code) => [system, code]);

/** Types of DICOM's objects: studies and classes of images. */
export const DEFAULT_OBJECTS: Partial<Readonly<Record<LedgerClass, readonly Code[]>>> = {
  imaging: each("DCM", "110180 110181"),
};

/** HL7's labels of sensitive data. */
export const DEFAULT_LABELS: Partial<Readonly<Record<LedgerClass, readonly Code[]>>> = {
  "mental-health": each("ActCode", "PSY PSYTHPN"),
  genetics: each("ActCode", "GDIS"),
};

/** Types and subtypes of events that look at data, unless their action is C, U or D. */
export const ACCESS_EVENTS: readonly Code[] = [
  ...each(
    "restful-interaction",
    "read vread history history-instance history-type history-system search search-type search-system",
  ),
  // Instances accessed, instances transferred, export (with printing), order, patient and procedure record, query.
  ...each("DCM", "110103 110104 110106 110109 110110 110111 110112"),
  ...each("iso-21089-lifecycle", "access disclose extract report"),
];

/** Those that never do: changes, the start of a transfer, users, programs and networks. */
export const OTHER_EVENTS: readonly Code[] = [
  ...each("restful-interaction", "create update patch delete capabilities batch transaction"),
  ...each("DCM", "110100 110101 110102 110105 110107 110108 110113 110114"),
  ...each("DCM", "110120 110121 110122 110123 110124 110125 110126 110127 110128 110129 110130 110131"),
  ...each("DCM", "110132 110133 110134 110135 110136 110137 110138 110139 110140 110141 110142"),
];

/** DICOM's roles of programs and media. Who has one is not the actor, unless the mapping gives the role a meaning. */
export const MACHINES: readonly Code[] = each("DCM", "110150 110151 110152 110153 110154 110155");
