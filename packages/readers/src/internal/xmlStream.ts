// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import { SaxesParser } from "saxes";
import type { FileInput } from "../format.ts";
import { decoded } from "../input.ts";
import { notUnderstood } from "./notUnderstood.ts";
import { XmlText } from "./xmlText.ts";

/** Most characters that one tag, comment or document type may have; Apple's own document type has some 10,000. */
const LONGEST_MARKUP = 1_048_576;

/**
 * Bytes that the parser is given at once. V8 lets a piece of a text keep the whole text alive: with the 64 KiB that a
 * file comes in, what the parser leaves behind fills the young generation until it is made larger, and a 500 MB file
 * takes 230 MB of memory instead of 144 (without the memory of readings seen).
 */
const PIECE = 4096;

export type XmlEvents = {
  /** The name of the root element; names of elements come without their prefix. */
  readonly root: string;
  readonly hint: string;
  /** What to do about a file that is cut off. */
  readonly cutOff: string;
  /** @param depth 1 for the root */
  open(name: string, depth: number, attributes: Readonly<Record<string, string>>): void;
  close?(name: string, depth: number): void;
  text?(text: string): void;
};

/**
 * Reads XML in pieces: it is never in memory as a whole. saxes refuses what is not well-formed, reads no external entities and
 * expands none but XML's own five; a document type that declares entities is refused.
 * @returns how many characters XML does not allow and were read as blanks
 * @throws FILE_NOT_UNDERSTOOD naming line and column, never content
 */
export async function streamXml(input: FileInput, events: XmlEvents): Promise<number> {
  const parser = new SaxesParser({ position: true, xmlns: false });
  const clean = new XmlText();
  let root: string | undefined;
  let depth = 0;
  /** Characters up to the last end of a tag, comment or document type. */
  let lastMarkup = 0;
  const fail = (reason: string, hint = events.hint): VitalproofError =>
    notUnderstood(reason, { place: { line: parser.line, column: parser.column + 1 }, hint });

  parser.on("error", (error) => {
    throw fail(`it is not well-formed XML (${wordsOf(error)})`, events.cutOff);
  });
  parser.on("xmldecl", ({ encoding }) => {
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding))
      throw fail("it declares another encoding than UTF-8");
  });
  parser.on("doctype", (doctype) => {
    lastMarkup = parser.position;
    if (/<!ENTITY/i.test(doctype)) throw fail("its document type declares entities, which no export has");
  });
  parser.on("comment", () => {
    lastMarkup = parser.position;
  });
  parser.on("closetag", ({ name }) => {
    lastMarkup = parser.position;
    events.close?.(bare(name), depth);
    depth -= 1;
  });
  parser.on("opentag", ({ name, attributes }) => {
    lastMarkup = parser.position;
    depth += 1;
    if (depth === 1) {
      root = bare(name);
      if (root !== events.root) throw fail(`its root element is not ${events.root}`);
    }
    events.open(bare(name), depth, attributes);
  });
  if (events.text !== undefined) parser.on("text", events.text);

  for await (const text of decoded(inPieces(input))) {
    parser.write(clean.next(text));
    if (parser.position - lastMarkup > LONGEST_MARKUP) throw fail("a single tag or text has over 1 MiB");
  }
  parser.write(clean.rest());
  parser.close();
  if (root === undefined) throw fail("it has no root element");
  return clean.stray;
}

/** The sentence for people about characters that were read as blanks; undefined where there were none. */
export function strayNote(stray: number): string | undefined {
  if (stray === 0) return undefined;
  return `${stray} stray control character${stray === 1 ? "" : "s"} that XML does not allow: skipped.`;
}

function inPieces(input: FileInput): FileInput {
  async function* stream(): AsyncIterable<Uint8Array> {
    for await (const chunk of input.stream()) {
      for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
    }
  }
  return { ...input, stream };
}

/** "ns3:TPX" → "TPX" */
function bare(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** saxes puts the place before its words, and sometimes a name from the file behind a colon. */
function wordsOf(error: Error): string {
  return error.message.replace(/^(undefined:)?\d+:\d+: /, "").replace(/[:.].*$/s, "");
}
