// SPDX-License-Identifier: GPL-3.0-or-later
import { FetchRequest, JsonRpcProvider, Network } from "ethers";

/** Milliseconds for one answer of a node. */
const TIMEOUT = 30_000;

/** A node of a chain that is known beforehand. It asks nothing until it is used. End it with `destroy()`. */
export function openProvider(rpc: string, chainId: bigint): JsonRpcProvider {
  const request = new FetchRequest(rpc);
  request.timeout = TIMEOUT;
  const network = Network.from(chainId);
  // One request for each question: a page of them that fails in the middle says nothing of the others.
  return new JsonRpcProvider(request, network, {
    staticNetwork: network,
    cacheTimeout: -1,
    batchMaxCount: 1,
  });
}
