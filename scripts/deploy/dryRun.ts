// SPDX-License-Identifier: GPL-3.0-or-later
import { circuitIdOf } from "@vitalproof/sdk";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { EthereumProvider } from "hardhat/types/providers";
import type { CircuitSpec } from "../../ignition/circuits.ts";
import { type DeployOptions, deployVitalproof } from "../../ignition/deployVitalproof.ts";
import { keyFuture } from "../../ignition/modules/vitalproof.ts";

/** Their constructors ask other contracts of the system, which are not on the target's chain yet. */
const TAKES_ADDRESSES = new Set([
  "CircuitRegistry",
  "ScopeRegistry",
  "PauseRegistry",
  "HealthLedger",
  "ClaimsPayout",
]);

/** One creation transaction of the rehearsal. */
export interface Creation {
  /** Contract name. */
  readonly contract: string;
  /** Ignition's id of the future. */
  readonly future: string;
  readonly gas: bigint;
  /** Bytes of the transaction's data: creation code and arguments. */
  readonly dataBytes: number;
  /** Bytes of the code that stays. */
  readonly codeBytes: number;
  /** Creation data, for the chain's own estimate; refers to rehearsal addresses where it has any. */
  readonly data: string;
  /** Whether the constructor takes the address of another contract of the system. */
  readonly standsAlone: boolean;
}

/**
 * Deploys everything on an in-process chain that calls itself by the target's chain id. So constructors refuse what
 * they would refuse there, and the gas is measured instead of guessed.
 */
export async function dryRun(
  hre: HardhatRuntimeEnvironment,
  chainId: number,
  specs: readonly CircuitSpec[],
  options: DeployOptions,
): Promise<Creation[]> {
  const connection = await hre.network.create({ network: "default", override: { chainId } });
  try {
    const { batchVerifier, circuits, anchors, consents, scopes, pauses, custody, ledger, claims } =
      await deployVitalproof(hre, connection, options);
    const names = new Map<string, { contract: string; future: string }>();
    for (const [name, contract] of Object.entries({
      Groth16BatchVerifier: batchVerifier,
      CircuitRegistry: circuits,
      AnchorRegistry: anchors,
      ConsentRegistry: consents,
      ScopeRegistry: scopes,
      PauseRegistry: pauses,
      Custody: custody,
      HealthLedger: ledger,
      ClaimsPayout: claims,
    })) {
      names.set((await contract.getAddress()).toLowerCase(), { contract: name, future: name });
    }
    for (const spec of specs) {
      const contract = spec.verifierContract;
      const { verifier, verificationKey } = await circuits.circuit(circuitIdOf(spec.name, spec.version));
      names.set(verifier.toLowerCase(), { contract, future: contract });
      names.set(verificationKey.toLowerCase(), { contract: "VerificationKey", future: keyFuture(contract) });
    }
    return await creations(connection.provider, names);
  } finally {
    await connection.close();
  }
}

async function creations(
  provider: EthereumProvider,
  names: ReadonlyMap<string, { contract: string; future: string }>,
): Promise<Creation[]> {
  const request = (method: string, params: unknown[]) => provider.request({ method, params });
  const last = Number(await request("eth_blockNumber", []));
  const found: Creation[] = [];
  for (let number = 1; number <= last; number++) {
    const block = (await request("eth_getBlockByNumber", [`0x${number.toString(16)}`, true])) as {
      transactions: { hash: string; input: string }[];
    };
    for (const { hash, input } of block.transactions) {
      const receipt = (await request("eth_getTransactionReceipt", [hash])) as {
        gasUsed: string;
        contractAddress: string | null;
      };
      const address = receipt.contractAddress?.toLowerCase() ?? "";
      const name = names.get(address);
      if (name === undefined) throw new Error(`the rehearsal sent a transaction nobody expects: ${hash}`);
      const code = String(await request("eth_getCode", [address, "latest"]));
      found.push({
        contract: name.contract,
        future: `Vitalproof#${name.future}`,
        gas: BigInt(receipt.gasUsed),
        dataBytes: (input.length - 2) / 2,
        codeBytes: (code.length - 2) / 2,
        data: input,
        standsAlone: !TAKES_ADDRESSES.has(name.contract),
      });
    }
  }
  return found;
}
