// SPDX-License-Identifier: GPL-3.0-or-later
import type { Decimal } from "@vitalproof/sdk";
import type { NumberColumnSchema } from "@vitalproof/sdk/research";
import type { Faults } from "./fault.ts";
import { fitNumber } from "./fitNumber.ts";
import type { CsvSource, FhirSource } from "./origins.ts";
import type { ColumnChanges } from "./reading.ts";

type Count = Exclude<keyof ColumnChanges, "missing" | "converted">;

/** `ColumnChanges` while they are counted. */
export class Changes implements ColumnChanges {
  readonly missing = new Map<string, number>();
  readonly converted = new Map<string, number>();
  rounded = 0;
  clampedBelow = 0;
  clampedAbove = 0;
  leftBelow = 0;
  leftAbove = 0;
  refusedBelow = 0;
  refusedAbove = 0;
  refusedBetween = 0;
  absent = 0;

  add(what: Count): void {
    this[what] += 1;
  }

  addTo(what: "missing" | "converted", text: string): void {
    this[what].set(text, (this[what].get(text) ?? 0) + 1);
  }
}

/** A number as a value of its column, with what was done to it counted. */
export function settleNumber(
  column: NumberColumnSchema,
  { rounding, beyond }: CsvSource | FhirSource,
  value: Decimal,
  changes: Changes,
  faults: Faults,
  where: string | (() => string),
): string | undefined {
  // `assertRecordsMapping` asks for both of every number column.
  const fitted = fitNumber(column, value, { rounding: rounding!, beyond: beyond! });
  if ("value" in fitted) {
    if (fitted.change === "rounded") changes.add("rounded");
    else if (fitted.change !== undefined)
      changes.add(fitted.change === "clamped above" ? "clampedAbove" : "clampedBelow");
    return fitted.value;
  }
  if ("missing" in fitted) {
    changes.add(fitted.isAbove ? "leftAbove" : "leftBelow");
    return undefined;
  }
  if (fitted.fault === "between steps") changes.add("refusedBetween");
  else changes.add(fitted.isAbove === true ? "refusedAbove" : "refusedBelow");
  faults.add(fitted.fault, where, column.name);
  return undefined;
}
