// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profileOf } from "@vitalproof/sdk";
import { expect } from "chai";
import { JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { type Services, startServices } from "../../../scripts/dapp/services.ts";
import { type Reply as RawReply, send as sendRaw } from "../../support/rawRequest.ts";

/** What the demo is about. */
export const PROFILE = profileOf("glucose-mg-dl-5min");
export const BENEFIT = 25_000_000n;

const START = Date.parse("2026-03-01T00:00Z") / 1000;

// Whatever a service answers; each test says what it expects of it.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any;

type Reply = RawReply & { readonly json: Json };

export async function send(...request: Parameters<typeof sendRaw>): Promise<Reply> {
  const reply = await sendRaw(...request);
  const isJson = reply.headers["content-type"]?.startsWith("application/json") && reply.text !== "";
  return { ...reply, json: isJson ? JSON.parse(reply.text) : undefined };
}

export function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? inner.toString() : inner));
}

export const JSON_TYPE = { "content-type": "application/json" };

/** The services over a chain of their own, from before the tests of a block until after them, and requests to them. */
export function serving() {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-dapp-"));
  const site = join(folder, "dist");
  let services: Services;
  let provider: JsonRpcProvider;

  before(async () => {
    services = await startServices(hre, { start: START, port: 0, site });
    // Answers kept for a moment would give an account the same nonce twice.
    provider = new JsonRpcProvider(`${services.url}/rpc`, undefined, {
      staticNetwork: true,
      cacheTimeout: -1,
    });
    provider.pollingInterval = 50;
  });
  after(async () => {
    provider?.destroy();
    await services?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    send(services.url, "GET", path, { headers });
  const post = (path: string, value: unknown, headers: Record<string, string> = {}) =>
    send(services.url, "POST", path, { body: jsonOf(value), headers: { ...JSON_TYPE, ...headers } });
  return {
    folder,
    site,
    get services() {
      return services;
    },
    get url() {
      return services.url;
    },
    get provider() {
      return provider;
    },
    get,
    post,
    now: async (): Promise<number> => (await good(get("/demo/clock"))).now,
    passUntil: async (to: number): Promise<number> => (await good(post("/demo/clock", { to }))).now,
    rpc: async (method: string, ...params: unknown[]) =>
      good(post("/rpc", { jsonrpc: "2.0", id: 1, method, params })),
  };
}

export async function good(reply: Promise<Reply>): Promise<Json> {
  const { status, json, text } = await reply;
  expect(status, text).to.equal(200);
  return json;
}

export async function refused(reply: Promise<Reply>, status: number, code: string): Promise<Json> {
  const { status: got, json, text, headers } = await reply;
  expect(got, text).to.equal(status);
  expect(headers["content-type"]).to.equal("application/json; charset=utf-8");
  expect(headers["access-control-allow-origin"]).to.equal(undefined);
  expect(json.error.code, text).to.equal(code);
  expect(json.error.message).to.be.a("string").and.not.equal("");
  return json.error;
}
