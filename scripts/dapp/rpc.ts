// SPDX-License-Identifier: GPL-3.0-or-later
import type { App, Reply as HttpReply } from "@vitalproof/services";
import type { EthereumProvider } from "hardhat/types/providers";

/** Calls in one batch. */
const MOST = 1000;
const INVALID_REQUEST = -32_600;
const INTERNAL_ERROR = -32_603;

type Id = string | number | null;
type Reply = { jsonrpc: "2.0"; id: Id } & (
  | { result: unknown }
  | { error: { code: number; message: string; data?: unknown } }
);

/** Serves JSON-RPC 2.0 of the chain, without any restriction: it is a development chain that ends with the process. */
export function rpcRoute(app: App, provider: EthereumProvider): void {
  app.post("/rpc", async ({ body }, reply) => {
    if (!Array.isArray(body)) return one(reply, await call(provider, body));
    if (body.length === 0 || body.length > MOST) {
      return one(reply, failure(null, INVALID_REQUEST, `A batch holds 1 to ${MOST} requests.`));
    }
    const replies: Reply[] = [];
    // In order: a later call may build on what an earlier one sent.
    for (const request of body) {
      const answer = await call(provider, request);
      if (answer !== undefined) replies.push(answer);
    }
    return replies.length === 0 ? reply.code(204).send() : replies;
  });
}

function one(reply: HttpReply, answer: Reply | undefined): HttpReply {
  return answer === undefined ? reply.code(204).send() : reply.send(answer);
}

/** @returns undefined for a notification, which has no id and gets no reply */
async function call(provider: EthereumProvider, request: unknown): Promise<Reply | undefined> {
  const { jsonrpc, id, method, params = [] } = (request ?? {}) as Record<string, unknown>;
  const known = typeof id === "string" || typeof id === "number" ? id : null;
  if (jsonrpc !== "2.0" || typeof method !== "string" || typeof params !== "object" || params === null) {
    return failure(known, INVALID_REQUEST, "The request is not one of JSON-RPC 2.0.");
  }
  let reply: Reply;
  try {
    const result = await provider.request({ method, params: params as unknown[] });
    reply = { jsonrpc: "2.0", id: known, result: result ?? null };
  } catch (error) {
    reply = { jsonrpc: "2.0", id: known, error: errorOf(error) };
  }
  return id === undefined ? undefined : reply;
}

/** Code, message and data as libraries expect them: what a contract reverted with is a string of hex in `data`. */
function errorOf(error: unknown): { code: number; message: string; data?: unknown } {
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  const reverted = revertData(data);
  return {
    code: typeof code === "number" ? code : INTERNAL_ERROR,
    message: typeof message === "string" ? message : "The chain failed.",
    ...(reverted === undefined ? {} : { data: reverted }),
  };
}

function revertData(data: unknown): string | undefined {
  if (typeof data === "string") return data;
  const inner = typeof data === "object" && data !== null && "data" in data ? data.data : undefined;
  return typeof inner === "string" ? inner : undefined;
}

function failure(id: Id, code: number, message: string): Reply {
  return { jsonrpc: "2.0", id, error: { code, message } };
}
