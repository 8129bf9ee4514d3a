// SPDX-License-Identifier: GPL-3.0-or-later
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { CUSTOM_CHAIN_ID } from "./networks.ts";
import { Refusal } from "./refusal.ts";

export interface Target {
  readonly network: string;
  readonly connection: NetworkConnection;
  /** Chain id that the network must have; undefined: any local one. */
  readonly expectedChainId: number | undefined;
}

/**
 * Resolves a network's configuration variables and connects.
 *
 * @throws Refusal NETWORK_UNKNOWN, VARIABLE_MISSING or UNREACHABLE
 */
export async function connect(hre: HardhatRuntimeEnvironment, network: string): Promise<Target> {
  const config = hre.config.networks[network];
  if (config === undefined) {
    throw new Refusal(
      "NETWORK_UNKNOWN",
      `There is no network "${network}".`,
      `Networks are ${Object.keys(hre.config.networks).join(", ")}. For any other chain use custom, with CUSTOM_RPC_URL and CUSTOM_CHAIN_ID.`,
    );
  }
  if (config.type === "http") {
    await resolved(() => config.url.getUrl(), config.url, network);
    if (Array.isArray(config.accounts)) {
      for (const account of config.accounts) await resolved(() => account.getHexString(), account, network);
    }
  }
  const expectedChainId = network === "custom" ? await customChainId(hre) : config.chainId;
  const connection = await hre.network.create(network).catch((cause: Error) => {
    throw new Refusal("UNREACHABLE", `Connecting to ${network} failed: ${cause.message}`, UNREACHABLE, {
      cause,
    });
  });
  return { network, connection, expectedChainId };
}

export const UNREACHABLE =
  "Check that the node runs and that the network's URL and key are right, then run the command again.";

async function customChainId(hre: HardhatRuntimeEnvironment): Promise<number> {
  const variable = { _type: "ConfigurationVariable", name: CUSTOM_CHAIN_ID } as const;
  const text = await resolved(
    async () =>
      process.env[CUSTOM_CHAIN_ID] ??
      (await hre.hooks.runHandlerChain(
        "configurationVariables",
        "fetchValue",
        [variable],
        async (_context, { name }) => {
          throw new Error(`${name} is not set`);
        },
      )),
    variable,
    "custom",
  );
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id <= 0) {
    throw new Refusal(
      "VARIABLE_MISSING",
      `${CUSTOM_CHAIN_ID} is ${JSON.stringify(text)}, which is not a chain id.`,
      `Set ${CUSTOM_CHAIN_ID} to the chain id as a decimal number, such as 59141.`,
    );
  }
  return id;
}

async function resolved<T>(
  get: () => Promise<T>,
  variable: { readonly name?: string } | object,
  network: string,
): Promise<T> {
  try {
    return await get();
  } catch (cause) {
    const name =
      "name" in variable && variable.name !== undefined ? variable.name : "a configuration variable";
    // The cause's own message is not repeated: it could carry the value, which may be a secret.
    throw new Refusal(
      "VARIABLE_MISSING",
      `The network ${network} needs the configuration variable ${name}, which is not set or has the wrong form.`,
      `Set it in the keystore, \`npx hardhat keystore set ${name}\`, or in the environment.`,
      { cause },
    );
  }
}
