// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import type { Interface } from "ethers";
import type { ChainData } from "./chainData.ts";
import type { RegistryFacts } from "./circuits/types.ts";
import type { ContractAddresses, ContractName } from "./events.ts";

/**
 * The contracts that a claims contract names, and what of the circuit registry never changes.
 * @throws CONTRACT_CALL_FAILED when one of them does not answer as it should
 */
export async function contractsOf(
  data: ChainData,
  claims: string,
  interfaces: Readonly<Record<ContractName, Interface>>,
  block: number,
): Promise<{ addresses: ContractAddresses; facts: RegistryFacts }> {
  const view = async (contract: ContractName, address: string, name: string): Promise<unknown> => {
    const abi = interfaces[contract];
    try {
      const result = await data.call(address, abi.encodeFunctionData(name), block);
      return abi.decodeFunctionResult(name, result)[0] as unknown;
    } catch (cause) {
      throw new VitalproofError("CONTRACT_CALL_FAILED", `${name} of ${address} cannot be read.`, {
        details: { address, name },
        hint: "Check that the address is that of a ClaimsPayout on this chain.",
        cause,
      });
    }
  };
  const address = async (name: string) => String(await view("claims", claims, name)).toLowerCase();
  const addresses: ContractAddresses = {
    claims,
    anchors: await address("anchors"),
    consents: await address("consents"),
    ledger: await address("ledger"),
    circuits: await address("circuits"),
    scopes: await address("scopes"),
    pauses: await address("pauses"),
    custody: await address("custody"),
  };
  const fact = (name: string) => view("circuits", addresses.circuits, name);
  const facts: RegistryFacts = {
    delay: Number(await fact("delay")),
    suspensionTime: Number(await fact("suspensionTime")),
    suspensionCooldown: Number(await fact("suspensionCooldown")),
    allowsDevelopmentKeys: Boolean(await fact("allowsDevelopmentKeys")),
  };
  return { addresses, facts };
}

/** The first block in which all contracts have code, by bisection; 0 when the node does not keep old states. */
export async function creationBlock(
  data: ChainData,
  addresses: readonly string[],
  head: number,
): Promise<number> {
  const firstOf = async (address: string): Promise<number> => {
    let low = 0;
    let high = head;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await data.code(address, middle)) === "0x") low = middle + 1;
      else high = middle;
    }
    return low;
  };
  try {
    return Math.min(...(await Promise.all(addresses.map(firstOf))));
  } catch {
    return 0;
  }
}
