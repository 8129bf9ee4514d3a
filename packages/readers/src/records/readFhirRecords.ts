// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { ColumnSchema } from "@vitalproof/sdk/research";
import { isObject, type Json } from "../accessLogs/fhirEvent.ts";
import { isDamaged, linesOf, textPieces } from "../accessLogs/text.ts";
import { watchedInput } from "../input.ts";
import { type Candidate, pick, signatureOf } from "./candidates.ts";
import { assertRecordsMapping } from "./checkMapping.ts";
import { Changes, settleNumber } from "./columnValues.ts";
import { Faults } from "./fault.ts";
import { type Coding, codingsOf, objectsIn } from "./fhirCodes.ts";
import { type Found, observed } from "./fhirObservation.ts";
import { FhirPatients, patientValue } from "./fhirPatients.ts";
import { idIn, presenceOf } from "./fhirPresence.ts";
import { ANY_TIME } from "./fhirTime.ts";
import type { FhirSource, RecordsMapping } from "./origins.ts";
import type { ReadRecordsOptions, RecordsFile, RecordsReading, RecordValues } from "./reading.ts";

/** A column, where it comes from, and what patients have for it by their ids. */
type Part = {
  readonly column: ColumnSchema;
  readonly source: FhirSource;
  readonly changes: Changes;
  readonly found: Map<string, Candidate[]>;
};
/** A resource that was read, so that a copy of it, or another version, is noticed. */
type Known = { readonly signature: string; readonly candidates: readonly Candidate[] };

/**
 * Reads a bulk export of FHIR R4: NDJSON, one resource a line, in any order and any number of files. Nothing uncertain becomes a
 * value. An observation in an unknown unit, for example, still takes its place in time: where it is a patient's last one,
 * the patient's value is missing.
 *
 * @throws INVALID_ARGUMENT for the mapping; FILE_NOT_UNDERSTOOD where no line is a resource; FILE_UNREADABLE; ABORTED
 */
export async function readFhirRecords(
  files: readonly RecordsFile[],
  mapping: RecordsMapping,
  options: ReadRecordsOptions = {},
): Promise<RecordsReading> {
  assertRecordsMapping(mapping);
  const export_ = new BulkExport(mapping);
  for (const { name, input } of files) {
    for await (const { text, line } of linesOf(textPieces(watchedInput(input, options).stream()))) {
      if (text.trim() !== "") export_.take(text, `${name}, line ${line}`);
    }
  }
  return export_.reading();
}

class BulkExport {
  readonly #mapping: RecordsMapping;
  readonly #parts: readonly Part[];
  readonly #faults = new Faults();
  readonly #patients: FhirPatients;
  readonly #types = new Map<string, number>();
  readonly #unused = new Map<string, number>();
  readonly #resources = new Map<string, Known>();
  /** Requests wait until all Medication resources are known. */
  readonly #requests: { readonly resource: Json; readonly where: string }[] = [];
  readonly #medications = new Map<string, readonly Coding[]>();

  constructor(mapping: RecordsMapping) {
    const { schema, records } = mapping;
    if (records.format !== "fhir")
      throw new VitalproofError("INVALID_ARGUMENT", "The mapping is for a table, and the records are FHIR.", {
        hint: "Use readCsvRecords, or a mapping with the format fhir.",
      });
    this.#mapping = mapping;
    this.#patients = new FhirPatients(records.identifier, this.#faults);
    this.#parts = schema.columns.map((column) => ({
      column,
      source: records.sources.find((source) => source.column === column.name)!,
      changes: new Changes(),
      found: new Map(),
    }));
  }

  take(text: string, where: string): void {
    const resource = isDamaged(text) ? undefined : objectOf(text);
    const type = resource?.resourceType;
    // A Bundle has resources inside, and is not what a bulk export writes.
    if (resource === undefined || typeof type !== "string" || type === "Bundle") {
      this.#faults.add("line not understood", where);
      return;
    }
    this.#types.set(type, (this.#types.get(type) ?? 0) + 1);
    if (type === "Patient") {
      this.#patients.add(resource, where);
      return;
    }
    if (!this.#parts.some(({ source }) => source.from.resource === type)) {
      const isNeeded =
        type === "Medication" &&
        this.#parts.some(({ source }) => source.from.resource === "MedicationRequest");
      if (!isNeeded) {
        this.#leave(type);
        return;
      }
      if (typeof resource.id === "string") this.#medications.set(resource.id, codingsOf(resource.code));
      return;
    }
    if (type === "MedicationRequest") this.#requests.push({ resource, where });
    else this.#keep(resource, type, where);
  }

  reading(): RecordsReading {
    if (this.#types.size === 0)
      throw new VitalproofError(
        "FILE_NOT_UNDERSTOOD",
        "The files are not understood: no line is a FHIR resource.",
        {
          hint: "Pass a bulk export as NDJSON: one resource in JSON on each line.",
        },
      );
    for (const { resource, where } of this.#requests) this.#keep(resource, "MedicationRequest", where);
    const patients = new Map<string, RecordValues>();
    for (const [key, { id, facts, where }] of this.#patients.byKey()) {
      const values = this.#parts.map((part) =>
        part.source.from.resource === "Patient"
          ? patientValue(facts, part.column, part.source, part.changes, this.#faults, where)
          : this.#valueOf(part, part.found.get(id) ?? []),
      );
      patients.set(key, values);
    }
    this.#countOthers();
    return {
      schema: this.#mapping.schema,
      patients,
      changes: this.#parts.map(({ changes }) => changes),
      faults: this.#faults.list(),
      unused: this.#unused,
    };
  }

  /** Resources of patients whom no file has, and columns whose kind of resource no file has. */
  #countOthers(): void {
    for (const { column, source, found } of this.#parts) {
      for (const [id, candidates] of found) {
        if (this.#patients.has(id)) continue;
        for (const { where } of candidates) this.#faults.add("unknown patient", where, column.name);
      }
      if (!this.#types.has(source.from.resource))
        this.#faults.add("resource not in files", source.from.resource, column.name);
    }
  }

  #leave(type: string): void {
    const shown = /^[A-Za-z]{1,64}$/.test(type) ? type : "other";
    this.#unused.set(shown, (this.#unused.get(shown) ?? 0) + 1);
  }

  /** What a resource has for each column. */
  #keep(resource: Json, type: string, where: string): void {
    const patient = idIn(isObject(resource.subject) ? resource.subject.reference : undefined, "Patient");
    const found = this.#parts.map((part) => this.#foundIn(resource, type, part.source, where));
    const all = found.flat();
    const key = typeof resource.id === "string" ? `${type}/${resource.id}` : undefined;
    const before = key === undefined ? undefined : this.#resources.get(key);
    const signature = all.length === 0 ? "" : `${patient} ${found.map(signatureOf).join(" ")}`;
    if (before !== undefined) {
      if (before.signature === signature) {
        if (signature === "") this.#leave(type);
        else this.#faults.add("repeated resource", where);
        return;
      }
      // Nothing says which of them is right, so that neither gives a value.
      this.#faults.add("contradicting resource", where);
      for (const candidate of [...before.candidates, ...all]) candidate.value = undefined;
    } else {
      if (key !== undefined) this.#resources.set(key, { signature, candidates: all });
      if (all.length === 0) {
        this.#leave(type);
        return;
      }
    }
    if (patient === undefined) {
      this.#faults.add("no patient", where);
      return;
    }
    for (const [i, candidates] of found.entries()) {
      const { column, found: byPatient } = this.#parts[i]!;
      for (const candidate of candidates) {
        if (candidate.fault !== undefined) this.#faults.add(candidate.fault, where, column.name);
        // An observation that says it has no value does not make others uncertain.
        if (candidate.fault === "no value") continue;
        const known = byPatient.get(patient);
        if (known === undefined) byPatient.set(patient, [candidate]);
        else known.push(candidate);
      }
    }
  }

  #foundIn(resource: Json, type: string, source: FhirSource, where: string): readonly Found[] {
    const found = foundBy(resource, type, source, this.#medications, where);
    // What a modifier extension says may be the opposite (hl7.org/fhir/R4/extensibility.html#modifierExtension).
    if (objectsIn(resource.modifierExtension).length === 0) return found;
    return found.map((each) => ({ ...each, value: undefined, fault: each.fault ?? "value not understood" }));
  }

  #valueOf({ column, source, changes }: Part, candidates: readonly Candidate[]): string | undefined {
    const { from } = source;
    if (from.resource === "Patient") return undefined;
    if (from.resource !== "Observation") {
      const isUncertain = candidates.some(({ value }) => value === undefined);
      const values = new Set(candidates.flatMap(({ value }) => (typeof value === "string" ? [value] : [])));
      if (values.size > 1) {
        this.#faults.add("contradicting values", candidates[0]!.where, column.name);
        return undefined;
      }
      // With one possible value, what else there is cannot be another one.
      const [value] = values;
      if (value !== undefined) return isUncertain && from.values.length > 1 ? undefined : value;
      if (isUncertain || from.absent === undefined || !this.#types.has(from.resource)) return undefined;
      changes.add("absent");
      return from.absent;
    }
    const picked = pick(candidates, from.pick);
    if (picked === "contradicting") {
      this.#faults.add("contradicting values", candidates[0]!.where, column.name);
      return undefined;
    }
    const value = picked?.value;
    if (picked === undefined || value === undefined || typeof value === "string")
      return value as string | undefined;
    const rule = from.units?.find(({ unit }) => unit === picked.unit);
    if (rule !== undefined && (rule.factor !== undefined || rule.offset !== undefined))
      changes.addTo("converted", rule.unit);
    if (column.kind !== "number") return undefined;
    return settleNumber(column, source, value, changes, this.#faults, picked.where);
  }
}

function foundBy(
  resource: Json,
  type: string,
  { from }: FhirSource,
  medications: ReadonlyMap<string, readonly Coding[]>,
  where: string,
): readonly Found[] {
  if (from.resource !== type || from.resource === "Patient") return [];
  if (from.resource === "Observation") return observed(resource, from, where);
  const { values, fault } = presenceOf(resource, from, medications);
  const found = { span: ANY_TIME, where };
  return fault === undefined
    ? values.map((value) => ({ ...found, value }))
    : [{ ...found, value: undefined, fault }];
}

function objectOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
