// SPDX-License-Identifier: GPL-3.0-or-later
import type { VitalproofError } from "@vitalproof/sdk";
import { notUnderstood } from "../internal/notUnderstood.ts";
import type { Message } from "./message.ts";
import { isDamaged, LOG_HINT } from "./text.ts";
import { type XmlPart, XmlSplitter } from "./xmlSplitter.ts";
import { xmlTree } from "./xmlTree.ts";

/**
 * Audit messages in XML: one, several one after the other, or inside of other elements.
 * @throws FILE_NOT_UNDERSTOOD for a document type and for another encoding than UTF-8
 */
export async function* xmlMessages(pieces: AsyncIterable<string>): AsyncGenerator<Message> {
  const splitter = new XmlSplitter(
    (reason, line): VitalproofError => notUnderstood(reason, { place: { line, column: 1 }, hint: LOG_HINT }),
  );
  for await (const piece of pieces) for (const part of splitter.next(piece)) yield messageOf(part);
  for (const part of splitter.finish()) yield messageOf(part);
}

function messageOf({ line, text }: XmlPart): Message {
  const where = `line ${line}`;
  const tree = text === undefined || isDamaged(text) ? undefined : xmlTree(text);
  return tree === undefined ? { where, left: "unreadable" } : { where, auditMessage: tree };
}
