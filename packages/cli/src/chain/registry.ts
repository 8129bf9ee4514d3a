// SPDX-License-Identifier: GPL-3.0-or-later
import { ClaimsClient, VitalproofError } from "@vitalproof/sdk";
import type { Chain } from "../connect.ts";

/** Address of a registry, or of custody, that the claims contract names. */
export async function registryOf(
  claims: string,
  name: "anchors" | "consents" | "circuits" | "scopes" | "custody" | "ledger",
  { provider }: Pick<Chain, "provider">,
): Promise<string> {
  try {
    return await new ClaimsClient(claims, provider)[name]();
  } catch (cause) {
    throw new VitalproofError("CONTRACT_CALL_FAILED", `${claims} is not a claims contract.`, {
      details: { claims },
      hint: "Check the address and the chain.",
      cause,
    });
  }
}
