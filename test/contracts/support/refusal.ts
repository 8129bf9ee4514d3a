// SPDX-License-Identifier: GPL-3.0-or-later
import { refusalOf } from "@vitalproof/sdk";

/** Name of the error that the contract refused a call with; undefined where it did not. */
export function refusalIn(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => refusalOf(error)?.name,
  );
}
