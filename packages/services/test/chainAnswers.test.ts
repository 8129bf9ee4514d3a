// SPDX-License-Identifier: GPL-3.0-or-later
//
// What nodes say to a transaction, in their own words.
import { expect } from "chai";
import { type Answer, answerOf } from "../src/chain/answers.ts";

const SAID: readonly (readonly [answer: Answer, words: string])[] = [
  ["taken", "already known"],
  ["taken", "Known transaction: 0x12ab"],
  ["taken", "AlreadyKnown"],
  ["taken", "Transaction with the same hash was already imported."],
  ["spent", "nonce too low: next nonce 5, tx nonce 3"],
  ["spent", "Nonce too low. Expected nonce to be 5 but got 3."],
  ["spent", "OldNonce"],
  ["cheap", "replacement transaction underpriced"],
  ["cheap", "transaction underpriced: tip needed 1, tip permitted 0"],
  ["cheap", "max fee per gas less than block base fee: address 0x00, maxFeePerGas: 1, baseFee: 7"],
  ["cheap", "Transaction maxFeePerGas (1) is too low for the next block, which has a baseFeePerGas of 7"],
  ["cheap", "FeeTooLow, EffectivePriorityFeePerGas too low 1 < 2"],
  ["dry", "insufficient funds for gas * price + value: balance 0, tx cost 5"],
  ["dry", "Sender doesn't have enough funds to send tx. The max upfront cost is: 5"],
  ["dry", "Upfront cost exceeds account balance"],
  ["later", "nonce too high"],
  ["later", "txpool is full"],
  ["later", "the method is rate limited"],
  ["refused", "intrinsic gas too low: have 21000, want 21064"],
  ["refused", "exceeds block gas limit"],
  ["refused", "Transaction line count for module PRECOMPILE_ECMUL_EFFECTIVE_CALLS=42 is above the limit 40"],
  ["refused", "only replay-protected (EIP-155) transactions allowed over RPC"],
];

describe("chain, what nodes say", () => {
  for (const [answer, words] of SAID) {
    it(`"${words}" is ${answer}`, () => {
      const node = { code: -32_000, message: words };
      const given = [
        Object.assign(new Error(words), { code: -32_000 }),
        // As ethers hands it on.
        Object.assign(new Error("could not coalesce error"), { code: "UNKNOWN_ERROR", error: node }),
        Object.assign(new Error("x"), { code: "NONCE_EXPIRED", info: { error: node, payload: { id: 1 } } }),
        new Error("outer", { cause: Object.assign(new Error(words), { code: -32_000 }) }),
      ];
      expect(given.map((error) => answerOf(error).answer)).to.deep.equal(given.map(() => answer));
      expect(answerOf(given[0]).words).to.equal(words);
    });
  }

  it("what is no answer of a node says nothing about the transaction", () => {
    const silent = [
      new Error("nonce too low"),
      Object.assign(new Error("ECONNRESET"), { code: "ECONNRESET" }),
      Object.assign(new Error("busy"), { code: -32_005 }),
      "text",
      undefined,
    ];
    expect(silent.map((error) => answerOf(error).answer)).to.deep.equal(silent.map(() => "later"));
  });
});
