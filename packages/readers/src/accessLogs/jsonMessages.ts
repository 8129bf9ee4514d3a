// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { fieldOf, isObject, textOf } from "./fhirEvent.ts";
import { JsonSplitter } from "./jsonSplitter.ts";
import type { Message } from "./message.ts";
import { isDamaged, LOG_HINT, linesOf } from "./text.ts";

/** One document a line. A line that is not JSON costs no other one. */
export async function* ndjsonMessages(pieces: AsyncIterable<string>): AsyncGenerator<Message> {
  for await (const { text, line } of linesOf(pieces)) {
    if (text.trim() !== "") yield* messagesIn(text, `line ${line}`);
  }
}

/**
 * Documents one after the other: Bundles, lists, single resources. Entries of a Bundle and items of a list are read one by one,
 * so that a document is never in memory as a whole.
 * @throws FILE_NOT_UNDERSTOOD where brackets do not fit or the text ends too soon: the rest of the file could not be counted
 */
export async function* jsonMessages(pieces: AsyncIterable<string>): AsyncGenerator<Message> {
  const splitter = new JsonSplitter(
    (reason, line): VitalproofError => notUnderstood(reason, { place: { line, column: 1 }, hint: LOG_HINT }),
  );
  for await (const piece of pieces) {
    for (const { text, line, entry } of splitter.next(piece)) {
      const where = entry === undefined ? `line ${line}` : `line ${line}, entry ${entry}`;
      if (entry === undefined) yield* messagesIn(text, where);
      else yield entryMessage(parsed(text), where);
    }
  }
  splitter.finish();
}

function* messagesIn(text: string, where: string): Generator<Message> {
  const value = parsed(text);
  const inner = Array.isArray(value)
    ? (value as readonly unknown[])
    : isObject(value) && textOf(value, "resourceType") === "Bundle"
      ? (fieldOf(value, "entry") ?? [])
      : undefined;
  if (inner === undefined) yield entryMessage(value, where);
  else if (!Array.isArray(inner)) yield { where, left: "unreadable" };
  else for (const [i, entry] of inner.entries()) yield entryMessage(entry, `${where}, entry ${i + 1}`);
}

/** Of a resource, or of an entry that holds one. */
function entryMessage(value: unknown, where: string): Message {
  if (value === undefined) return { where, left: "unreadable" };
  if (!isObject(value)) return { where, left: "other-message" };
  const held = fieldOf(value, "resource");
  const resource = isObject(held) && fieldOf(value, "resourceType") === undefined ? held : value;
  if (textOf(resource, "resourceType") !== "AuditEvent") return { where, left: "other-message" };
  const fullUrl = resource === value ? undefined : textOf(value, "fullUrl");
  const named = textOf(resource, "id") !== undefined || fullUrl === undefined;
  return { where, auditEvent: named ? resource : { ...resource, id: fullUrl } };
}

/** @returns undefined for what is not JSON; JSON itself has no such value */
function parsed(text: string): unknown {
  if (isDamaged(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
