// SPDX-License-Identifier: GPL-3.0-or-later
//
// Audit messages of DICOM PS3.15 A.5 as IHE ATNA sends them, and of RFC 3881, from which they come. Codes are `csd-code` with
// `originalText` in the one and `code` with `displayName` in the other.
import {
  type Concept,
  type Identifier,
  type LogEvent,
  type LoggedAgent,
  type LoggedObject,
  type LoggedPatient,
  type Outcome,
  partOf,
  referenceOf,
  searchedResource,
} from "./event.ts";
import { canonicalSystem } from "./systems.ts";
import type { XmlElement } from "./xmlTree.ts";

const PARTS: ReadonlySet<string> = new Set([
  "EventIdentification",
  "ActiveParticipant",
  "AuditSourceIdentification",
  "ParticipantObjectIdentification",
]);

/**
 * @returns undefined where it has no event or nobody who took part, without which it is not an audit message, or a part that such
 *          messages do not have: what would be lost with it may matter
 */
export function auditMessageEvent(message: XmlElement): LogEvent | undefined {
  if (message.text !== "" || !message.children.every(({ name }) => PARTS.has(name))) return undefined;
  const event = childrenOf(message, "EventIdentification");
  const participants = childrenOf(message, "ActiveParticipant");
  const [identification] = event;
  if (identification === undefined || event.length > 1 || participants.length === 0) return undefined;
  const objects = childrenOf(message, "ParticipantObjectIdentification");
  const ofPart = (part: string): XmlElement[] =>
    objects.filter((object) => partOf(attributeOf(object, "ParticipantObjectTypeCodeRole")) === part);
  return {
    id: undefined,
    kinds: [...conceptsIn(identification, "EventID"), ...conceptsIn(identification, "EventTypeCode")],
    action: attributeOf(identification, "EventActionCode")?.toUpperCase(),
    outcome: outcomeOf(attributeOf(identification, "EventOutcomeIndicator")),
    time: attributeOf(identification, "EventDateTime"),
    purposes: conceptsIn(identification, "PurposeOfUse"),
    agents: participants.map(agentOf),
    patients: ofPart("patient").map(patientOf),
    objects: [...ofPart("data"), ...ofPart("query")].map(objectOf),
  };
}

function agentOf(participant: XmlElement): LoggedAgent {
  const identifiers = ["UserID", "AlternativeUserID", "UserName"].flatMap((name): Identifier[] => {
    const value = attributeOf(participant, name);
    return value === undefined ? [] : [{ value, systems: [], types: [name] }];
  });
  // The schemas of both say that it is true where it is absent.
  const requestor = attributeOf(participant, "UserIsRequestor") ?? "true";
  return {
    requestor: /^(?:true|1)$/i.test(requestor) ? true : /^(?:false|0)$/i.test(requestor) ? false : undefined,
    identifiers,
    roles: conceptsIn(participant, "RoleIDCode"),
    purposes: conceptsIn(participant, "PurposeOfUse"),
  };
}

function patientOf(object: XmlElement): LoggedPatient {
  const written = attributeOf(object, "ParticipantObjectID");
  const types = typesOf(object).flatMap(({ codings }) => codings.map(({ code }) => code));
  return {
    identifiers: written === undefined ? [] : identifiersOf(written, types),
    labels: labelsOf(object),
  };
}

function objectOf(object: XmlElement): LoggedObject {
  const isQuery = partOf(attributeOf(object, "ParticipantObjectTypeCodeRole")) === "query";
  const resource = isQuery
    ? searchedResource(childrenOf(object, "ParticipantObjectQuery")[0]?.text)
    : referenceOf(attributeOf(object, "ParticipantObjectID") ?? "").type;
  return { codes: typesOf(object), resource, labels: labelsOf(object), isQuery };
}

function typesOf(object: XmlElement): Concept[] {
  return conceptsIn(object, "ParticipantObjectIDTypeCode");
}

function labelsOf(object: XmlElement): Concept[] {
  const sensitivity = attributeOf(object, "ParticipantObjectSensitivity");
  if (sensitivity === undefined) return [];
  return sensitivity.split(/[\s,;]+/).map((code) => ({ codings: [{ systems: [], code }], texts: [code] }));
}

/** `7^^^HOSPITAL&1.2.3&ISO^PI`: an identifier of HL7 v2, with the authority that gave it. */
const CX = /^([^^|]+)\^\^\^([^&^]*)(?:&([^&^]*)&[^&^]*)?(?:\^([^&^]*).*)?$/;
/** `urn:oid:1.2.3|7`: an identifier as FHIR's searches have it. */
const TOKEN = /^([a-zA-Z][a-zA-Z0-9+.-]*:[^|\s]+)\|(.+)$/;

function identifiersOf(written: string, types: readonly string[]): Identifier[] {
  const reference = referenceOf(written);
  const token = TOKEN.exec(written);
  if (token !== null) {
    const [, system, value] = token;
    return [{ value: value!, system, systems: [canonicalSystem(system!)], types }];
  }
  const cx = CX.exec(written);
  if (cx !== null) {
    const [, value, namespace, oid, type] = cx;
    const names = [oid, namespace].filter((name) => name !== undefined && name !== "");
    const system = oid !== undefined && oid !== "" ? `urn:oid:${oid}` : names[0];
    return [
      {
        value: value!.trim(),
        system,
        systems: names.map((name) => canonicalSystem(name!)),
        types: type === undefined || type === "" ? types : [...types, type],
      },
    ];
  }
  if (reference.type !== undefined)
    return [{ value: reference.value, systems: [], types, reference: reference.type }];
  return [{ value: written, systems: [], types }];
}

function conceptsIn(element: XmlElement, name: string): Concept[] {
  return childrenOf(element, name).flatMap((coded) => {
    const code = attributeOf(coded, "csd-code") ?? attributeOf(coded, "code");
    const named = ["codeSystemName", "codeSystem"].flatMap((each) => attributeOf(coded, each) ?? []);
    const texts = ["originalText", "displayName"].flatMap((each) => attributeOf(coded, each) ?? []);
    if (code === undefined && texts.length === 0) return [];
    const codings = code === undefined ? [] : [{ systems: named.map(canonicalSystem), code }];
    return [{ codings, texts }];
  });
}

function outcomeOf(indicator: string | undefined): Outcome {
  if (indicator === undefined) return "absent";
  if (indicator === "0") return "success";
  return indicator === "4" || indicator === "8" || indicator === "12" ? "failure" : "unknown";
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Trimmed; undefined where it is absent or blank. */
function attributeOf(element: XmlElement, name: string): string | undefined {
  if (!Object.hasOwn(element.attributes, name)) return undefined;
  const value = element.attributes[name]!.trim();
  return value === "" ? undefined : value;
}
