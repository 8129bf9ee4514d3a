// SPDX-License-Identifier: GPL-3.0-or-later
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { httpRequest, rpcChainData } from "../src/rpcChainData.ts";

type Asked = { method: string; params: unknown[] };
type Answer = { status?: number; result?: unknown; error?: { code: number; message: string } };

/** A node on the loopback interface that answers as it is told. */
async function startNode(answer: (asked: Asked, count: number) => Answer | "hang up") {
  const asked: Asked[] = [];
  const server: Server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const call = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Asked & { id: number };
    asked.push(call);
    const said = answer(call, asked.length);
    if (said === "hang up") {
      outgoing.destroy();
      return;
    }
    outgoing.statusCode = said.status ?? 200;
    outgoing.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, ...said }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    asked,
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

describe("audit: asking a node", () => {
  const log = (block: number) => ({
    address: "0xAA",
    topics: ["0xBB"],
    data: "0x",
    blockNumber: `0x${block.toString(16)}`,
    blockHash: "0xCC",
    transactionHash: "0xDD",
    logIndex: "0x0",
  });

  it("halves the range where the node refuses it, widens it again, and misses and repeats no block", async () => {
    const node = await startNode(({ params }) => {
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
      const [from, to] = [Number(fromBlock), Number(toBlock)];
      const most = from < 300 ? 37 : 500;
      if (to - from + 1 > most)
        return { error: { code: -32005, message: "query returned more than 10000 results" } };
      return { result: Array.from({ length: to - from + 1 }, (_, i) => log(from + i)) };
    });
    const progress: number[] = [];
    const data = rpcChainData(httpRequest(node.url), {
      blockRange: 400,
      pause: 1,
      onProgress: (done) => progress.push(done),
    });
    const found = await data.logs({ addresses: ["0xaa"], fromBlock: 0, toBlock: 999 });
    await node.stop();
    expect(found.map(({ blockNumber }) => blockNumber)).to.deep.equal(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    expect(progress.at(-1)).to.equal(1000);
    expect(Math.max(...node.asked.map(({ params }) => sizeOf(params)))).to.equal(400);
  });

  it("waits and asks again when the node is busy, hangs up or fails; gives up with the node's method, not its URL", async () => {
    const node = await startNode((_, count) => {
      if (count === 1) return { status: 429 };
      if (count === 2) return "hang up";
      if (count === 3) return { status: 503 };
      return { result: "0x7a69" };
    });
    expect(await rpcChainData(httpRequest(node.url, { pause: 1 })).chainId()).to.equal(31337n);
    expect(node.asked.length).to.equal(4);
    await node.stop();
    const dead = `${node.url}/a-secret-key`;
    const error = await httpRequest(dead, { pause: 1, tries: 3 })("eth_chainId", []).catch(
      (cause: unknown) => cause,
    );
    expect(error).to.include({ code: "CONTRACT_CALL_FAILED" });
    expect(JSON.stringify(error) + String(error)).to.not.include("a-secret-key");
  });

  it("a node that refuses every range: CONTRACT_CALL_FAILED, after some tries", async () => {
    const node = await startNode(() => ({ error: { code: -32000, message: "no logs here" } }));
    const data = rpcChainData(httpRequest(node.url), { blockRange: 8, pause: 1, tries: 4 });
    const error = await data
      .logs({ addresses: [], fromBlock: 0, toBlock: 99 })
      .catch((cause: unknown) => cause);
    await node.stop();
    expect(error).to.include({ code: "CONTRACT_CALL_FAILED" });
    expect(node.asked.length).to.be.lessThan(12);
  });

  const sizeOf = (params: unknown[]) => {
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
    return Number(toBlock) - Number(fromBlock) + 1;
  };
});
