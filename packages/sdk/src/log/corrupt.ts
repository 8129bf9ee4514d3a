// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";

export function logCorrupt(epoch: number, reason: string): VitalproofError {
  return new VitalproofError("LOG_CORRUPT", `Epoch ${epoch} of the stored log does not fit: ${reason}.`, {
    details: { epoch, reason },
    hint: "Put the record back from a copy of the store. Until then the other epochs can be read, and nothing is sealed.",
  });
}
