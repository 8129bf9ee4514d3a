// SPDX-License-Identifier: GPL-3.0-or-later
import { once } from "node:events";
import { createServer } from "node:http";

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** What the proxy answers instead of the node; undefined: the node's own answer. */
export type Lie = (method: string, params: readonly unknown[], result: unknown) => unknown;

/** Cuts the connection: before the node hears the call, or after it has answered. */
export type Cut = (method: string) => "before" | "after" | undefined;

/** A JSON-RPC proxy on the loopback interface that passes everything on to `target`, except for what it lies about. */
export async function startLyingProxy(target: string, lie: Lie, cut: Cut = () => undefined) {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const calls = JSON.parse(body.toString("utf8")) as Call | Call[];
    const cuts = [calls].flat().map(({ method }) => cut(method));
    if (cuts.includes("before")) {
      outgoing.destroy();
      return;
    }
    const response = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    if (cuts.includes("after")) {
      outgoing.destroy();
      return;
    }
    const answers = (await response.json()) as { result?: unknown } | { result?: unknown }[];
    const changed = [answers].flat().map((answer, i) => {
      const call = [calls].flat()[i]!;
      const instead = lie(call.method, call.params ?? [], answer.result);
      return instead === undefined ? answer : { jsonrpc: "2.0", id: call.id, result: instead };
    });
    outgoing.setHeader("content-type", "application/json");
    outgoing.end(JSON.stringify(Array.isArray(calls) ? changed : changed[0]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
