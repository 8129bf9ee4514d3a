// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

export function usage(message: string, hint: string): VitalproofError {
  return new VitalproofError("USAGE", message, { hint });
}
