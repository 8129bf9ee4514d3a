// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import { fileInput, labelsOf } from "@vitalproof/readers";
import { VitalproofError } from "@vitalproof/sdk";
import type { Io } from "./io.ts";

/** One value of a column, and the conditions that choose its readings. */
type Label = { readonly label: string; readonly where: string[] };

/**
 * The values of the column that `--each` names.
 * @param conditions those of `--where`, which hold for all of them
 * @throws USAGE for a column or a value that no `--where` can name; FILE_NOT_UNDERSTOOD
 */
export async function eachLabel(
  io: Io,
  file: string,
  column: string,
  conditions: readonly string[] = [],
): Promise<Label[]> {
  const refuse = (what: string, hint: string) =>
    new VitalproofError("USAGE", what, { details: { file, column }, hint });
  if (column.includes("=")) {
    throw refuse(
      `--each cannot take the column "${column}": its title has an equals sign.`,
      "Change the title in a copy of the file.",
    );
  }
  if (conditions.some((condition) => condition.startsWith(`${column}=`))) {
    throw refuse(
      `--where chooses a value of "${column}" already, and --each asks for all of them.`,
      "Leave one of the two out.",
    );
  }
  const labels = await labelsOf(fileInput(resolve(io.cwd, file)), column);
  if (labels.includes("*")) {
    throw refuse(
      `"${column}" has the value "*", which --where takes for all values.`,
      "Change the value in a copy of the file.",
    );
  }
  return labels.map((label) => ({ label, where: [...conditions, `${column}=${label}`] }));
}
