// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** What `--where COLUMN=VALUE` says. @throws USAGE */
export function condition(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new VitalproofError("USAGE", `"${text}" is not a condition.`, {
    details: { text },
    hint: "Write it like --where trial=S01_1.",
  });
}
