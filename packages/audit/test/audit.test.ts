// SPDX-License-Identifier: GPL-3.0-or-later
//
// Parts of the auditor that need no contracts: how it asks a node, what it reads out of calldata, keys, stops, reports.
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { CLAIMS_PAYOUT_ABI, type Proof, proofCalldata, type VerificationKey } from "@vitalproof/sdk";
import { expect } from "chai";
import { AbiCoder, Interface } from "ethers";
import fc from "fast-check";
import { attestationsIn, claimProofsIn } from "../src/calldata.ts";
import { duration, escapeHtml, printable } from "../src/format.ts";
import { reportHtml } from "../src/html.ts";
import { knownKeys, wordsInCode } from "../src/keys.ts";
import type { AuditReport } from "../src/report.ts";
import { httpRequest, rpcChainData } from "../src/rpcChainData.ts";
import { StopHistory } from "../src/stops.ts";
import { reportLines } from "../src/text.ts";
import { verdictOf } from "../src/verdict.ts";

const ARTIFACTS = join(import.meta.dirname, "../../../circuits/artifacts");

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

describe("audit: calldata", () => {
  const abi = new Interface(CLAIMS_PAYOUT_ABI);
  const proof: Proof = {
    a: [1n, 2n],
    b: [
      [3n, 4n],
      [5n, 6n],
    ],
    c: [7n, 8n],
  };
  const consent = `0x${"ab".repeat(32)}`;
  const circuit = `0x${"5a".repeat(32)}`;
  const claim = { policy: 9n, period: 3, consent, circuit, root: 77n };
  const call = abi.encodeFunctionData("submitClaim", [9n, 3, consent, proofCalldata(proof)]);

  it("finds a claim's proof sent directly, halves of G2 in their places", () => {
    expect(claimProofsIn(abi, call, claim)).to.deep.equal([proof]);
  });

  it("finds claims inside another contract's call, each by its own policy, period and consent", () => {
    const second = abi.encodeFunctionData("submitClaim", [
      9n,
      4,
      consent,
      proofCalldata({ ...proof, a: [11n, 12n] }),
    ]);
    const batch = `0x12345678${AbiCoder.defaultAbiCoder()
      .encode(["bytes[]"], [[call, second]])
      .slice(2)}`;
    expect(claimProofsIn(abi, batch, claim)).to.deep.equal([proof]);
    expect(claimProofsIn(abi, batch, { ...claim, period: 4 })[0]!.a).to.deep.equal([11n, 12n]);
    for (const other of [
      { ...claim, policy: 8n },
      { ...claim, period: 5 },
      { ...claim, consent: `0x${"ac".repeat(32)}` },
    ]) {
      expect(claimProofsIn(abi, batch, other)).to.deep.equal([]);
    }
  });

  it("finds claims among the items of submitClaims, each by its own circuit and root as well", () => {
    const item = (period: number, first: bigint) => ({
      policyId: 9n,
      period,
      consentId: consent,
      circuit,
      anchorRoot: 77n,
      proof: proofCalldata({ ...proof, a: [first, 2n] }),
    });
    const batch = abi.encodeFunctionData("submitClaims", [[item(3, 1n), item(4, 11n)]]);
    expect(claimProofsIn(abi, batch, claim)).to.deep.equal([proof]);
    expect(claimProofsIn(abi, batch, { ...claim, period: 4 })[0]!.a).to.deep.equal([11n, 2n]);
    for (const other of [
      { ...claim, policy: 8n },
      { ...claim, period: 5 },
      { ...claim, consent: `0x${"ac".repeat(32)}` },
      { ...claim, circuit: `0x${"5b".repeat(32)}` },
      { ...claim, root: 78n },
    ]) {
      expect(claimProofsIn(abi, batch, other)).to.deep.equal([]);
    }
    // The same words without the call are no claim.
    expect(
      claimProofsIn(abi, batch.replace(abi.getFunction("submitClaims")!.selector, "0x00000000"), claim),
    ).to.deep.equal([]);
  });

  it("a call cut short has no proof; calldata without attestations has none", () => {
    expect(claimProofsIn(abi, call.slice(0, -2), claim)).to.deep.equal([]);
    expect(attestationsIn(abi, call)).to.deep.equal([]);
    expect(attestationsIn(abi, `${abi.getFunction("issuePolicy")!.selector}00`)).to.deep.equal([]);
  });
});

describe("audit: keys", () => {
  const read = (circuit: string, file: string) =>
    JSON.parse(readFileSync(join(ARTIFACTS, circuit, file), "utf8")) as never;
  const circuits = readdirSync(ARTIFACTS);
  const keys = knownKeys(
    circuits.map((circuit) => ({
      circuit,
      key: read(circuit, "verification_key.json") as VerificationKey,
      keyKind: "development",
    })),
  );

  it("T16: every committed key hashes to what its manifest says, and is found by it", () => {
    for (const circuit of circuits) {
      const { verificationKeyHash } = read(circuit, "manifest.json") as { verificationKeyHash: string };
      expect(keys.get(verificationKeyHash)?.circuit).to.equal(circuit);
    }
  });

  it("are in the order of their circuits, however they came", () => {
    const names = [...knownKeys([...keys.values()].reverse()).values()].map(({ circuit }) => circuit);
    expect(names).to.deep.equal([...circuits].sort());
  });

  it("T16: one coordinate that is not in a verifier's code is noticed", () => {
    const { key } = [...keys.values()][0]!;
    const { of } = wordsInCode(key, "0x");
    const alpha = BigInt(key.vk_alpha_1[0]!).toString(16);
    expect(wordsInCode(key, "0x")).to.deep.equal({ found: 0, of });
    expect(wordsInCode(key, `0x${alpha.padStart(64, "0")}`).found).to.equal(1);
  });
});

describe("audit: stops", () => {
  it("reads a history as the contract's library does, against a plain scan", () => {
    const history = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 100 }), (steps, at) => {
        const stops = new StopHistory();
        const plain: [number, number][] = [];
        let time = 0;
        for (const [gap, length] of steps) {
          const start = time + gap;
          time = start + length;
          stops.begin(start, time, "");
          plain.push([start, time]);
        }
        const before = plain.filter(([start]) => start < at).at(-1);
        expect(stops.lastBefore(at)?.start).to.equal(before?.[0]);
        expect(stops.wasRunningAt(at)).to.equal(plain.some(([start, end]) => start <= at && at < end));
        expect(stops.runningUntil(at)).to.equal(at < (plain.at(-1)?.[1] ?? 0) ? plain.at(-1)![1] : 0);
      }),
    );
  });
});

describe("audit: words and reports", () => {
  it("durations, and text that could hide something", () => {
    expect([0, 1, 59, 60, 3661, 90_000].map(duration)).to.deep.equal([
      "0 s",
      "1 s",
      "59 s",
      "1 min",
      "1 h 1 min",
      "1 d 1 h",
    ]);
    expect(printable("a\u001b[31m\u202eb\nc")).to.equal("a\\u{1b}[31m\\u{202e}b\\u{a}c");
  });

  it("nothing that is escaped can open a tag, an attribute or an entity, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).to.match(/^(?:[^<>"'&]|&(?:amp|lt|gt|quot|#39);)*$/u);
      }),
    );
  });

  it("a verdict claims no more than was checked", () => {
    const sentenceOf = (error: number, warning: number, proofsVerified: number) => {
      const summary = { findings: { error, warning, notice: 1 }, claims: 3, proofsVerified };
      return verdictOf({ summary } as unknown as AuditReport);
    };
    expect(sentenceOf(0, 0, 3)).to.deep.equal({
      holds: true,
      sentence:
        "Nothing contradicts itself: 3 of 3 proofs verified, ledgers reconciled. 0 warnings, 1 notice.",
    });
    expect(sentenceOf(0, 2, 1)).to.deep.equal({
      holds: true,
      sentence:
        "Nothing that was checked contradicts itself: 1 of 3 proofs verified. 2 warnings for what was not checked, 1 notice.",
    });
    expect(sentenceOf(1, 2, 3)).to.deep.equal({
      holds: false,
      sentence: "1 error found. 2 warnings, 1 notice.",
    });
  });

  it("a program without policies, claims and anchors makes a report in every form", () => {
    const report = {
      schema: "vitalproof/audit/1",
      chain: { chainId: 1n, fromBlock: 0, toBlock: 1, blockHash: "0x1", time: 1_771_131_604 },
      contracts: {
        claims: "0x1",
        anchors: "0x2",
        consents: "0x3",
        circuits: "0x4",
        scopes: "0x5",
        pauses: "0x7",
        custody: "0x8",
      },
      summary: {
        findings: { error: 0, warning: 0, notice: 0 },
        events: 1,
        policies: 0,
        claims: 0,
        proofsVerified: 0,
        outcomes: { paid: 0, owed: 0, "under-review": 0, rejected: 0, denied: 0 },
      },
      program: {
        id: 1n,
        insurer: "0x5",
        group: 1n,
        scope: 1n,
        terms: 1n,
        benefit: 1n,
        epochs: 1,
        epochSeconds: 86_400,
        createdAt: 1_771_131_600,
        assurance: "self-attested",
      },
      token: { address: "0x6", symbol: '<b onclick="x">', decimals: 0 },
      circuits: [],
      policies: [],
      claims: [],
      periods: { covered: 0, over: 0, claimed: 0, released: 0, open: 0, releasable: 0 },
      anchors: [],
      stops: { pauses: [], outages: [], suspensions: [] },
      consents: [],
      ledger: {
        now: { funded: 0n, withdrawn: 0n, paid: 0n, free: 0n, reserved: 0n, owed: 0n },
        history: [],
        allPrograms: 0n,
        otherProducts: 0n,
        balance: undefined,
        donated: 0n,
        transfersIn: 0n,
        transfersOut: 0n,
      },
      latency: { claimMedian: undefined, paymentMedian: undefined },
      invariants: [],
      findings: [],
      reliesOn: [],
    } as unknown as AuditReport;
    const html = reportHtml(report);
    expect(html).to.include("</html>").and.to.not.include("<b ").and.to.not.include("NaN");
    expect(reportLines(report).join("\n")).to.include("0 errors");
  });
});
