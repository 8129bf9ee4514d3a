// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";
import {
  list,
  type Of,
  object,
  oneLine,
  optional,
  parse,
  seconds,
  sha256Hex,
  text,
} from "@vitalproof/sdk/wire";
import * as v from "valibot";

const FORMAT = "vitalproof/erasure/1";
const FILE_FORMAT = "vitalproof/erasures/1";
const MOST = 1_000_000;

const evidence = object({
  format: v.literal(FORMAT),
  /** The name of the person here. */
  person: text(/^[A-Za-z0-9._:-]{1,128}$/, "the name of a person"),
  /** Unix seconds. */
  createdAt: seconds,
  erasedAt: seconds,
  /** Who did it, such as a principal's name. */
  by: oneLine,
  /** Rows by table. */
  destroyed: v.record(v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/, "the name of a table")), seconds),
  /** Backups that still hold the wrapped key. */
  backups: list(object({ id: oneLine, place: oneLine, madeAt: seconds, keptUntil: seconds }), {
    max: 10_000,
  }),
  /** What nobody can erase, as the caller says it. */
  onChain: list(oneLine, { max: 10_000 }),
  /** Hash of the evidence of an earlier erasure, when a restored backup had brought the person back. */
  again: optional(sha256Hex),
});

/** What says that a person was erased, and what is left. It has counts and no values. */
export type Evidence = Of<typeof evidence>;

/** Evidence as it is kept: the JSON that was hashed. */
export type Erasure = { readonly hash: string; readonly text: string; readonly evidence: Evidence };

const file = object({
  format: v.literal(FILE_FORMAT),
  erasures: list(object({ hash: sha256Hex, text: text(/^[\s\S]{1,10000000}$/, "the text of an evidence") }), {
    max: MOST,
  }),
});

/** @throws INVALID_ARGUMENT for texts that are longer than a line */
export function erasureOf(said: Omit<Evidence, "format">): Erasure {
  const whole = parse<Evidence>(evidence, { format: FORMAT, ...said }, "the evidence", {
    code: "INVALID_ARGUMENT",
    hint: "Say who erases, and what remains on chain, on one line each.",
  });
  const json = JSON.stringify(whole);
  return { hash: hashOf(json), text: json, evidence: whole };
}

/** @param where for refusals @throws DOCUMENT_INVALID when text and hash do not fit, or the text is not evidence */
export function readErasure(hash: string, json: string, where: string): Erasure {
  if (hashOf(json) !== hash) {
    throw new VitalproofError(
      "DOCUMENT_INVALID",
      `${where} does not have the hash that it is said to have.`,
      {
        details: { at: where, hash },
        hint: "Use the evidence as it was written. Copies made earlier say which one was changed.",
      },
    );
  }
  return { hash, text: json, evidence: parse(evidence, jsonOf(json, where), where) };
}

/** All evidence of a store in one text, to be kept apart from its backups. */
export function writeErasures(erasures: readonly Erasure[]): string {
  const all = erasures.map(({ hash, text }) => ({ hash, text }));
  return `${JSON.stringify({ format: FILE_FORMAT, erasures: all }, undefined, 2)}\n`;
}

/**
 * Reads what `writeErasures` wrote. A hash shows damage, not who wrote it: the file is the operator's to guard, since
 * applying it erases people.
 * @throws DOCUMENT_INVALID
 */
export function readErasures(json: string, where = "the list of erasures"): Erasure[] {
  const { erasures } = parse(file, jsonOf(json, where), where);
  return erasures.map(({ hash, text }, i) => readErasure(hash, text, `${where}.erasures[${i}]`));
}

function hashOf(json: string): string {
  return createHash("sha256").update(json).digest("hex");
}

function jsonOf(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new VitalproofError("DOCUMENT_INVALID", `${where} is not JSON.`, {
      details: { at: where },
      hint: "Use the file as it was written.",
    });
  }
}
