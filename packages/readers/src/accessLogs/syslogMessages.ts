// SPDX-License-Identifier: GPL-3.0-or-later
import type { Message } from "./message.ts";
import { isDamaged, LONGEST_MESSAGE, linesOf } from "./text.ts";
import { xmlTree } from "./xmlTree.ts";

/** Where a message of syslog begins: its priority, after its length in bytes where it came over TCP (RFC 5425, RFC 6587). */
export const SYSLOG_BEGIN = /^(?:\d{1,7} )?<\d{1,3}>/;
/** Between two messages that a stream's dump has on one line. */
const SEAM = /(?<=<\/(?:[^\s<>/:]*:)?AuditMessage\s*>)[^\S\n]*(?=(?:\d{1,7} )?<\d{1,3}>)/;
const ENDED = /<\/(?:[^\s<>/:]*:)?AuditMessage\s*>\s*$/;

const PARAMETER = String.raw`[^\s=\]"]+="(?:[^"\\\]]|\\[\s\S])*"`;
const DATA = String.raw`(?:-|(?:\[[^\s=\]"]+(?: ${PARAMETER})*\])+)`;
/** RFC 5424: version, time, host, application, process, kind of message, structured data. */
const HEADER = new RegExp(String.raw`^(?:\d{1,7} )?<\d{1,3}>1(?: \S+){5} ${DATA}(?: |\s*$)`);
/** RFC 3164, which came before it: a time without a year, a host. */
const OLD_HEADER = /^(?:\d{1,7} )?<\d{1,3}>[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \S+ [^<]*/;

/**
 * Audit messages in lines of syslog, or in a dump of a stream of it. A message may go on over further lines; what other programs wrote
 * is counted as such.
 */
export async function* syslogMessages(pieces: AsyncIterable<string>): AsyncGenerator<Message> {
  let held: { lines: string[]; length: number; line: number; ended: boolean } | undefined;
  for await (const { text, line } of linesOf(pieces)) {
    for (const part of text.split(SEAM)) {
      if (SYSLOG_BEGIN.test(part)) {
        if (held !== undefined) yield messageOf(held);
        held = { lines: [part], length: part.length, line, ended: ENDED.test(part) };
      } else if (part.trim() === "") {
        held?.lines.push(part);
      } else if (held === undefined || held.ended) {
        // It has lost its beginning: the message before it must not be lost as well.
        yield { where: `line ${line}`, left: "unreadable" };
      } else {
        held.length += part.length;
        if (held.length <= LONGEST_MESSAGE) held.lines.push(part);
        held.ended = ENDED.test(part);
      }
    }
  }
  if (held !== undefined) yield messageOf(held);
}

function messageOf({
  lines,
  length,
  line,
}: {
  readonly lines: readonly string[];
  readonly length: number;
  readonly line: number;
}): Message {
  const where = `line ${line}`;
  const frame = lines.join("");
  const header = HEADER.exec(frame) ?? OLD_HEADER.exec(frame);
  if (length > LONGEST_MESSAGE || isDamaged(frame) || header === null) return { where, left: "unreadable" };
  // RFC 5424 has a byte order mark before a message in UTF-8.
  const message = frame
    .slice(header[0].length)
    .trim()
    .replace(/^\uFEFF/, "")
    .trim();
  const tree = message.startsWith("<") ? xmlTree(message) : undefined;
  if (tree?.name === "AuditMessage") return { where, auditMessage: tree };
  // Of an audit message that is damaged, one of these is left.
  const isOther = tree !== undefined || !/AuditMessage|EventIdentification|ActiveParticipant/.test(message);
  return { where, left: isOther ? "other-message" : "unreadable" };
}
