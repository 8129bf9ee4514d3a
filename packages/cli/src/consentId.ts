// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** The id of a consent, in lower case. @throws USAGE for anything else */
export function consentIdOption(consent: string): string {
  if (/^0x[0-9a-fA-F]{64}$/.test(consent)) return consent.toLowerCase();
  throw new VitalproofError("USAGE", `"${consent}" is not the id of a consent.`, {
    details: { consent },
    hint: "It is 0x and 64 hex digits; `vitalproof consent grant` shows it.",
  });
}
