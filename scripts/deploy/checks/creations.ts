// SPDX-License-Identifier: GPL-3.0-or-later
import { relative } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { EthereumProvider } from "hardhat/types/providers";
import type { CircuitSpec } from "../../../ignition/circuits.ts";
import type { DeployOptions } from "../../../ignition/deployVitalproof.ts";
import { withProgress } from "../../../ignition/progress.ts";
import { type Creation, dryRun } from "../dryRun.ts";
import { deployedAddresses } from "../journal.ts";
import { Refusal } from "../refusal.ts";

/** EIP-170 and EIP-3860. */
const MAX_CODE_BYTES = 24_576;
const MAX_INIT_CODE_BYTES = 49_152;
/** Linea's limit for one transaction, the strictest of the chains named here. */
const MAX_DATA_BYTES = 60_000;

/** A contract of the plan, and where an earlier run has put it. */
export type PlannedCreation = Creation & { readonly deployedAt: string | undefined };

export async function journal(
  provider: EthereumProvider,
  folder: string | undefined,
  reset: boolean,
  local: boolean,
) {
  if (reset && !local) {
    throw new Refusal(
      "JOURNAL",
      "--reset is for local chains: on a public one the journal is the record of what was paid for.",
      "Use another --deployment-id for a second system on the same chain.",
    );
  }
  const found = deployedAddresses(folder);
  const count = Object.keys(found).length;
  if (count === 0) return { detail: "nothing deployed yet", value: found };
  if (reset) return { detail: `${count} contracts, to be forgotten`, value: {} };
  for (const [future, address] of Object.entries(found)) {
    const code = await provider.request({ method: "eth_getCode", params: [address, "latest"] });
    if (code !== "0x") continue;
    throw new Refusal(
      "JOURNAL",
      `The journal ${relative(process.cwd(), folder!)} has ${future} at ${address}, where the chain has no code. It is another chain, or it was restarted.`,
      local ? "Run again with --reset." : "Check the URL, or use another --deployment-id.",
    );
  }
  return { detail: `${count} contracts of an earlier run; those on chain remain`, value: found };
}

export async function rehearse(
  hre: HardhatRuntimeEnvironment,
  chainId: number,
  specs: readonly CircuitSpec[],
  options: DeployOptions,
) {
  const value = await withProgress("rehearsing in process", () =>
    dryRun(hre, chainId, specs, { ...options, deploymentId: undefined }),
  ).catch((cause: Error) => {
    throw new Refusal(
      "DRY_RUN",
      `The same deployment fails in process: ${cause.message}`,
      "The reason is in the line above; it would cost gas and fail on the chain too. Correct the parameters or the circuits.",
      { cause },
    );
  });
  return { detail: `${value.length} contracts, deployed in process under chain id ${chainId}`, value };
}

export async function sizes(creations: readonly Creation[]) {
  for (const { contract, codeBytes, dataBytes } of creations) {
    for (const [what, bytes, most] of [
      ["code", codeBytes, MAX_CODE_BYTES],
      ["creation code with arguments", dataBytes, MAX_INIT_CODE_BYTES],
      ["transaction data", dataBytes, MAX_DATA_BYTES],
    ] as const) {
      if (bytes <= most) continue;
      throw new Refusal(
        "CONTRACT_SIZE",
        `${contract}: ${what} has ${bytes} bytes, ${most} are allowed.`,
        what === "code"
          ? "Make the contract smaller, or lower the optimizer's runs."
          : "Start with fewer --circuits; governance adds the others later.",
      );
    }
  }
  const largest = creations.reduce((a, b) => (b.codeBytes > a.codeBytes ? b : a));
  return {
    detail: `largest ${largest.contract}, ${largest.codeBytes} of ${MAX_CODE_BYTES} bytes`,
    value: true,
  };
}
