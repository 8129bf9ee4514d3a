// SPDX-License-Identifier: GPL-3.0-or-later
import { HardhatArtifactResolver } from "@nomicfoundation/hardhat-ignition/helpers";
import { wipe } from "@nomicfoundation/ignition-core";
import { getCreateAddress } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { EthereumProvider } from "hardhat/types/providers";
import { Refusal } from "./refusal.ts";

/** Ignition's "transaction lost": it was about to send, and does not know whether it did. */
const LOST = /HHE10410.* for future (\S+)\.[\s\S]*nonce (\d+) sent from account (0x[0-9a-fA-F]{40})/;

export interface Resumption {
  readonly hre: HardhatRuntimeEnvironment;
  readonly provider: EthereumProvider;
  /** Ignition's folder of this deployment; undefined on the in-process chain, which has nothing to resume. */
  readonly folder: string | undefined;
  readonly deploymentId: string;
  readonly network: string;
  readonly onResend: (future: string) => void;
}

/**
 * Runs a deployment that an earlier run may have left in the middle of a transaction. If that transaction's nonce is
 * unused and nothing waits, the chain never took it, and it is sent again: with the same nonce, so that never both of
 * them can be mined. If the nonce is used, only the operator can say by what.
 *
 * @throws Refusal DEPLOYMENT if a transaction was lost that may have been mined; else what `deploy` throws
 */
export async function resuming<T>(
  { hre, provider, folder, deploymentId, network, onResend }: Resumption,
  deploy: () => Promise<T>,
): Promise<T> {
  const resent = new Set<string>();
  for (;;) {
    try {
      return await deploy();
    } catch (error) {
      const [, future, nonceText, sender] = LOST.exec((error as Error).message) ?? [];
      if (future === undefined || sender === undefined || folder === undefined || resent.has(future))
        throw error;
      const nonce = Number(nonceText);
      const [latest, pending] = await Promise.all(
        ["latest", "pending"].map(async (block) =>
          Number(await provider.request({ method: "eth_getTransactionCount", params: [sender, block] })),
        ),
      );
      if (latest !== nonce || pending !== nonce) {
        throw new Refusal(
          "DEPLOYMENT",
          `An earlier run was broken off while it sent ${future} with nonce ${nonce}, and that nonce of ${sender} has been used since.`,
          `Find that transaction with an explorer (if it made the contract, that is at ${getCreateAddress({ from: sender, nonce })}), tell the journal with \`npx hardhat ignition track-tx <hash> ${deploymentId} --network ${network}\`, and run the same command again.`,
          { cause: error },
        );
      }
      resent.add(future);
      onResend(future);
      await wipe(folder, new HardhatArtifactResolver(hre.artifacts), future);
    }
  }
}
