// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { TransactionReceipt } from "ethers";
import { differences, figuresOf } from "../src/data/agreement.ts";
import { claimsCsv, claimsJson, filterClaims } from "../src/data/claimsView.ts";
import { type Cost, CostBook, costKey, medianCost } from "../src/data/costs.ts";
import { ledgerOf } from "../src/data/ledgerBook.ts";
import { filterPolicies, policiesCsv, policiesJson } from "../src/data/policiesView.ts";
import { FakeRunner } from "./support/runner.ts";
import { begin, encoded, HASH, INSURER, PATIENT, story, TOKEN, ZERO } from "./support/story.ts";

const CLAIMS = `0x${"55".repeat(20)}`;
const ledger = ledgerOf(
  story(
    ...begin,
    // 1970-01-03
    ["ClaimSettled", 1, 0, HASH, 1, HASH, 0],
    ["PolicyIssued", 2, 1, INSURER, 78, PATIENT, 20_000, 2, HASH],
    // 1970-01-04
    ["ClaimSettled", 2, 0, HASH, 1, HASH, 0],
    ["PeriodsReleased", 1, 3, 4, 1],
    // 1970-01-05
    ["PolicyPaid", 2, PATIENT, 1, 25],
    ["PolicyEnded", 1, INSURER, 4, 3],
  ),
);
const program = ledger.programs.get(1n)!;
const token = { address: TOKEN, symbol: "tUSDC", decimals: 1, mintable: true };
const currency = { symbol: "ETH", decimals: 18 };
const first = ledger.claims[0];
const cost: Cost = { gas: 115_234n, fee: 115_754_439_027_343n, claims: 8 };
const costs = new Map([[costKey(first!.settled!), cost]]);
const file = { program, token, currency, costs };

describe("lists of claims", () => {
  const keys = (filter: Parameters<typeof filterClaims>[1]) =>
    filterClaims(ledger.claims, filter).map(({ policy, period }) => `${policy}/${period}`);

  it("are filtered by state, policy and UTC days, both included", () => {
    expect(keys({})).to.deep.equal(["1/0", "2/0", "1/3"]);
    expect(keys({ state: "credited" })).to.deep.equal(["1/0"]);
    expect(keys({ policy: 1n })).to.deep.equal(["1/0", "1/3"]);
    expect(keys({ from: "1970-01-04" })).to.deep.equal(["2/0", "1/3"]);
    expect(keys({ to: "1970-01-03" })).to.deep.equal(["1/0"]);
    expect(keys({ from: "1970-01-03", to: "1970-01-04", policy: 2n })).to.deep.equal(["2/0"]);
    expect(keys({ from: "1970-01-05" })).to.deep.equal([]);
  });

  it("are written as CSV with the costs that are known", () => {
    const [header, ...rows] = claimsCsv(ledger.claims, file).trimEnd().split("\r\n");
    expect(header!.split(",").slice(-2)).to.deep.equal(["gas", "cost_eth"]);
    expect(rows[0]).to.equal(
      "1,0,credited,2.5,tUSDC,1970-01-03T00:00:00.000Z,1970-01-03T00:00:00.000Z,4,0x4,,115234,0.000115754439027343",
    );
    expect(rows[1]).to.match(/^2,0,paid,.*,,,$/);
    expect(rows[2]).to.match(/^1,3,released,2\.5,tUSDC,,1970/);
  });

  it("are written as JSON with the costs that are known", () => {
    const { claims } = JSON.parse(claimsJson(ledger.claims, file));
    expect(claims).to.have.length(3);
    expect(claims[0].cost).to.deep.equal({ gas: "115234", fee: "115754439027343", claims: 8 });
    expect(claims[1]).not.to.have.property("cost");
  });
});

describe("lists of policies", () => {
  const policies = [...ledger.policies.values()];
  const ids = (kind: Parameters<typeof filterPolicies>[1]) =>
    filterPolicies(policies, kind).map(({ id }) => Number(id));

  it("are filtered by what is reserved, owed or ended", () => {
    expect([ids("all"), ids("reserving"), ids("owed"), ids("ended")]).to.deep.equal([
      [1, 2],
      [1, 2],
      [1],
      [1],
    ]);
  });

  it("are written with amounts and with the payee that is meant", () => {
    const rows = policiesCsv(policies, program, token).trimEnd().split("\r\n");
    expect(rows[1]).to.equal(
      `1,${PATIENT},${PATIENT},4,5.0,2.5,0.0,tUSDC,1970-01-02T12:00:00.000Z,1970-01-05T12:00:00.000Z`,
    );
    expect(rows[2]).to.equal(`2,${INSURER},${PATIENT},2,2.5,0.0,2.5,tUSDC,1970-01-03T12:00:00.000Z,`);
    expect(JSON.parse(policiesJson(policies, program)).policies[1]).to.include({
      id: "2",
      paid: 1,
      reserved: 1,
    });
  });
});

describe("costs of claims", () => {
  const settled = { address: CLAIMS, ...encoded(["ClaimSettled", 1, 0, HASH, 1, HASH, 0]) };
  const other = { address: CLAIMS, ...encoded(["PolicyPaid", 1, PATIENT, 1, 25]) };
  const receipt = { blockNumber: 4, gasUsed: 1001n, gasPrice: 3n, logs: [settled, other, settled] };
  const at = { block: 4, time: 0, hash: "0x4" };

  const bookOf = (answer: (hash: string) => Promise<unknown>) => {
    const asked: string[] = [];
    const book = new CostBook(CLAIMS.toUpperCase().replace("X", "x"), {
      getTransactionReceipt: (hash: string) => {
        asked.push(hash);
        return answer(hash) as Promise<TransactionReceipt | null>;
      },
    });
    return { asked, book };
  };

  it("are a transaction's gas and fee over the claims that it settled, read once", async () => {
    const { asked, book } = bookOf(async () => receipt);
    let told = 0;
    book.subscribe(() => {
      told += 1;
    });
    await Promise.all([book.read([at, at]), book.read([at])]);
    await book.read([at]);
    expect(asked).to.deep.equal(["0x4"]);
    expect(told).to.equal(1);
    expect(book.known().get(costKey(at))).to.deep.equal({ gas: 500n, fee: 1501n, claims: 2 });
  });

  it("stay unknown where the receipt is not there, or of another block, or of something else", async () => {
    for (const answer of [
      async () => null,
      async () => Promise.reject(new Error("no connection")),
      async () => ({ ...receipt, blockNumber: 5 }),
      async () => ({ ...receipt, logs: [other, { ...settled, address: TOKEN }] }),
    ]) {
      const { asked, book } = bookOf(answer);
      await book.read([at]);
      expect(book.known().size).to.equal(0);
      await book.read([at]);
      expect(asked).to.have.length(2);
    }
  });

  it("have a median", () => {
    const of = (gas: bigint, fee: bigint): Cost => ({ gas, fee, claims: 1 });
    expect(medianCost([])).to.equal(undefined);
    expect(medianCost([of(9n, 1n), of(1n, 5n), of(3n, 3n)])).to.deep.equal({ gas: 3n, fee: 3n });
    expect(medianCost([of(9n, 1n), of(1n, 5n)])).to.deep.equal({ gas: 1n, fee: 1n });
  });
});

describe("agreement with custody", () => {
  const figures = figuresOf(ledger, program);
  const ask = (free: bigint, committed: bigint, accounted: bigint, balance: bigint) =>
    differences(CLAIMS, new FakeRunner({ free, committed, accounted, balance }), program, figures, 9);

  it("is there when all figures are the same; other products and gifts of tokens do not disturb it", async () => {
    expect(figures).to.deep.equal({ free: 375n, committed: 100n, all: 475n });
    expect(await ask(375n, 100n, 475n, 475n)).to.deep.equal([]);
    expect(await ask(375n, 100n, 475n, 9999n)).to.deep.equal([]);
    expect(await ask(375n, 100n, 500n, 500n)).to.deep.equal([]);
  });

  it("names every figure that differs, both ways", async () => {
    expect(await ask(374n, 101n, 475n, 475n)).to.deep.equal([
      { name: "Free", byEvents: 375n, byContract: 374n },
      { name: "Reserved and owed", byEvents: 100n, byContract: 101n },
    ]);
    expect(await ask(375n, 100n, 474n, 473n)).to.deep.equal([
      { name: "All programs of this token", byEvents: 475n, byContract: 474n },
      { name: "Tokens that custody holds", byEvents: 474n, byContract: 473n },
    ]);
  });

  it("asks about the block up to which events were read", async () => {
    const runner = new FakeRunner({ free: 375n, committed: 100n, accounted: 475n, balance: 475n });
    await differences(CLAIMS, runner, program, figures, 9);
    expect(runner.blocks).to.deep.equal([9, 9, 9]);
  });

  it("sums the programs of the same token only", () => {
    const two = ledgerOf(
      story(
        ...begin,
        ["ProgramCreated", 2, INSURER, 1, 1, 5, [HASH, 1, 2, 5, ZERO, 25, ZERO, 1, 0, 0]],
        ["EscrowFunded", 5, INSURER, 7],
        ["ProgramCreated", 3, INSURER, 1, 1, 6, [HASH, 1, 2, 5, TOKEN, 25, ZERO, 1, 0, 0]],
        ["EscrowFunded", 6, INSURER, 11],
      ),
    );
    expect(figuresOf(two, two.programs.get(1n)!).all).to.equal(511n);
  });
});
