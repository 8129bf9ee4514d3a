// SPDX-License-Identifier: GPL-3.0-or-later

/** Bytes that Windows-1252 leaves open. */
const OPEN: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/**
 * Where bytes stop being text in Windows-1252: at a control character other than a tab or a line break, or at a byte that
 * means nothing there.
 * @returns the length where all of them are text
 */
export function firstForeign(bytes: Uint8Array): number {
  const at = bytes.findIndex(
    (byte) =>
      (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f || OPEN.has(byte),
  );
  return at < 0 ? bytes.length : at;
}

/** Whether a beginning of a text is one of a table: no JSON or XML, and its first line has several cells. */
export function beginsTable(text: string): boolean {
  const line = /^\s*(.*)/.exec(text)![1]!;
  return !/^[[{<]/.test(line) && /[,;\t]/.test(line);
}
