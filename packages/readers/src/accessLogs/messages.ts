// SPDX-License-Identifier: GPL-3.0-or-later
import { notUnderstood } from "../internal/notUnderstood.ts";
import { jsonMessages, ndjsonMessages } from "./jsonMessages.ts";
import type { Message } from "./message.ts";
import { SYSLOG_BEGIN, syslogMessages } from "./syslogMessages.ts";
import { LOG_HINT, textPieces } from "./text.ts";
import { xmlMessages } from "./xmlMessages.ts";

export type LogFormat = "fhir-json" | "audit-xml" | "syslog";

/** Characters by which a format is found. */
const HEAD_LENGTH = 65_536;

/**
 * Finds a log's format by its beginning.
 * @returns its messages, to be read once, in the file's order
 * @throws FILE_NOT_UNDERSTOOD for what is not a log of a known format, and for an empty file
 */
export async function openLog(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly format: LogFormat; readonly messages: AsyncIterable<Message> }> {
  const pieces = textPieces(bytes);
  let head = "";
  let ended = false;
  while (!ended && head.length < HEAD_LENGTH) {
    const { done, value } = await pieces.next();
    if (done === true) ended = true;
    else head += value;
  }
  async function* all(): AsyncGenerator<string> {
    yield head;
    if (!ended) yield* pieces;
  }
  const begin = head.trimStart();
  if (SYSLOG_BEGIN.test(begin)) return { format: "syslog", messages: syslogMessages(all()) };
  if (begin.startsWith("<")) return { format: "audit-xml", messages: xmlMessages(all()) };
  if (begin.startsWith("{") || begin.startsWith("[")) {
    const messages = isOneALine(head) ? ndjsonMessages(all()) : jsonMessages(all());
    return { format: "fhir-json", messages };
  }
  throw notUnderstood(
    begin === "" ? "it is empty" : "it begins neither as JSON nor as XML nor as a message of syslog",
    { hint: LOG_HINT },
  );
}

/** Whether each line is a document: at least half of the beginning's lines are, if there are several. */
function isOneALine(head: string): boolean {
  const lines = head.split("\n").filter((line) => line.trim() !== "");
  // The last one may go on behind the beginning.
  if (head.length >= HEAD_LENGTH) lines.pop();
  return lines.length > 1 && 2 * lines.filter(isDocument).length >= lines.length;
}

function isDocument(line: string): boolean {
  if (!line.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
