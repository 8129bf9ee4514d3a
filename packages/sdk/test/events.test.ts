// SPDX-License-Identifier: GPL-3.0-or-later
//
// Events from nodes that limit a question. What such a node answers is written here: none of the real ones at hand has limits.
import { expect } from "chai";
import { Contract, JsonRpcProvider, makeError } from "ethers";
import { eventsOf } from "../src/clients/events.ts";
import { codeRejected } from "./support.ts";

const LAST = 25_000;
const NO_CONTRACT = `0x${"11".repeat(20)}`;

/** A node with an event in every thousandth block, which refuses questions for more blocks than `most`. */
function nodeOf(most: number, refusal: Error = new Error("query returned more than 10000 results")) {
  const asked: [number, number][] = [];
  const provider = new JsonRpcProvider("http://127.0.0.1:9", 1, { staticNetwork: true });
  provider.getBlockNumber = async () => LAST;
  const query = async (from: number, to = LAST): Promise<number[]> => {
    asked.push([from, to]);
    if (to - from + 1 > most) throw refusal;
    return Array.from({ length: LAST / 1_000 + 1 }, (_, i) => i * 1_000).filter(
      (block) => from <= block && block <= to,
    );
  };
  return { asked, query, contract: new Contract(NO_CONTRACT, [], provider) };
}

const upTo = (last: number) => Array.from({ length: last / 1_000 + 1 }, (_, i) => i * 1_000);

describe("events of a contract", () => {
  it("are asked for once where the node answers, and every one comes once in order where it does not", async () => {
    const one = nodeOf(Number.POSITIVE_INFINITY);
    expect(await eventsOf(one.contract, "E", {}, one.query)).to.deep.equal(upTo(LAST));
    expect(one.asked).to.have.length(1);
    for (const most of [10_000, 9_999, 2_000, 1]) {
      const { contract, query, asked } = nodeOf(most);
      const toBlock = most === 1 ? 3_000 : LAST;
      expect(await eventsOf(contract, "E", { toBlock }, query), String(most)).to.deep.equal(upTo(toBlock));
      expect(asked.length, String(most)).to.be.below(most === 1 ? 7_000 : 60);
    }
    const some = nodeOf(2_000);
    const range = { fromBlock: 1_001, toBlock: 6_000 };
    expect(await eventsOf(some.contract, "E", range, some.query)).to.deep.equal(
      [2, 3, 4, 5, 6].map((k) => k * 1_000),
    );
  });

  it("end with CONTRACT_CALL_FAILED where a node is not there, or refuses a block of its own", async () => {
    const none = nodeOf(0);
    expect(await codeRejected(eventsOf(none.contract, "E", {}, none.query))).to.equal("CONTRACT_CALL_FAILED");
    expect(none.asked.length).to.be.below(20);
    const away = nodeOf(
      0,
      makeError("request timeout", "TIMEOUT", {
        operation: "eth_getLogs",
        reason: "",
        request: undefined as never,
      }),
    );
    expect(await codeRejected(eventsOf(away.contract, "E", {}, away.query))).to.equal("CONTRACT_CALL_FAILED");
    expect(away.asked).to.have.length(1);
  });
});
