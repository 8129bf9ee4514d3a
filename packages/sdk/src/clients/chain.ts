// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { VitalproofError } from "../errors.ts";

/** The chain that a signer or provider is connected to. @throws CONTRACT_CALL_FAILED when it is connected to none */
export async function chainIdOf(runner: ContractRunner): Promise<bigint> {
  const network = await runner.provider?.getNetwork();
  if (network !== undefined) return network.chainId;
  throw new VitalproofError("CONTRACT_CALL_FAILED", "The account is not connected to a chain.", {
    hint: "Pass a provider, or a signer that is connected to one.",
  });
}
