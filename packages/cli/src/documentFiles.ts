// SPDX-License-Identifier: GPL-3.0-or-later
import { type Document, documentText, type Json, parseDocument } from "@vitalproof/sdk/wire";
import { readText, writeText } from "./files.ts";
import type { Io } from "./io.ts";

/** Reads a document's file. @throws FILE_UNREADABLE, DOCUMENT_INVALID naming the place */
export async function readDocument<T>(io: Io, document: Document<T>, file: string): Promise<T> {
  return parseDocument(document, await readText(io, file), file);
}

/** Writes a document's file. @throws FILE_EXISTS, FILE_UNREADABLE */
export async function writeDocument<T extends Json>(
  io: Io,
  document: Document<T>,
  file: string,
  body: T,
  options: { force?: boolean } = {},
): Promise<void> {
  await writeText(io, file, documentText(document, body), options);
}
