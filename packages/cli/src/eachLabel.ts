// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from "node:path";
import { fileInput, labelsOf } from "@vitalproof/readers";
import { VitalproofError } from "@vitalproof/sdk";
import type { Io, Json } from "./io.ts";

/** One value of a column, and the conditions that choose its readings. */
type Label = { readonly label: string; readonly where: string[] };

/**
 * The values of the column that `--each` names.
 * @param conditions those of `--where`, which hold for all of them
 * @param archived the entry of a zip archive
 * @throws USAGE for a column or a value that no `--where` can name; FILE_NOT_UNDERSTOOD
 */
export async function eachLabel(
  io: Io,
  file: string,
  column: string,
  conditions: readonly string[] = [],
  archived?: string,
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
  const labels = await labelsOf(fileInput(resolve(io.cwd, file)), column, archived);
  if (labels.includes("*")) {
    throw refuse(
      `"${column}" has the value "*", which --where takes for all values.`,
      "Change the value in a copy of the file.",
    );
  }
  return labels.map((label) => ({ label, where: [...conditions, `${column}=${label}`] }));
}

/** What no label is to blame for. */
const OF_THE_RUN = ["USAGE", "ABORTED", "FILE_UNREADABLE"];

/** What came of one label, or why it was refused. The other labels are looked at all the same. */
export function ofLabel<T>(result: Promise<T>): Promise<T | VitalproofError> {
  return result.catch((error: unknown) => {
    if (error instanceof VitalproofError && !OF_THE_RUN.includes(error.code)) return error;
    throw error;
  });
}

/** What is wrong with every label in the same way is wrong with the options or the file. @throws it */
export function throwCommon(results: readonly unknown[]): void {
  const refused = results.filter((result) => result instanceof VitalproofError);
  const codes = new Set(refused.map(({ code }) => code));
  if (refused.length === results.length && codes.size === 1) throw refused[0];
}

/** A label's refusal for JSON, as errors are told. */
export function refusalJson(error: VitalproofError): Json {
  return error.toJSON() as Json;
}

export function refusalText({ shortMessage, code, hint }: VitalproofError): string {
  return `${shortMessage} [${code}]${hint === undefined ? "" : ` ${hint}`}`;
}
