// SPDX-License-Identifier: GPL-3.0-or-later

/** What can be wrong with records, in the order in which it is listed. The reader of each says what becomes of it. */
export const RECORD_FAULTS = [
  "line not understood",
  "no patient",
  "unknown patient",
  "repeated patient",
  "contradicting patient",
  "linked patient",
  "repeated resource",
  "contradicting resource",
  "no value",
  "value not understood",
  "unknown unit",
  "beyond range",
  "between steps",
  "contradicting values",
  "not final",
  "time not understood",
  "code not understood",
  "resource not in files",
  "patient without slot",
  "patient in several slots",
  "slot without patient",
] as const;
export type RecordFaultKind = (typeof RECORD_FAULTS)[number];

export type RecordFault = {
  readonly kind: RecordFaultKind;
  /** Of the dataset, where it is about one. */
  readonly column?: string;
  readonly count: number;
  /** The first places: "Patient.ndjson, line 7", "slot 12". Never a value or a patient's key. */
  readonly examples: readonly string[];
};

/** Places that are named of each fault. */
const MOST_EXAMPLES = 5;

/** Counts faults by kind and column, with the first places of each. */
export class Faults {
  readonly #counted = new Map<
    string,
    { kind: RecordFaultKind; column?: string; count: number; examples: string[] }
  >();

  /** @param before faults that were counted earlier */
  constructor(before: readonly RecordFault[] = []) {
    for (const fault of before)
      this.#counted.set(`${fault.kind}\n${fault.column ?? ""}`, { ...fault, examples: [...fault.examples] });
  }

  /** @param where made only for the places that are kept; undefined for what has no place */
  add(kind: RecordFaultKind, where: string | (() => string) | undefined, column?: string): void {
    const key = `${kind}\n${column ?? ""}`;
    let fault = this.#counted.get(key);
    if (fault === undefined) {
      fault = { kind, ...(column === undefined ? {} : { column }), count: 0, examples: [] };
      this.#counted.set(key, fault);
    }
    fault.count += 1;
    if (where !== undefined && fault.examples.length < MOST_EXAMPLES)
      fault.examples.push(typeof where === "string" ? where : where());
  }

  /** By kind; columns in the order in which they came up. */
  list(): RecordFault[] {
    return [...this.#counted.values()].sort(
      (a, b) => RECORD_FAULTS.indexOf(a.kind) - RECORD_FAULTS.indexOf(b.kind),
    );
  }
}
