// SPDX-License-Identifier: GPL-3.0-or-later
import type { VerificationKey } from "@vitalproof/sdk";
import { verificationKeyOf } from "../proving/verificationKey.ts";

/** The verification key of enrolment proofs. @throws what `verificationKeyOf` throws */
export async function enrolmentKey(folder: string): Promise<VerificationKey> {
  return (await verificationKeyOf(folder, "enrolment")).verificationKey;
}
