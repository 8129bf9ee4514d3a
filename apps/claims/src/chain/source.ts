// SPDX-License-Identifier: GPL-3.0-or-later
import type { JsonRpcProvider } from "ethers";
import { type BlockHead, blockHead, type ChainSource } from "./history.ts";

/** A chain behind an RPC as a `ChainSource` of these contracts' logs. */
export function rpcSource(provider: JsonRpcProvider, address: string[]): ChainSource {
  const block = async (tag: string): Promise<BlockHead | undefined> => {
    const found: unknown = await provider.send("eth_getBlockByNumber", [tag, false]);
    return found === null ? undefined : blockHead(found);
  };
  return {
    async head() {
      return blockHead(await provider.send("eth_getBlockByNumber", ["latest", false]));
    },
    block: (number) => block(`0x${number.toString(16)}`),
    async logs(from, to) {
      const logs = await provider.getLogs({ address, fromBlock: from, toBlock: to });
      return logs.map(({ blockNumber, blockHash, transactionHash, index, topics, data }) => ({
        blockNumber,
        blockHash,
        transactionHash,
        index,
        topics,
        data,
      }));
    },
  };
}
