// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import type { AuditState } from "../../src/audit/protocol.ts";
import { serveAudit } from "../../src/audit/service.ts";

const JOB = {
  rpc: "http://127.0.0.1:1/",
  chainId: 31337,
  claims: "0x0165878A594ca255338adfa4d48449f69242Eb8F",
  program: 1n,
  fromBlock: 0,
};

/** What a worker posts when the node answers so. */
async function posted(answer: (method: string) => unknown): Promise<AuditState[]> {
  const states: AuditState[] = [];
  await serveAudit(
    JOB,
    new Map(),
    (state) => states.push(state),
    async (method) => answer(method),
  );
  return states;
}

/** An empty answer of a contract that is asked for an address or a number: 32 bytes. */
const WORD = `0x${"0".repeat(64)}`;
const HEAD = { number: "0x5", hash: "0xAB", timestamp: "0x10" };

function emptyChain(method: string): unknown {
  if (method === "eth_chainId") return "0x7a69";
  if (method === "eth_getBlockByNumber") return HEAD;
  return method === "eth_getLogs" ? [] : WORD;
}

describe("audit: the worker's side", () => {
  it("a node of another chain is refused, naming both", async () => {
    const [state, ...more] = await posted(() => "0x1");
    expect(more).to.deep.equal([]);
    expect(state).to.deep.include({ kind: "failed" });
    expect(JSON.stringify(state)).to.contain("on chain 1, but config.json says 31337");
  });

  it("a program that the chain does not have: its sentence, with a hint that needs no shell", async () => {
    const states = await posted(emptyChain);
    const last = states.at(-1);
    if (last?.kind !== "failed") throw new Error(`posted ${last?.kind}`);
    expect(last.sentence.says).to.contain("hold no creation of program 1");
    expect(last.sentence.hint).to.not.contain("--");
    expect(states[0]).to.deep.equal({ kind: "running", step: "events of the contracts" });
  });

  it("a node that is away: the sentence of the request", async () => {
    const away = new VitalproofError("CONTRACT_CALL_FAILED", "The node does not answer eth_getLogs.", {
      hint: "Check the URL.",
    });
    const states = await posted((method) => {
      if (method === "eth_getLogs") throw away;
      return emptyChain(method);
    });
    expect(states.at(-1)).to.deep.equal({
      kind: "failed",
      sentence: { says: "The node does not answer eth_getLogs.", hint: "Check the URL." },
    });
  });

  it("an answer of another form is the node's fault, and says so", async () => {
    const states = await posted((method) =>
      method === "eth_getBlockByNumber" ? { number: "0x5" } : emptyChain(method),
    );
    expect(states.at(-1)).to.deep.include({ kind: "failed" });
    expect(JSON.stringify(states.at(-1))).to.contain("answered with something that the audit cannot read");
  });
});
