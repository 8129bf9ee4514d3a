// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";

/** @param log `nextEpoch`: the first one that is not sealed */
export function missingEpoch(
  epoch: number,
  { firstEpoch, nextEpoch }: { readonly firstEpoch: number; readonly nextEpoch: number },
): VitalproofError {
  return new VitalproofError("LOG_EPOCH_MISSING", `The log holds no sealed epoch ${epoch}.`, {
    details: { epoch, firstEpoch, nextEpoch },
    hint: `It holds epochs ${firstEpoch} to ${nextEpoch - 1}.`,
  });
}
