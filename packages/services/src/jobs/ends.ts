// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";

/** Why a handler's signal aborts. */
export const workerStops = () => new VitalproofError("ABORTED", "The worker stops.");
export const leaseLapsed = () =>
  new VitalproofError("ABORTED", "The lease of this step lapsed. Another worker has it.");

/** A stable code, and nothing of what the error says: it goes into a table. */
export function codeOf(error: unknown): string {
  return error instanceof VitalproofError ? error.code : "UNEXPECTED";
}

/** Waits until all have ended, or so many milliseconds. */
export async function endedWithin(most: number, running: Iterable<Promise<unknown>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, most);
  });
  await Promise.race([Promise.all(running), late]);
  clearTimeout(timer);
}
