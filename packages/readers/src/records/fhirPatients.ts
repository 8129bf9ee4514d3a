// SPDX-License-Identifier: GPL-3.0-or-later
import { decimal } from "@vitalproof/sdk";
import type { ColumnSchema } from "@vitalproof/sdk/research";
import { isObject, type Json } from "../accessLogs/fhirEvent.ts";
import { type Changes, settleNumber } from "./columnValues.ts";
import type { Faults } from "./fault.ts";
import { objectsIn } from "./fhirCodes.ts";
import { ageAt } from "./fhirTime.ts";
import type { FhirSource } from "./origins.ts";

type Facts = { readonly key: string | undefined; readonly gender: unknown; readonly birthDate: unknown };
type Known = Facts & { readonly where: string; isLeft: boolean };

/** The Patient resources of some files, by id. */
export class FhirPatients {
  readonly #system: string | undefined;
  readonly #faults: Faults;
  readonly #known = new Map<string, Known>();

  /** @param system of the identifier that is the key; undefined where the id is */
  constructor(system: string | undefined, faults: Faults) {
    this.#system = system;
    this.#faults = faults;
  }

  add(patient: Json, where: string): void {
    const { id, gender, birthDate } = patient;
    if (typeof id !== "string" || id === "") {
      this.#faults.add("no patient", where);
      return;
    }
    const keys = this.#keysOf(patient, id);
    const facts: Facts = { key: keys[0], gender, birthDate };
    const before = this.#known.get(id);
    if (before !== undefined) {
      const isSame = before.key === facts.key && before.gender === gender && before.birthDate === birthDate;
      if (!isSame) before.isLeft = true;
      this.#faults.add(isSame ? "repeated patient" : "contradicting patient", where);
      return;
    }
    const isMerged = objectsIn(patient.link).some(
      ({ type }) => type === "replaced-by" || type === "replaces",
    );
    if (keys.length === 0) this.#faults.add("no patient", where);
    else if (keys.length > 1) this.#faults.add("contradicting patient", where);
    else if (isMerged) this.#faults.add("linked patient", where);
    this.#known.set(id, { ...facts, where, isLeft: keys.length !== 1 || isMerged });
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  /** The patients who have a record, by key. Of two with one key neither has, since resources of one may be the other's. */
  byKey(): Map<string, { readonly id: string; readonly facts: Facts; readonly where: string }> {
    const found = new Map<string, { id: string; facts: Facts; where: string }>();
    const twice = new Set<string>();
    for (const [id, { isLeft, where, ...facts }] of this.#known) {
      if (facts.key === undefined) continue;
      if (found.has(facts.key) || twice.has(facts.key)) {
        twice.add(facts.key);
        this.#faults.add("contradicting patient", where);
      } else if (!isLeft) found.set(facts.key, { id, facts, where });
    }
    for (const key of twice) found.delete(key);
    return found;
  }

  #keysOf({ identifier }: Json, id: string): readonly string[] {
    if (this.#system === undefined) return [id];
    const values = objectsIn(identifier)
      .filter(({ system, use }) => system === this.#system && use !== "old")
      .flatMap(({ value }) => (typeof value === "string" && value.trim() !== "" ? [value.trim()] : []));
    return [...new Set(values)];
  }
}

/** A column that the Patient resource has. */
export function patientValue(
  { gender, birthDate }: Facts,
  column: ColumnSchema,
  source: FhirSource,
  changes: Changes,
  faults: Faults,
  where: string,
): string | undefined {
  const { from } = source;
  if (from.resource !== "Patient") return undefined;
  const given = from.field === "gender" ? gender : birthDate;
  const no = (kind: "no value" | "value not understood" | "time not understood"): undefined => {
    faults.add(kind, where, column.name);
  };
  if (given === undefined || isObject(given)) return no("no value");
  if (typeof given !== "string") return no("value not understood");
  if (from.field === "gender") {
    const value = from.words === undefined ? given : from.words.find(({ word }) => word === given)?.value;
    const isKnown = value !== undefined && column.kind === "category" && column.values.includes(value);
    return isKnown ? value : no("value not understood");
  }
  const age = ageAt(given, from.ageAt);
  if (age === undefined || column.kind !== "number") return no("time not understood");
  return settleNumber(column, source, decimal(age), changes, faults, where);
}
