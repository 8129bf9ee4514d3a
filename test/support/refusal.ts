// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** The error that something is refused with. @throws any other error, and where nothing is refused */
export async function refusalOf(act: Promise<unknown>): Promise<VitalproofError> {
  try {
    await act;
  } catch (error) {
    if (error instanceof VitalproofError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}
