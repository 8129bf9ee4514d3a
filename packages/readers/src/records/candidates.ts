// SPDX-License-Identifier: GPL-3.0-or-later
import { compareDecimals, type Decimal, formatDecimal } from "@vitalproof/sdk";
import type { Span } from "./fhirTime.ts";
import type { Pick } from "./origins.ts";

/** A value that a patient's resources have for a column. */
export type Candidate = {
  /** When it was measured, as far as that is known. */
  readonly span: Span;
  /** Undefined where it is not known: then it might be any. */
  value: Decimal | string | undefined;
  readonly where: string;
  /** Of a number, before it was converted. */
  readonly unit?: string;
};

export type Picked = Candidate | "contradicting" | undefined;

/**
 * The value that counts. A value counts only if it is certain: what is not known counts as any value, and of values at times that
 * may be the same, all must be equal.
 */
export function pick(candidates: readonly Candidate[], by: Pick): Picked {
  if (by === "max" || by === "min") {
    if (candidates.some(({ value }) => value === undefined)) return undefined;
    const sign = by === "max" ? 1 : -1;
    return candidates.reduce<Candidate | undefined>(
      (best, each) =>
        best === undefined || sign * compareDecimals(each.value as Decimal, best.value as Decimal) > 0
          ? each
          : best,
      undefined,
    );
  }
  const possible =
    by === "last"
      ? candidates.filter(({ span }) => candidates.every((other) => other.span.from <= span.to))
      : candidates.filter(({ span }) => candidates.every((other) => other.span.to >= span.from));
  if (possible.some(({ value }) => value === undefined)) return undefined;
  const [first] = possible;
  if (first === undefined) return undefined;
  return possible.every(({ value }) => isSame(value!, first.value!)) ? first : "contradicting";
}

function isSame(a: Decimal | string, b: Decimal | string): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return compareDecimals(a, b) === 0;
}

/** For comparing two copies of a resource. */
export function signatureOf(candidates: readonly Candidate[]): string {
  return JSON.stringify(
    candidates.map(({ span, value }) => [
      String(span.from),
      String(span.to),
      typeof value === "object" ? formatDecimal(value) : value,
    ]),
  );
}
