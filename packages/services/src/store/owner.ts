// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Database } from "./types.ts";

/**
 * Refuses a store, or a backup, on which other services ran and not this one. Where none ran yet, it is anyone's.
 * @param what names it in the error
 * @throws NOT_ALLOWED
 */
export async function assertStoreOf(
  { reads }: Pick<Database, "reads">,
  service: string,
  what = "The store",
): Promise<void> {
  const rows = await reads.selectFrom("service").select("service").orderBy("service").execute();
  const [other] = rows;
  if (other === undefined || rows.some((row) => row.service === service)) return;
  throw new VitalproofError(
    "NOT_ALLOWED",
    `${what} is that of the ${other.service}, not of the ${service}.`,
    {
      details: { of: other.service, wanted: service },
      hint: "Use the command of that service, or the store and configuration of this one.",
    },
  );
}
