// SPDX-License-Identifier: GPL-3.0-or-later
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { CIRCUIT_REGISTRY_ABI, CLAIMS_PAYOUT_ABI, circuitIdOf, circuits } from "@vitalproof/sdk";
import { expect } from "chai";
import { Interface, type InterfaceAbi, toBeHex, ZeroAddress, ZeroHash, zeroPadBytes } from "ethers";
import { EXIT } from "../src/exit.ts";
import { codeOf, vitalproof } from "./support.ts";

const NOW = 1_900_000_000;
const CLAIMS = toBeHex(0xc1a, 20);
const REGISTRY = toBeHex(0xc1c, 20);
const claimsAbi = new Interface(CLAIMS_PAYOUT_ABI as InterfaceAbi);
const registryAbi = new Interface(CIRCUIT_REGISTRY_ABI as InterfaceAbi);

type Entry = { retiredAt?: number; forgedAt?: number; suspended?: boolean };

/** A node whose registry has these circuits, by id. It answers what `circuits` asks, and nothing else. */
async function nodeWith(entries: ReadonlyMap<string, Entry>): Promise<Server> {
  const call = (to: string, data: string): { result: string } | { error: object } => {
    if (to === CLAIMS) return { result: claimsAbi.encodeFunctionResult("circuits", [REGISTRY]) };
    const { name, args } = registryAbi.parseTransaction({ data })!;
    const entry = entries.get(args[0] as string);
    if (entry === undefined) {
      const reverted = registryAbi.encodeErrorResult("CircuitRegistry_UnknownCircuit", [args[0]]);
      return { error: { code: 3, message: "execution reverted", data: reverted } };
    }
    if (name === "isSuspendedAt") {
      const stopped = entry.suspended === true && args[1] === BigInt(NOW);
      return { result: registryAbi.encodeFunctionResult(name, [stopped]) };
    }
    const values: Record<string, unknown> = {
      retiredAt: entry.retiredAt ?? 0,
      forgedAt: entry.forgedAt ?? 0,
    };
    const fields = registryAbi.getFunction("circuit")!.outputs[0]!.components!;
    const record = fields.map(({ name: field, type }) => {
      if (field in values) return values[field];
      if (type.startsWith("bytes")) return zeroPadBytes("0x", Number(type.slice("bytes".length)));
      return type === "address" ? ZeroAddress : 0;
    });
    return { result: registryAbi.encodeFunctionResult(name, [record]) };
  };
  type Asked = { id: number; method: string; params: [{ to: string; data: string }] };
  const answer = ({ id, method, params }: Asked): object => {
    const own = { jsonrpc: "2.0", id };
    if (method === "eth_chainId") return { ...own, result: "0x7a69" };
    if (method === "eth_call") return { ...own, ...call(params[0].to, params[0].data) };
    if (method !== "eth_getBlockByNumber") return { ...own, error: { code: -32601, message: method } };
    const zeros = { number: "0x1", difficulty: "0x0", gasLimit: "0x0", gasUsed: "0x0", nonce: toBeHex(0, 8) };
    const rest = {
      hash: ZeroHash,
      parentHash: ZeroHash,
      miner: ZeroAddress,
      extraData: "0x",
      transactions: [],
    };
    return { ...own, result: { ...zeros, ...rest, timestamp: toBeHex(NOW) } };
  };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const asked = JSON.parse(text) as Asked | Asked[];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(Array.isArray(asked) ? asked.map(answer) : answer(asked)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

describe("vitalproof circuits", () => {
  const all = circuits();
  const STATES: readonly [Entry, string][] = [
    [{}, "registered"],
    [{ suspended: true }, "suspended"],
    [{ retiredAt: NOW }, "retired"],
    [{ retiredAt: NOW + 1 }, "registered"],
    [{ forgedAt: NOW, retiredAt: NOW }, "forged"],
  ];
  let server: Server;
  let url: string;

  before(async () => {
    const entries = STATES.map(([entry], i): [string, Entry] => {
      return [circuitIdOf(all[i]!.name, all[i]!.version), entry];
    });
    server = await nodeWith(new Map(entries));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const run = (...argv: string[]) =>
    vitalproof({ cwd: tmpdir() }, "--rpc", url, "circuits", "--claims", CLAIMS, ...argv);

  it("lists the registry's circuits with their states, and those that are not there", async () => {
    const ran = await run("--json");
    expect(ran.err + ran.code).to.equal(String(EXIT.ok));
    const { circuits: found, absent } = JSON.parse(ran.out) as {
      circuits: { name: string; version: number; state: string }[];
      absent: string[];
    };
    expect(found.map(({ name, version, state }) => [name, version, state])).to.deep.equal(
      STATES.map(([, state], i) => [all[i]!.name, all[i]!.version, state]),
    );
    expect(absent).to.deep.equal(all.slice(STATES.length).map(({ name }) => name));
    const text = (await run()).out;
    expect(text.split("\n")).to.have.length(STATES.length + 2);
    expect(text).to.match(
      new RegExp(`^${all[2]!.name} +version ${all[2]!.version}, retired, no new period from 2030`, "m"),
    );
    expect(text).to.contain(`Not in this registry: ${absent.join(", ")}.`);
  });

  it("names what is missing", async () => {
    const ran = await vitalproof({ cwd: tmpdir() }, "--json", "--rpc", url, "circuits");
    expect([ran.code, codeOf(ran)]).to.deep.equal([EXIT.usage, "USAGE"]);
  });
});
