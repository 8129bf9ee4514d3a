// SPDX-License-Identifier: GPL-3.0-or-later
import { JsonDocument } from "./document.ts";

/** One document, or one on each line where the first line is a whole object and another follows. */
export function documentsIn(text: string): JsonDocument[] {
  const lines = text.split(/\r\n|\n/);
  const filled = lines.flatMap((line, i) => (line.trim() === "" ? [] : [{ line, number: i + 1 }]));
  const perLine =
    filled.length > 1 && filled.every(({ line }) => /^\s*\{/.test(line)) && /\}\s*$/.test(filled[0]!.line);
  return perLine
    ? filled.map(({ line, number }) => new JsonDocument(line, number))
    : [new JsonDocument(text)];
}
