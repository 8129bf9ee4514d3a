// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { isLocalChain } from "@vitalproof/sdk/node";
import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import { type GlobalOptions, rpcUrl, shownUrl } from "./globals.ts";
import type { Io } from "./io.ts";

const ANSWER_MS = 10_000;

export type Chain = {
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
};

/**
 * A node by `--rpc`. The caller ends it with `provider.destroy()`, or uses `withProvider`.
 * @throws CHAIN_UNREACHABLE when nothing that is a node answers
 */
export async function connectChain(io: Io, options: Pick<GlobalOptions, "rpc">): Promise<Chain> {
  const url = rpcUrl(io, options);
  const chainId = await chainIdAt(url);
  const request = new FetchRequest(url);
  request.timeout = 6 * ANSWER_MS;
  const network = Network.from(chainId);
  const provider = new JsonRpcProvider(request, network, { staticNetwork: network, cacheTimeout: -1 });
  provider.pollingInterval = isLocalChain(chainId) ? 100 : 4000;
  return { provider, chainId };
}

/** Connects, acts, and ends the connection whatever happens. */
export async function withChain<T>(
  io: Io,
  options: Pick<GlobalOptions, "rpc">,
  act: (chain: Chain) => Promise<T>,
): Promise<T> {
  const chain = await connectChain(io, options);
  try {
    return await act(chain);
  } finally {
    chain.provider.destroy();
  }
}

/** Asked without ethers, whose provider would never stop waiting for a node that is not there. */
async function chainIdAt(url: string): Promise<bigint> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { result } = (await response.json()) as { result?: unknown };
    if (typeof result === "string" && /^0x[0-9a-f]{1,16}$/i.test(result)) return BigInt(result);
    throw new Error("no chain id in the answer");
  } catch (cause) {
    throw new VitalproofError("CHAIN_UNREACHABLE", `No node answers at ${shownUrl(url)}.`, {
      details: { url: shownUrl(url) },
      hint: "Start one (docs/cli.md says how), or name another with --rpc.",
      cause,
    });
  }
}
