// SPDX-License-Identifier: GPL-3.0-or-later
import { inspect } from "node:util";
import { VitalproofError } from "@vitalproof/sdk";

/** The error that something is refused with. Another error, or none, fails the test. */
export async function rejection(act: Promise<unknown> | (() => unknown)): Promise<VitalproofError> {
  try {
    await (typeof act === "function" ? act() : act);
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** The code of what something is refused with; "nothing" where it is not. Another error is given as its text. */
export function codeOf(act: Promise<unknown>): Promise<string> {
  return act.then(
    () => "nothing",
    (error: unknown) => (error instanceof VitalproofError ? error.code : String(error)),
  );
}

/** Everything that a log or a report could show of a value: inspected with what is hidden, as JSON and as a text. */
export function shown(value: unknown): string {
  const errors: Error[] = [];
  for (let at = value; at instanceof Error; at = at.cause) errors.push(at);
  return [
    inspect(value, { depth: null, showHidden: true, getters: false, maxStringLength: null }),
    JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)),
    String(value),
    ...errors.map(({ message, stack }) => `${message}\n${stack}`),
  ].join("\n");
}
