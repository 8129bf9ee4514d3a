// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Call = { readonly id: number; readonly method: string; readonly params?: unknown[] };

export interface ServedNode {
  readonly url: string;
  /** Methods that were asked, in order. */
  readonly asked: readonly string[];
  readonly stop: () => Promise<void>;
}

/** A chain of this process as a node over HTTP, on the loopback interface. Requests come one by one or in lists. */
export async function serveNode(provider: {
  request(args: { method: string; params?: unknown[] }): Promise<unknown>;
}): Promise<ServedNode> {
  const asked: string[] = [];
  const answer = async ({ id, method, params = [] }: Call) => {
    asked.push(method);
    try {
      return { jsonrpc: "2.0", id, result: (await provider.request({ method, params })) ?? null };
    } catch (error) {
      const { code = -32_000, message, data } = error as { code?: number; message: string; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code, message, data } };
    }
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const calls = JSON.parse(body) as Call | Call[];
    const answers = Array.isArray(calls) ? await Promise.all(calls.map(answer)) : await answer(calls);
    response.setHeader("content-type", "application/json").end(JSON.stringify(answers));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
