// SPDX-License-Identifier: GPL-3.0-or-later
import { CLAIMS_PAYOUT_ABI, VitalproofError } from "@vitalproof/sdk";
import { Contract } from "ethers";
import type { Chain } from "../connect.ts";

/** Address of a registry that the claims contract names. */
export async function registryOf(
  claims: string,
  name: "anchors" | "consents" | "circuits" | "scopes",
  { provider }: Pick<Chain, "provider">,
): Promise<string> {
  try {
    return String(await new Contract(claims, CLAIMS_PAYOUT_ABI, provider).getFunction(name)());
  } catch (cause) {
    throw new VitalproofError("CONTRACT_CALL_FAILED", `${claims} is no claims contract.`, {
      details: { claims },
      hint: "Check the address and the chain.",
      cause,
    });
  }
}
