// SPDX-License-Identifier: GPL-3.0-or-later
import type { Identifier, LogEvent, LoggedAgent, LoggedPatient } from "./event.ts";
import type { LedgerClass, LedgerPurpose, LedgerRole } from "./mapping.ts";
import type { PurposeMeaning, Rules } from "./rules.ts";

/** One look at one patient's data of one class, in the words of the health ledger. */
export type LoggedAccess = {
  /** The same for the same access in every log and at every reading with the same mapping. */
  readonly id: string;
  /** As the log names the patient. */
  readonly patient: string;
  /** As the log names the person who looked. */
  readonly actor: string;
  readonly role: LedgerRole;
  readonly purpose: LedgerPurpose;
  readonly class: LedgerClass;
  /** Unix seconds, whole. */
  readonly at: number;
  /** Whether the glass was broken: an access outside of its consent. */
  readonly emergency: boolean;
};

/** Why something in a log did not become an access, in the order in which it is looked at. */
export const LEFT_REASONS = [
  "unreadable",
  "other-message",
  "duplicate",
  "conflict",
  "not-an-access",
  "unknown-event",
  "failed",
  "unknown-outcome",
  "no-time",
  "no-zone",
  "ambiguous-time",
  "no-patient",
  "several-patients",
  "no-actor",
  "several-actors",
  "no-role",
  "unknown-role",
  "several-roles",
  "no-purpose",
  "unknown-purpose",
  "several-purposes",
  "unknown-class",
] as const;
export type LeftReason = (typeof LEFT_REASONS)[number];

/** @returns the accesses of an event, sorted, or why it does not become one */
export function accessesOf(event: LogEvent, id: string, rules: Rules): LoggedAccess[] | LeftReason {
  const isAccess = rules.isAccess(event);
  if (isAccess !== true) return isAccess === false ? "not-an-access" : "unknown-event";
  const isSuccess = rules.isSuccess(event);
  if (isSuccess !== true) return isSuccess === false ? "failed" : "unknown-outcome";
  const at = rules.timeOf(event.time);
  if (typeof at === "string") return at;
  const patients = patientsOf(event, rules);
  if (typeof patients === "string") return patients;
  const actor = actorOf(event, rules);
  if (typeof actor === "string") return actor;
  const role = roleOf(actor, rules);
  if (!("role" in role)) return role.left;
  const meaning = purposeOf(event, actor, rules);
  if (typeof meaning === "string") return meaning;
  const classes = classesOf(event, rules);
  if (classes === undefined) return "unknown-class";
  const hasData = event.objects.some(({ isQuery }) => !isQuery);
  // Nothing in an event says which of its objects is of which patient.
  if (patients.length > 1 && (hasData || classes.length > 1)) return "several-patients";
  const each = patients.flatMap((patient) => classes.map((name) => ({ patient, class: name })));
  return each.map(({ patient, class: name }, i) => ({
    id: each.length === 1 ? id : `${id}/${i + 1}`,
    patient,
    actor: actor.id,
    role: role.role,
    ...{ purpose: meaning.purpose, class: name, at, emergency: meaning.emergency },
  }));
}

/** The patients' names, sorted. Several entries are one patient where they share an identifier. */
function patientsOf({ patients }: LogEvent, rules: Rules): string[] | "no-patient" | "several-patients" {
  const people: Identifier[][] = [];
  for (const { identifiers } of patients) {
    const same = people.filter((person) => person.some((one) => identifiers.some((two) => isSame(one, two))));
    const merged = [...same.flat(), ...identifiers];
    for (const person of same) people.splice(people.indexOf(person), 1);
    people.push(merged);
  }
  const names = people.map((person) => rules.patientIds(person));
  if (names.length === 0 || names.some((found) => found.length === 0)) return "no-patient";
  if (names.some((found) => found.length > 1)) return "several-patients";
  return [...new Set(names.flat())].sort();
}

function isSame(a: Identifier, b: Identifier): boolean {
  if (a.value !== b.value || a.reference !== b.reference) return false;
  if (a.systems.length + b.systems.length > 0) return a.systems.some((name) => b.systems.includes(name));
  return a.types.length + b.types.length === 0 || a.types.some((type) => b.types.includes(type));
}

type Actor = { readonly id: string; readonly agents: readonly LoggedAgent[] };

/** The one person who asked. Where a single one took part and the log does not say who asked, it is that one. */
function actorOf({ agents }: LogEvent, rules: Rules): Actor | "no-actor" | "several-actors" {
  const asked = agents.filter(({ requestor }) => requestor === true);
  const only = agents.length === 1 && agents[0]!.requestor === undefined ? agents : asked;
  const people = only
    .filter(({ roles }) => !rules.isMachine(roles))
    .map((agent) => ({ agent, ids: rules.actorIds(agent.identifiers) }))
    .filter(({ ids }) => ids.length > 0);
  const ids = new Set(people.flatMap((person) => person.ids));
  const [id] = ids;
  if (id === undefined) return "no-actor";
  return ids.size > 1 ? "several-actors" : { id, agents: people.map(({ agent }) => agent) };
}

function roleOf(
  { id, agents }: Actor,
  rules: Rules,
): { readonly role: LedgerRole } | { readonly left: "no-role" | "unknown-role" | "several-roles" } {
  const concepts = agents.flatMap(({ roles }) => roles);
  const [role, ...others] = rules.rolesOf(id, concepts);
  if (role === undefined) return { left: concepts.length === 0 ? "no-role" : "unknown-role" };
  return others.length > 0 ? { left: "several-roles" } : { role };
}

/** Of all purposes that the event and the actor name, none may be unknown: it could be another one. */
function purposeOf(
  event: LogEvent,
  { agents }: Actor,
  rules: Rules,
): PurposeMeaning | "no-purpose" | "unknown-purpose" | "several-purposes" {
  const concepts = [...event.purposes, ...agents.flatMap(({ purposes }) => purposes)];
  const meanings = concepts.map((concept) => rules.purposesOf(concept));
  if (meanings.length === 0) return "no-purpose";
  if (meanings.some((found) => found.length === 0)) return "unknown-purpose";
  const all = meanings.flat();
  const [first] = all;
  if (all.some(({ purpose }) => purpose !== first!.purpose)) return "several-purposes";
  return { purpose: first!.purpose, emergency: all.some(({ emergency }) => emergency) };
}

/** The classes of what was looked at, sorted. Where one object has none, it is what the event's type says, or nothing. */
function classesOf(event: LogEvent, rules: Rules): LedgerClass[] | undefined {
  const looked =
    event.objects.length > 0
      ? event.objects.map(({ resource, codes, labels }) => rules.classesOf(resource, codes, labels))
      : event.patients
          .filter(isOwnRecord)
          .map(({ resource, labels }) => rules.classesOf(resource, [], labels));
  const isWhole = looked.length > 0 && looked.every((found) => found.length > 0);
  const classes = isWhole ? looked.flat() : rules.eventClasses(event);
  return classes.length === 0 ? undefined : [...new Set(classes)].sort();
}

function isOwnRecord({ resource, labels }: LoggedPatient): boolean {
  return resource !== undefined || labels.length > 0;
}
