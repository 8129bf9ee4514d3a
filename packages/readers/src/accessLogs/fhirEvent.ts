// SPDX-License-Identifier: GPL-3.0-or-later
//
// AuditEvent of FHIR R4 and R5. R5 has `category` and `code` for `type` and `subtype`, `authorization` for `purposeOfEvent` and
// `purposeOfUse`, `occurred[x]` for `period`, an outcome that is coded, and `patient`. One event has the members of one version, so
// both are read together.
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

export type Json = { readonly [name: string]: unknown };

// cspell:ignore Xrequest
/** A request's number, which audit events of RESTful servers carry as an entity. It is not data. */
const REQUEST_ID = "XrequestId";

/** @returns undefined where it has no agent, without which it is not an AuditEvent, or a part that is not an object */
export function fhirEvent(resource: Json): LogEvent | undefined {
  const agents = wholeList(resource, "agent");
  const what = wholeList(resource, "entity");
  if (agents === undefined || agents.length === 0 || what === undefined) return undefined;
  const contained = containedOf(resource);
  const entities = what.map((entity) => entityOf(entity, contained));
  const subject = isObject(fieldOf(resource, "patient"))
    ? [{ identifiers: referencedOf(fieldOf(resource, "patient"), contained).identifiers, labels: [] }]
    : [];
  return {
    id: textOf(resource, "id"),
    kinds: ["type", "subtype", "category", "code"].flatMap((name) => conceptsOf(fieldOf(resource, name))),
    action: textOf(resource, "action")?.toUpperCase(),
    outcome: outcomeOf(fieldOf(resource, "outcome")),
    time: timeOf(resource),
    purposes: ["purposeOfEvent", "authorization"].flatMap((name) => conceptsOf(fieldOf(resource, name))),
    agents: agents.map((agent) => agentOf(agent, contained)),
    patients: [...subject, ...entities.flatMap(({ patient }) => patient ?? [])],
    objects: entities.flatMap(({ object }) => object ?? []),
  };
}

/** When it happened, or else when it was recorded. */
function timeOf(resource: Json): string | undefined {
  const start = (name: string): string | undefined => {
    const period = fieldOf(resource, name);
    return isObject(period) ? textOf(period, "start") : undefined;
  };
  return (
    textOf(resource, "occurredDateTime") ??
    start("occurredPeriod") ??
    start("period") ??
    textOf(resource, "recorded")
  );
}

function outcomeOf(outcome: unknown): Outcome {
  if (outcome === undefined) return "absent";
  const codes =
    typeof outcome === "string"
      ? [outcome]
      : // R5: { code: Coding }. Its drafts had a CodeableConcept.
        conceptsOf(
          isObject(outcome) && isObject(fieldOf(outcome, "code")) ? fieldOf(outcome, "code") : outcome,
        )
          .flatMap(({ codings }) => codings)
          .map(({ code }) => code);
  if (codes.length === 0) return "unknown";
  if (codes.every((code) => code === "0" || code === "success")) return "success";
  return codes.some((code) => /^(?:4|8|12|error|fatal)$/.test(code)) ? "failure" : "unknown";
}

function agentOf(agent: Json, contained: Contained): LoggedAgent {
  const requestor = fieldOf(agent, "requestor");
  const named = ["altId", "name"].flatMap((name): Identifier[] => {
    const value = textOf(agent, name);
    return value === undefined ? [] : [{ value, systems: [], types: [name] }];
  });
  return {
    requestor: typeof requestor === "boolean" ? requestor : undefined,
    identifiers: [...referencedOf(fieldOf(agent, "who"), contained).identifiers, ...named],
    roles: ["type", "role"].flatMap((name) => conceptsOf(fieldOf(agent, name))),
    purposes: ["purposeOfUse", "authorization"].flatMap((name) => conceptsOf(fieldOf(agent, name))),
  };
}

type Entity = { readonly patient?: LoggedPatient; readonly object?: LoggedObject };

function entityOf(entity: Json, contained: Contained): Entity {
  const { identifiers, type } = referencedOf(fieldOf(entity, "what"), contained);
  const role = roleOf(entity);
  const codes = conceptsOf(fieldOf(entity, "type"));
  const labels = conceptsOf(fieldOf(entity, "securityLabel"));
  const part = partOf(role);
  if (type === "Patient") return { patient: { identifiers, labels, resource: type } };
  if (part === "patient" && type === undefined) return { patient: { identifiers, labels } };
  if (part === "nothing") return {};
  if (codes.some(({ codings }) => codings.some(({ code }) => code === REQUEST_ID))) return {};
  const isQuery = part === "query" || (type === undefined && textOf(entity, "query") !== undefined);
  const resource = type ?? (isQuery ? searchedResource(textOf(entity, "query")) : undefined);
  return { object: { codes, labels, resource, isQuery } };
}

function roleOf(entity: Json): string | undefined {
  const codings = conceptsOf(fieldOf(entity, "role")).flatMap((concept) => concept.codings);
  return codings.find(({ systems }) => systems.length === 0 || systems.includes("object-role"))?.code;
}

type Contained = ReadonlyMap<string, Json>;

function containedOf(resource: Json): Contained {
  return new Map(
    objectsOf(resource, "contained").flatMap((each) => {
      const id = textOf(each, "id");
      return id === undefined ? [] : [[`#${id}`, each] as const];
    }),
  );
}

/** What a Reference says of whom it names: its identifier, those of a contained resource, and the reference itself. */
function referencedOf(
  reference: unknown,
  contained: Contained,
): { identifiers: Identifier[]; type: string | undefined } {
  if (!isObject(reference)) return { identifiers: [], type: undefined };
  const written = textOf(reference, "reference");
  const inner = written === undefined ? undefined : contained.get(written);
  const found = written === undefined || written.startsWith("#") ? undefined : referenceOf(written);
  const type =
    found?.type ??
    (inner === undefined ? undefined : textOf(inner, "resourceType")) ??
    textOf(reference, "type")?.replace(/^.*\//, "");
  const own = [fieldOf(reference, "identifier"), ...(inner === undefined ? [] : listOf(inner, "identifier"))];
  const identifiers = own.flatMap(identifierOf);
  if (found !== undefined) identifiers.push({ value: found.value, systems: [], types: [], reference: type });
  return { identifiers, type };
}

function identifierOf(identifier: unknown): Identifier[] {
  if (!isObject(identifier)) return [];
  const value = textOf(identifier, "value");
  if (value === undefined) return [];
  const system = textOf(identifier, "system");
  const types = conceptsOf(fieldOf(identifier, "type")).flatMap(({ codings }) =>
    codings.map(({ code }) => code),
  );
  return [{ value, system, systems: system === undefined ? [] : [canonicalSystem(system)], types }];
}

/** Of a Coding, a CodeableConcept or a list of either. */
function conceptsOf(value: unknown): Concept[] {
  if (Array.isArray(value)) return value.flatMap(conceptsOf);
  if (!isObject(value)) return [];
  const isConcept = fieldOf(value, "coding") !== undefined || fieldOf(value, "text") !== undefined;
  const parts = isConcept ? objectsOf(value, "coding") : [value];
  const codings = parts.flatMap((coding) => {
    const code = textOf(coding, "code");
    const system = textOf(coding, "system");
    return code === undefined
      ? []
      : [{ code, systems: system === undefined ? [] : [canonicalSystem(system)] }];
  });
  const shown = parts.map((coding) => textOf(coding, "display"));
  const texts = [...shown, isConcept ? textOf(value, "text") : undefined].filter(
    (text) => text !== undefined,
  );
  return codings.length + texts.length === 0 ? [] : [{ codings, texts }];
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own member: JSON may name one "constructor". */
export function fieldOf(value: Json, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function listOf(value: Json, name: string): readonly unknown[] {
  const found = fieldOf(value, name);
  return Array.isArray(found) ? found : [];
}

function objectsOf(value: Json, name: string): Json[] {
  return listOf(value, name).filter(isObject);
}

/** A list of objects, empty where it is absent. Undefined where any of it is something else: what would be lost may matter. */
function wholeList(value: Json, name: string): Json[] | undefined {
  const found = fieldOf(value, name) ?? [];
  return Array.isArray(found) && found.every(isObject) ? found : undefined;
}

/** Trimmed; undefined where it is absent, blank or not a text. */
export function textOf(value: Json, name: string): string | undefined {
  const found = fieldOf(value, name);
  if (typeof found !== "string") return undefined;
  const text = found.trim();
  return text === "" ? undefined : text;
}
