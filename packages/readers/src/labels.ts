// SPDX-License-Identifier: GPL-3.0-or-later
import { openedInput } from "./archive.ts";
import { detectFormat, formatIn } from "./detect.ts";
import type { FileInput } from "./format.ts";
import { Owners } from "./formats/json/owners.ts";
import { headOf } from "./input.ts";
import { columnLabels } from "./internal/csv.ts";
import { notUnderstood } from "./internal/notUnderstood.ts";

/**
 * What there is to choose from by `where`: the texts of one column of a table, or whose the readings of a JSON file are.
 * Each once, in the file's order.
 * @param entry which one of a zip archive's
 * @throws FILE_NOT_UNDERSTOOD where there is no such column or field, or a column has more texts than labels have
 */
export async function labelsOf(file: FileInput, name: string, entry?: string): Promise<string[]> {
  const input = await openedInput(file, entry);
  const found = await formatIn(input);
  const isBinary = found !== undefined && found !== "empty" && "begins" in found;
  if (!isBinary && !/^\s*[[{<]/.test(await headOf(input))) return columnLabels(input, name);
  const format = await detectFormat(input);
  const { selects } = format;
  if (selects === undefined || selects === "column" || selects.field !== name) {
    const field = selects === undefined || selects === "column" ? undefined : selects.field;
    throw notUnderstood(`${format.title} has no "${name}" to choose by`, {
      details: { name },
      hint: field === undefined ? "Leave --each out." : `Use "${field}".`,
    });
  }
  const owners = new Owners(selects, { where: { [name]: "*" } });
  await format.read(input, {}, () => {}, owners);
  return [...owners.found];
}
