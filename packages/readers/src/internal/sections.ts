// SPDX-License-Identifier: GPL-3.0-or-later
import type { FileInput } from "../format.ts";
import { type Delimiter, type Row, readRows } from "./csv.ts";

/** No table of sections is wider; its rows are as wide as their own header. */
const WIDEST = 1000;

/** How to read a file of several tables, one below the other, from its first row. */
export type SectionHeader = {
  readonly delimiter: Delimiter;
  readonly titleRows: -1;
  readonly width: number;
};

export function sectionHeader(delimiter: Delimiter): SectionHeader {
  return { delimiter, titleRows: -1, width: WIDEST };
}

/** The first row of a head that begins a section, whatever is above it, and what the format made of its titles. */
export function firstSection<C>(
  head: string,
  columnsOf: (titles: readonly string[]) => C | undefined,
): { readonly header: SectionHeader; readonly columns: C } | undefined {
  for (const line of head.split(/\r\n|\n|\r/)) {
    for (const delimiter of [",", ";", "\t"] as const) {
      const columns = columnsOf(titlesIn(line.split(delimiter)));
      if (columns !== undefined) return { header: sectionHeader(delimiter), columns };
    }
  }
  return undefined;
}

/** Titles of vendors have no delimiters in them, so that quotes are all there is to take away. */
function titlesIn(cells: readonly string[]): string[] {
  return cells.map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim(),
  );
}

/**
 * Passes every row to `take` together with the columns of the section that it is in.
 * @param beginsOther whether a row begins a section of another kind, or is a title between sections
 */
export async function readSections<C>(
  input: FileInput,
  header: SectionHeader,
  columnsOf: (titles: readonly string[]) => C | undefined,
  beginsOther: (row: Row) => boolean,
  take: (row: Row, columns: C | undefined, isData: boolean) => void,
): Promise<void> {
  let columns: C | undefined;
  await readRows(input, header, (row) => {
    const found = columnsOf(row.cells.map((cell) => cell.trim()));
    const other = found === undefined && beginsOther(row);
    if (found !== undefined) columns = found;
    else if (other) columns = undefined;
    take(row, columns, found === undefined && !other);
  });
}
