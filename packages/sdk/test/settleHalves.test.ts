// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { settle, VitalproofError } from "../src/index.ts";
import { estimatedGasOf } from "../src/settle/fill.ts";
import { refusalOf } from "../src/settle/refusal.ts";
import { claims, outcomesOf, reverted, StandIn, times, unreachable } from "./settleStandIn.ts";

describe("settling batches that do not go as they are", function () {
  this.timeout(60_000);

  it("an estimate above the limit halves them, in order", async () => {
    const node = new StandIn();
    const gas = estimatedGasOf(7, 1);
    node.gasOf = (items) => (items.length > 2 ? gas + 1n : gas);
    const report = await settle(claims(7), { ...node.options, limits: { gas } });
    expect(outcomesOf(report)).to.deep.equal(times(7, "settled"));
    expect(node.sent).to.deep.equal([[1, 2], [3, 4], [5, 6], [7]]);
    expect(node.gasLimits).to.deep.equal([gas, gas, gas, gas]);
  });

  it("halves go before the batches behind them", async () => {
    const node = new StandIn();
    const gas = estimatedGasOf(4, 1);
    node.gasOf = (items) => (items.length > 2 && items[0]!.policy === 1n ? gas + 1n : gas);
    await settle(claims(8), { ...node.options, limits: { gas } });
    expect(node.sent).to.deep.equal([
      [1, 2],
      [3, 4],
      [5, 6, 7, 8],
    ]);
  });

  /** As ethers hands a node's answer on: inside its own error, next to the request. */
  const refused = (words: string, code = -32_000) =>
    new VitalproofError("CONTRACT_CALL_FAILED", "It failed.", {
      cause: Object.assign(new Error("missing revert data"), {
        code: "CALL_EXCEPTION",
        info: { error: { code, message: words }, payload: { method: "eth_estimateGas" } },
      }),
    });

  for (const words of [
    "gas required exceeds allowance (16777216)",
    "transaction gas limit too high (cap: 16777216, tx: 20971520)",
    "Cannot estimate gas, gas spent exceeded transaction and block gas limit",
    "Gas limit of transaction is greater than the allowed max of 24000000",
    "Calldata of transaction is greater than the allowed max of 30000",
    "Transaction line count for module PRECOMPILE_ECMUL_EFFECTIVE_CALLS=42 is above the limit 40",
    "oversized data: transaction size 140000, limit 131072",
    "Something that no relayer has heard of",
  ]) {
    it(`a node that says "${words}" gets halves, at once, whether it is asked or sent to`, async () => {
      for (const method of ["estimateClaims", "submitClaims"] as const) {
        const node = new StandIn();
        node.before = (called, _, items) => {
          if (called === method && items.length > 1) throw refused(words);
        };
        const report = await settle(claims(3), node.options);
        expect(outcomesOf(report)).to.deep.equal(times(3, "settled"));
        expect(report.transactions.map(({ settled }) => settled)).to.deep.equal([1, 1, 1]);
        expect(node.pauses).to.deep.equal([]);
      }
    });
  }

  it("an error of Solidity's own or of another contract is halved, the contract's own is not", async () => {
    const halvedBy = async (details: Record<string, string>) => {
      const node = new StandIn();
      node.before = (called, _, items) => {
        if (called !== "estimateClaims" || items.length < 2) return;
        const cause = refused("execution reverted", 3);
        throw new VitalproofError("CONTRACT_REVERTED", "It was refused.", { details, cause });
      };
      return outcomesOf(await settle(claims(2), node.options));
    };
    expect(await halvedBy({ error: "Panic" })).to.deep.equal(times(2, "settled"));
    expect(await halvedBy({ data: "0x12345678" })).to.deep.equal(times(2, "settled"));
    expect(await halvedBy({ error: "ClaimsPayout_Paused" })).to.deep.equal(
      times(2, "failed CONTRACT_REVERTED"),
    );
  });

  for (const [words, code] of [
    ["insufficient funds for gas * price + value", -32_000],
    ["nonce too low", -32_000],
    ["header not found", -32_000],
    ["replacement transaction underpriced", -32_000],
    ["max fee per gas less than block base fee", -32_000],
    ["daily request count exceeded", -32_005],
    ["User denied transaction signature.", 4001],
  ] as const) {
    it(`"${words}" is no reason to halve`, async () => {
      const node = new StandIn();
      node.before = (method) => {
        if (method === "estimateClaims") throw refused(words, code);
      };
      const report = await settle(claims(2), node.options);
      expect(outcomesOf(report)).to.deep.equal(times(2, "failed CONTRACT_CALL_FAILED"));
      expect(node.callsOf("estimateClaims").map(({ items }) => items.length)).to.deep.equal([2, 2, 2]);
    });
  }

  it("only an answer of the node is a refusal, and only its own words are told", () => {
    expect(refusalOf(refused("above the limit"))).to.deep.equal({
      words: "above the limit",
      isForAnySize: false,
    });
    expect(refusalOf(refused("x".repeat(5_000)))!.words).to.have.length(300);
    const lost = new DOMException("The operation was aborted.", "AbortError");
    for (const error of [
      undefined,
      "above the limit",
      new Error("socket hang up"),
      Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", errno: -111 }),
      new VitalproofError("CONTRACT_CALL_FAILED", "It failed.", { cause: lost }),
    ])
      expect(refusalOf(error)).to.equal(undefined);
  });

  it("one claim that the node refuses fails with the node's words, and the others are settled", async () => {
    const node = new StandIn();
    const words = "Transaction line count for module PRECOMPILE_ECMUL_EFFECTIVE_CALLS=4 is above the limit 3";
    node.before = (method, _, items) => {
      if (method === "estimateClaims" && items.some(({ policy }) => policy === 3n)) throw refused(words);
    };
    const report = await settle(claims(4), node.options);
    expect(outcomesOf(report)).to.deep.equal(times(4, "settled").with(2, "failed CONTRACT_CALL_FAILED"));
    expect(report.claims[2]).to.include({ message: `It failed. The node says: ${words}` });
  });

  it("one claim above the limit fails, and the others are settled", async () => {
    const node = new StandIn();
    const gas = estimatedGasOf(4, 1);
    node.gasOf = (items) => (items.some(({ policy }) => policy === 3n) ? gas + 1n : gas);
    const report = await settle(claims(4), { ...node.options, limits: { gas } });
    expect(outcomesOf(report)).to.deep.equal(["settled", "settled", "failed INVALID_ARGUMENT", "settled"]);
    expect(node.sent).to.deep.equal([[1, 2], [4]]);
  });

  for (const method of ["estimateClaims", "submitClaims"] as const) {
    it(`BatchNotVerified at ${method}: halved down to the false one`, async () => {
      const node = new StandIn();
      node.before = (called, _, items) => {
        if (called === method && items.some(({ policy }) => policy === 6n)) {
          throw reverted("ClaimsPayout_BatchNotVerified", { first: 0n, last: BigInt(items.length - 1) });
        }
      };
      const report = await settle(claims(8), node.options);
      expect(outcomesOf(report)).to.deep.equal(times(8, "settled").with(5, "refused PROOF_INVALID"));
      // Eight, then four and four, two and two, one and one: the logarithm of it, not one by one.
      expect(report.transactions.length).to.equal(3);
      expect(node.pauses).to.deep.equal([]);
    });

    it(`InvalidProofInBatch at ${method}: just that one is dropped`, async () => {
      const node = new StandIn();
      node.before = (called, _, items) => {
        const index = items.findIndex(({ policy }) => policy === 2n || policy === 5n);
        if (called === method && index !== -1) {
          throw reverted("ClaimsPayout_InvalidProofInBatch", {
            index: BigInt(index),
            policyId: items[index]!.policy,
            period: 0n,
          });
        }
      };
      const report = await settle(claims(6), node.options);
      expect(outcomesOf(report)).to.deep.equal(
        times(6, "settled").with(1, "refused PROOF_INVALID").with(4, "refused PROOF_INVALID"),
      );
      expect(node.sent.at(-1)).to.deep.equal([1, 3, 4, 6]);
      expect(report.transactions.length).to.equal(1);
    });
  }

  it("a batch of one that is false leaves nothing to send; an index that is none is no reason to drop", async () => {
    const node = new StandIn();
    let index = 0n;
    node.before = (called) => {
      if (called === "estimateClaims") throw reverted("ClaimsPayout_InvalidProofInBatch", { index });
    };
    expect(outcomesOf(await settle(claims(1), node.options))).to.deep.equal(["refused PROOF_INVALID"]);
    expect(node.callsOf("estimateClaims").length).to.equal(1);
    index = 7n;
    expect(outcomesOf(await settle(claims(2), node.options))).to.deep.equal(
      times(2, "failed CONTRACT_REVERTED"),
    );
  });

  it("what a retry finds impossible by then is skipped, and the rest sent", async () => {
    const node = new StandIn();
    node.before = (method, earlier) => {
      if (method !== "submitClaims" || earlier > 0) return;
      node.settled.add("1/0");
      throw unreachable();
    };
    const report = await settle(claims(3), node.options);
    expect(outcomesOf(report)).to.deep.equal(["skipped period-already-claimed", "settled", "settled"]);
    expect(node.sent).to.deep.equal([
      [1, 2, 3],
      [2, 3],
    ]);
  });
});
