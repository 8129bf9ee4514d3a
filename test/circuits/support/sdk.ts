// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the SDK says about the terms and readings of a test.
import { checkTerms, type Terms, VitalproofError } from "@vitalproof/sdk";

/**
 * The SDK's decision, or undefined for terms that no program may have, which it refuses.
 *
 * @param fields of the terms, as the tests have them; the header and the flags are read by name
 */
export function sdkDecides(
  template: Terms["template"],
  profile: string,
  fields: object,
  flags: Readonly<Record<string, boolean>>,
  codes: readonly (readonly bigint[])[],
): boolean | undefined {
  const numbers = Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name !== "flags" && name !== "template" && name !== "profile")
      .map(([name, value]) => [name, Number(value)]),
  );
  // The test's fields carry the names of protocol.json, and so do the SDK's.
  const terms = { ...numbers, ...flags, template, profile } as unknown as Terms;
  try {
    return checkTerms(
      terms,
      codes.map((row) => row.map(Number)),
    ).holds;
  } catch (error) {
    if (error instanceof VitalproofError && error.code.startsWith("TERMS_")) return undefined;
    throw error;
  }
}
