// SPDX-License-Identifier: GPL-3.0-or-later
import * as v from "valibot";
import { type ErrorCode, VitalproofError } from "../errors.ts";
import type { Field } from "./fields.ts";

export type ParseOptions = {
  /** What a refusal is called; DOCUMENT_INVALID when left out. */
  readonly code?: ErrorCode;
  /** What the reader of a refusal can do. */
  readonly hint?: string;
  /** Leaves members out that the schema does not have: an answer of a newer service is still read. */
  readonly ignoreUnknown?: boolean;
};

/** What members are called. */
const NAME = /^[A-Za-z_]{1,32}$/;
const HINT = "Use the file as vitalproof wrote it.";

/**
 * Checks a parsed JSON value against its schema.
 *
 * @param at where the value comes from: a file's name, "body"
 * @returns the value that programs use
 * @throws DOCUMENT_INVALID, or `options.code`, for the first member that does not fit: `details.at` has its place,
 *         `details.wanted` what belongs there and `details.given` the sort of value that was there instead, never the
 *         value itself, since it may be anything
 */
export function parse<T>(field: Field<T>, value: unknown, at: string, options: ParseOptions = {}): T {
  // Checks of a value follow its form: after a wrong form they would fail in their own way.
  const config = { abortEarly: options.ignoreUnknown !== true, abortPipeEarly: true };
  const result = v.safeParse(field, value, config);
  const issue = result.issues?.find((each) => !(options.ignoreUnknown === true && isForeign(each)));
  // What remains when only unknown members were found is complete: they are all that is left out.
  if (issue === undefined) return result.output as T;

  let place = at;
  for (const item of issue.path ?? []) {
    // A list has no members; it is itself what is wrong.
    if (item.type === "object" && Array.isArray(item.input))
      return refuse(place, "an object", item.input, options);
    // A name that no schema would have may be anything that does not belong in an error, such as a reading.
    if (isForeign(issue) && item === issue.path?.at(-1) && !NAME.test(String(item.key)))
      throw wrong(place, "an object of known members only", options);
    place += item.type === "array" ? `[${item.key}]` : `.${String(item.key)}`;
  }
  if (isForeign(issue)) throw wrong(place, "a known member", options);
  const isMissing = issue.type === "strict_object" && issue.input === undefined && issue.path !== undefined;
  if (isMissing) throw missing(place, options);
  return refuse(place, issue.message, issue.input, options);
}

/** An error that says which part of a message is not what it should be. */
export function wrong(
  at: string,
  wanted: string,
  options: ParseOptions & { given?: string } = {},
): VitalproofError {
  const { code = "DOCUMENT_INVALID", hint = HINT, given } = options;
  const is = given === undefined ? "" : ` It is ${given}.`;
  return new VitalproofError(code, `${at} is not ${wanted}.${is}`, { details: { at, wanted, given }, hint });
}

function missing(at: string, { code = "DOCUMENT_INVALID", hint = HINT }: ParseOptions): VitalproofError {
  return new VitalproofError(code, `${at} is missing.`, { details: { at, given: "nothing" }, hint });
}

function refuse(at: string, wanted: string, given: unknown, options: ParseOptions): never {
  throw wrong(at, wanted, { ...options, given: sortOf(given) });
}

function isForeign(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

/** What a value is, without what it says. */
function sortOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return value === "" ? "an empty text" : `a text of length ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "boolean") return "true or false";
  return `a ${typeof value}`;
}
