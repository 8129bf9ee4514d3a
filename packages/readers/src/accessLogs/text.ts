// SPDX-License-Identifier: GPL-3.0-or-later

/** Characters of the longest message that is read; real ones have some thousands. */
export const LONGEST_MESSAGE = 4_194_304;

/**
 * The text of a log, piece by piece: UTF-8, or UTF-16 with byte order mark. Bytes that are neither become U+FFFD, so that one
 * damaged message does not take the others with it: `isDamaged` tells it.
 */
export async function* textPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let first = new Uint8Array(0);
  for await (const chunk of bytes) {
    let next = chunk;
    if (decoder === undefined) {
      const joined = new Uint8Array(first.length + chunk.length);
      joined.set(first);
      joined.set(chunk, first.length);
      if (joined.length < 2) {
        first = joined;
        continue;
      }
      decoder = decoderFor(joined);
      next = joined;
    }
    const text = decoder.decode(next, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder === undefined ? new TextDecoder().decode(first) : decoder.decode();
  if (rest !== "") yield rest;
}

function decoderFor(bytes: Uint8Array): TextDecoder {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be");
  return new TextDecoder();
}

export function isDamaged(text: string): boolean {
  return text.includes("\uFFFD");
}

export type Line = { readonly text: string; readonly line: number };

/**
 * The lines of a text, with their ends. One that is longer than a message may be comes without its rest, and with U+FFFD in its
 * place.
 */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<Line> {
  let held: string[] = [];
  let length = 0;
  let line = 1;
  const keep = (text: string): void => {
    if (length <= LONGEST_MESSAGE) held.push(length + text.length > LONGEST_MESSAGE ? "\uFFFD" : text);
    length += text.length;
  };
  for await (const piece of pieces) {
    let from = 0;
    for (;;) {
      const end = piece.indexOf("\n", from);
      if (end < 0) break;
      keep(piece.slice(from, end + 1));
      yield { text: held.join(""), line };
      held = [];
      length = 0;
      line += 1;
      from = end + 1;
    }
    if (from < piece.length) keep(piece.slice(from));
  }
  if (length > 0) yield { text: held.join(""), line };
}

export const LOG_HINT =
  "Pass the log as its system exports it: FHIR AuditEvents in JSON, or audit messages in XML or syslog, in UTF-8.";

/** Counts lines in a text that is read in order. */
export function breaksIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
