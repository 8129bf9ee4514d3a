// SPDX-License-Identifier: GPL-3.0-or-later
//
// A cohort of synthetic patients, for demonstrations, tests and measurements. No real person's data went into it.
import { type SeededRandom, seededRandom, VitalproofError } from "@vitalproof/sdk";
import type { DatasetSchema, NumberColumnSchema } from "@vitalproof/sdk/research";
import type { RecordsMapping } from "./origins.ts";
import type { RecordValues } from "./reading.ts";

export type SyntheticCohortOptions = {
  /** 10,000 when left out; at most 1,000,000. */
  readonly patients?: number;
  /** The same seed gives the same cohort, on every machine. 1 when left out. */
  readonly seed?: number;
};

export type SyntheticCohort = {
  readonly schema: DatasetSchema;
  /** By key, P000001 and on: values in the schema's order, undefined where one is missing. */
  readonly patients: ReadonlyMap<string, RecordValues>;
  /** The same as a table. Its columns have the schema's names, after `patient`. */
  readonly csv: string;
};

/** What is in a synthetic cohort. */
export const SYNTHETIC_SCHEMA: DatasetSchema = {
  title: "Synthetic cohort with diabetes",
  columns: [
    { kind: "number", name: "age", label: "Age", unit: "a", minimum: 18, step: 1, maximum: 100 },
    { kind: "category", name: "sex", label: "Sex", values: ["female", "male"] },
    {
      kind: "number",
      name: "bmi",
      label: "Body mass index",
      unit: "kg/m2",
      minimum: "12.0",
      step: "0.1",
      maximum: "70.0",
    },
    {
      kind: "number",
      name: "hba1c",
      label: "HbA1c",
      unit: "%",
      minimum: "3.5",
      step: "0.1",
      maximum: "20.0",
    },
    {
      kind: "number",
      name: "systolic",
      label: "Systolic blood pressure",
      unit: "mm[Hg]",
      minimum: 60,
      step: 1,
      maximum: 260,
    },
    {
      kind: "number",
      name: "ldl",
      label: "LDL cholesterol",
      unit: "mg/dL",
      minimum: 20,
      step: 1,
      maximum: 400,
    },
    {
      kind: "number",
      name: "egfr",
      label: "Estimated GFR",
      unit: "mL/min/{1.73_m2}",
      minimum: 5,
      step: 1,
      maximum: 150,
    },
    { kind: "category", name: "smoker", label: "Smoker", values: ["no", "yes"] },
    { kind: "category", name: "drug", label: "Diabetes drug", values: ["none", "A", "B"] },
    { kind: "category", name: "event", label: "Kidney event within two years", values: ["no", "yes"] },
  ],
};

/** How a table of a synthetic cohort is read: nothing is rounded, and only an empty cell is missing. */
export function syntheticMapping(): RecordsMapping {
  const sources = SYNTHETIC_SCHEMA.columns.map(({ kind, name }) => ({
    column: name,
    from: { column: name, missing: [""] },
    ...(kind === "number" ? ({ rounding: "refuse", beyond: "refuse" } as const) : {}),
  }));
  return { schema: SYNTHETIC_SCHEMA, records: { format: "csv", patient: "patient", sources } };
}

/** Patients of a thousand whose value is missing. Age, sex, drug and event are always there. */
const MISSING: Readonly<Record<string, number>> = {
  bmi: 30,
  hba1c: 20,
  systolic: 10,
  ldl: 80,
  egfr: 20,
  smoker: 50,
};

/**
 * Synthetic patients. N(m, s) is a sum of twelve uniforms with mean m and deviation s, rounded to the column's step and kept in
 * its range.
 *
 * | column   | distribution |
 * |---|---|
 * | age      | N(58, 14) |
 * | sex      | female with 0.52 |
 * | smoker   | yes with 0.24 below the age of 60, 0.14 from there on |
 * | bmi      | N(27.5, 4.8) |
 * | diabetes | with 0.05 + 0.004 × (age − 40 if above) + 0.012 × (bmi − 25 if above) |
 * | hba1c    | with diabetes N(7.6, 1.1), otherwise N(5.4, 0.35) |
 * | systolic | N(108 + 0.35 × age + 0.4 × (bmi − 25), 13) |
 * | ldl      | N(122, 32) |
 * | egfr     | N(125 − 0.75 × age, 13), 8 less with diabetes |
 * | drug     | without diabetes none; with diabetes none 0.2, A 0.4, B 0.4, whatever else the patient has |
 * | event    | with 0.04, + 0.16 with diabetes, + 0.002 × (age − 50 if above), + 0.05 for smokers, + 0.1 below an egfr of 60; |
 * |          | − 0.04 under A, − 0.1 under B |
 *
 * So under B the risk is 6 percentage points lower than under A, for each patient, and no other column explains it: the drug is
 * drawn on its own. Missing values are drawn on their own too.
 *
 * Only additions, multiplications and comparisons are used, so that every engine gives the same patients.
 * @throws INVALID_ARGUMENT for the number of patients or the seed
 */
export function syntheticCohort({
  patients: number = 10_000,
  seed = 1,
}: SyntheticCohortOptions = {}): SyntheticCohort {
  assertWhole("number of patients", number, 1_000_000);
  assertWhole("seed", seed, 2 ** 32 - 1);
  const random = seededRandom(seed);
  const patients = new Map<string, RecordValues>();
  const lines = [["patient", ...SYNTHETIC_SCHEMA.columns.map(({ name }) => name)].join(",")];
  for (let i = 1; i <= number; i++) {
    const key = `P${String(i).padStart(6, "0")}`;
    const drawn = patientOf(random);
    const values = SYNTHETIC_SCHEMA.columns.map(({ name }) => {
      const value = drawn[name]!;
      return random.uniform() * 1000 < (MISSING[name] ?? 0) ? undefined : value;
    });
    patients.set(key, values);
    lines.push(`${key},${values.map((value) => value ?? "").join(",")}`);
  }
  return { schema: SYNTHETIC_SCHEMA, patients, csv: `${lines.join("\n")}\n` };
}

function patientOf(random: SeededRandom): Readonly<Record<string, string>> {
  const chance = (probability: number): boolean => random.uniform() < probability;
  const age = draw(random, "age", 58, 14);
  const sex = chance(0.52) ? "female" : "male";
  const smokes = chance(age < 60 ? 0.24 : 0.14);
  const bmi = draw(random, "bmi", 27.5, 4.8);
  const hasDiabetes = chance(0.05 + 0.004 * Math.max(0, age - 40) + 0.012 * Math.max(0, bmi - 25));
  const hba1c = hasDiabetes ? draw(random, "hba1c", 7.6, 1.1) : draw(random, "hba1c", 5.4, 0.35);
  const systolic = draw(random, "systolic", 108 + 0.35 * age + 0.4 * (bmi - 25), 13);
  const ldl = draw(random, "ldl", 122, 32);
  const egfr = draw(random, "egfr", 125 - 0.75 * age - (hasDiabetes ? 8 : 0), 13);
  const place = random.uniform();
  const drug = !hasDiabetes || place < 0.2 ? "none" : place < 0.6 ? "A" : "B";
  const risk =
    0.04 +
    (hasDiabetes ? 0.16 : 0) +
    0.002 * Math.max(0, age - 50) +
    (smokes ? 0.05 : 0) +
    (egfr < 60 ? 0.1 : 0) -
    (drug === "A" ? 0.04 : drug === "B" ? 0.1 : 0);
  const event = chance(risk) ? "yes" : "no";
  return {
    age: String(age),
    sex,
    bmi: bmi.toFixed(1),
    hba1c: hba1c.toFixed(1),
    systolic: String(systolic),
    ldl: String(ldl),
    egfr: String(egfr),
    smoker: smokes ? "yes" : "no",
    drug,
    event,
  };
}

const NUMBERS = new Map(
  SYNTHETIC_SCHEMA.columns
    .filter((column): column is NumberColumnSchema => column.kind === "number")
    .map(({ name, minimum, maximum, step }) => [
      name,
      { minimum: Number(minimum), maximum: Number(maximum), perUnit: Math.round(1 / Number(step)) },
    ]),
);

function draw(random: SeededRandom, column: string, mean: number, deviation: number): number {
  const { minimum, maximum, perUnit } = NUMBERS.get(column)!;
  const value = Math.round((mean + deviation * random.normal()) * perUnit) / perUnit;
  return Math.min(maximum, Math.max(minimum, value));
}

function assertWhole(name: string, value: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > most)
    throw new VitalproofError(
      "INVALID_ARGUMENT",
      `The ${name} is ${value}, and must be a whole number up to ${most}.`,
    );
}
