// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { dataLength, Interface } from "ethers";
import { CLAIMS_PAYOUT_ABI } from "../src/generated/abi.ts";
import { type ChainLimits, chainLimits, proofCalldata } from "../src/index.ts";
import { calldataBytesOf, estimatedGasOf, fillBatches, usageOf } from "../src/settle/fill.ts";
import { exceeded } from "../src/settle/limits.ts";
import { claims, PLENTY } from "./settleStandIn.ts";
import { codeThrown } from "./support.ts";

describe("filling batches", () => {
  const of = (circuit: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ circuit, name: `${circuit}${i}` }));
  const sizes = (batches: readonly unknown[][]) => batches.map((batch) => batch.length);

  it("puts claims of one statement side by side and keeps the given order inside", () => {
    const [a, b] = [of("a", 3), of("b", 2)];
    const batches = fillBatches([b[0]!, a[0]!, a[1]!, b[1]!, a[2]!], PLENTY);
    expect(batches.map((batch) => batch.map(({ name }) => name))).to.deep.equal([
      ["b0", "b1", "a0", "a1", "a2"],
    ]);
    expect(fillBatches([], PLENTY)).to.deep.equal([]);
  });

  it("gas binds: exactly as many as its model allows, and one less below it", () => {
    const gas = estimatedGasOf(5, 1);
    expect(sizes(fillBatches(of("a", 12), { gas }))).to.deep.equal([5, 5, 2]);
    expect(sizes(fillBatches(of("a", 12), { gas: gas - 1n }))).to.deep.equal([4, 4, 4]);
    expect(sizes(fillBatches(of("a", 12), { gas, calldataBytes: 60_000 }))).to.deep.equal([5, 5, 2]);
  });

  it("a further circuit costs gas of its own", () => {
    const gas = estimatedGasOf(4, 2);
    expect(sizes(fillBatches([...of("a", 2), ...of("b", 2)], { gas }))).to.deep.equal([4]);
    expect(sizes(fillBatches([...of("a", 2), ...of("b", 2)], { gas: gas - 1n }))).to.deep.equal([3, 1]);
    // Three circuits of one claim each; the circuits of a batch before do not count in the next.
    expect(
      sizes(
        fillBatches(
          [..."abc"].flatMap((name) => of(name, 1)),
          { gas: estimatedGasOf(1, 1) },
        ),
      ),
    ).to.deep.equal([1, 1, 1]);
  });

  it("calldata binds: 60,000 bytes hold 144 claims", () => {
    expect(sizes(fillBatches(of("a", 300), { ...PLENTY, calldataBytes: 60_000 }))).to.deep.equal([
      144, 144, 12,
    ]);
    const calldataBytes = calldataBytesOf(7);
    expect(sizes(fillBatches(of("a", 15), { ...PLENTY, calldataBytes }))).to.deep.equal([7, 7, 1]);
    expect(sizes(fillBatches(of("a", 15), { ...PLENTY, calldataBytes: calldataBytes - 1 }))).to.deep.equal([
      6, 6, 3,
    ]);
  });

  it("loses none, doubles none, and every batch is as full as can be", () => {
    const every: ChainLimits[] = [
      { gas: estimatedGasOf(9, 2), calldataBytes: calldataBytesOf(8) },
      { ...PLENTY, ecMul: 23, pairings: 3 },
      { ...PLENTY, millerLoops: 11, ecAdd: 17 },
      chainLimits(59144n),
    ];
    const fits = (batch: readonly { circuit: string }[], limits: ChainLimits) => {
      const names = batch.map(({ circuit }) => circuit);
      const counts = [...new Set(names)].map((name) => names.filter((other) => other === name).length);
      return exceeded(usageOf(counts), limits) === undefined;
    };
    for (let seed = 1; seed <= 200; seed++) {
      const given = Array.from({ length: (seed * 7) % 60 }, (_, i) => ({
        circuit: `s${(i * i * seed + i) % ((seed % 5) + 1)}`,
        name: i,
      }));
      const limits = every[seed % every.length]!;
      const batches = fillBatches(given, limits);
      expect(
        batches
          .flat()
          .map(({ name }) => name)
          .sort((a, b) => a - b),
      ).to.deep.equal([...given.keys()]);
      batches.forEach((batch, i) => {
        expect(fits(batch, limits)).to.equal(true);
        const next = batches[i + 1]?.[0];
        if (next !== undefined) expect(fits([...batch, next], limits), "takes one more").to.equal(false);
      });
      // Once a circuit is left behind it does not come again.
      const order = batches.flat().map(({ circuit }) => circuit);
      const runs = order.filter((circuit, i) => circuit !== order[i - 1]);
      expect(runs.length).to.equal(new Set(runs).size);
    }
  });

  it("limits into which not one claim fits are refused", () => {
    for (const limits of [
      { gas: estimatedGasOf(1, 1) - 1n },
      { ...PLENTY, calldataBytes: calldataBytesOf(1) - 1 },
      { gas: 0n },
      { ...PLENTY, ecAdd: 3 },
      { ...PLENTY, ecMul: 3 },
      { ...PLENTY, pairings: 0 },
      { ...PLENTY, millerLoops: 3 },
    ]) {
      expect(codeThrown(() => fillBatches(of("a", 2), limits))).to.equal("INVALID_ARGUMENT");
      expect(codeThrown(() => fillBatches([], limits))).to.equal("INVALID_ARGUMENT");
    }
    expect(
      sizes(fillBatches(of("a", 2), { gas: estimatedGasOf(1, 1), calldataBytes: calldataBytesOf(1) })),
    ).to.deep.equal([1, 1]);
  });

  it("knows the length of calldata", () => {
    const abi = new Interface(CLAIMS_PAYOUT_ABI);
    for (const count of [1, 2, 17]) {
      const data = abi.encodeFunctionData("submitClaims", [
        claims(count).map(({ policy, proof, ...item }) => ({
          ...item,
          policyId: policy,
          proof: proofCalldata(proof),
        })),
      ]);
      expect(calldataBytesOf(count)).to.equal(dataLength(data));
    }
  });

  it("counts the curve's calls: one claim by its own verifier, more of a circuit together", () => {
    const curve = (...counts: number[]) => {
      const { ecAdd, ecMul, pairings, millerLoops } = usageOf(counts);
      return [ecAdd, ecMul, pairings, millerLoops];
    };
    expect(curve(1)).to.deep.equal([4, 4, 1, 4]);
    // 2 N + 6 multiplications and N + 3 pairs; test/e2e/curveCalls.test.ts traces them.
    expect(curve(2)).to.deep.equal([7, 10, 1, 5]);
    expect(curve(17)).to.deep.equal([22, 40, 1, 20]);
    expect(curve(17, 1, 2)).to.deep.equal([33, 54, 3, 29]);
    expect(curve()).to.deep.equal([0, 0, 0, 0]);
  });

  it("Linea bounds bytes and calls of the curve, everybody else only gas", () => {
    for (const chain of [59141n, 59144n]) {
      expect(chainLimits(chain)).to.deep.equal({
        gas: 2n ** 24n,
        calldataBytes: 60_000,
        ecAdd: 256,
        ecMul: 40,
        pairings: 16,
        millerLoops: 64,
      });
    }
    for (const chain of [1n, 8453n, 31337n, 10n ** 30n])
      expect(chainLimits(chain)).to.deep.equal({ gas: 2n ** 24n });
  });

  it("a transaction on Linea takes 17 claims of one circuit, 14 of two, or ten circuits with one claim each", () => {
    const linea = chainLimits(59144n);
    expect(sizes(fillBatches(of("a", 50), linea))).to.deep.equal([17, 17, 16]);
    expect(sizes(fillBatches([...of("a", 7), ...of("b", 8)], linea))).to.deep.equal([14, 1]);
    const many = Array.from({ length: 12 }, (_, i) => of(`c${i}`, 1)).flat();
    expect(sizes(fillBatches(many, linea))).to.deep.equal([10, 2]);
  });
});
