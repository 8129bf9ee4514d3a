// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { CHAINS, calldataGas, costOn, DEFAULT_ASSUMPTIONS, fits, mostClaims } from "../../bench/chains.ts";
import { repriced } from "../../bench/gas.ts";
import { loadReport } from "../../bench/reportFile.ts";

const chain = (name: string) => CHAINS.find((profile) => profile.name === name)!;
const assumptions = { ...DEFAULT_ASSUMPTIONS, ethereumGasGwei: 2, dataGweiPerByte: 0.5, etherUsd: 2_000 };
const claim = { gas: 322_000, calldataBytes: 356, calldataGas: 4_000, transactionBytes: 470 };

describe("bench: chains", () => {
  it("calldata is 16 gas a byte and 4 a zero byte (EIP-2028)", () => {
    expect(calldataGas(Uint8Array.of(0, 0, 1, 255))).to.equal(40);
    expect(calldataGas(new Uint8Array())).to.equal(0);
  });

  it("on Ethereum data is the calldata's part of the gas: both parts make the whole", () => {
    const cost = costOn(chain("ethereum"), claim, assumptions);
    expect(cost.executionGas + cost.dataUnits).to.equal(claim.gas);
    expect(cost.executionGwei).to.equal(318_000 * 2);
    expect(cost.dataGwei).to.equal(4_000 * 2);
    // 644,000 gwei are 0.000644 ether.
    expect(cost.usd).to.be.closeTo(1.288, 1e-9);
  });

  it("on a rollup data is paid by the byte of the signed transaction, on top of all gas", () => {
    for (const name of ["linea", "scroll"]) {
      const cost = costOn(chain(name), claim, assumptions);
      expect(cost.executionGas).to.equal(claim.gas);
      expect(cost.dataUnits).to.equal(470);
      expect(cost.dataGwei).to.equal(235);
      expect(cost.executionGwei).to.be.closeTo(claim.gas * chain(name).gasGwei(assumptions), 0.1);
    }
  });

  it("what is beyond any limit of a chain does not fit, what meets it does", () => {
    expect(fits(chain("ethereum"), 153, 2 ** 24)).to.equal(true);
    expect(fits(chain("ethereum"), 153, 2 ** 24 + 1)).to.equal(false);
    // 17 claims of one circuit are 40 multiplications of points, 18 are 42.
    expect(fits(chain("linea"), 17, 1e6)).to.equal(true);
    expect(fits(chain("linea"), 18, 1e6)).to.equal(false);
  });

  it("the most claims are those of the tightest limit, which is named", () => {
    const sizes = [1, 16, 32, 200].map((claims) => ({ claims, totalGas: 200_000 + 100_000 * claims }));
    expect(mostClaims(chain("linea"), sizes)).to.deep.equal({ claims: 17, bound: "ecMul" });
    // 200,000 + 100,000 n is at most 16,777,216 up to 165.
    expect(mostClaims(chain("ethereum"), sizes)).to.deep.equal({ claims: 165, bound: "gas" });
    expect(mostClaims(chain("ethereum"), sizes.slice(0, 3))).to.deep.equal({ claims: 32, bound: undefined });
  });

  it("other prices change money alone", () => {
    const { gas } = loadReport("bench/report.json");
    const other = repriced(gas!, { ...gas!.assumptions, etherUsd: gas!.assumptions.etherUsd * 2 });
    for (const [i, row] of other.operations.entries()) {
      const before = gas!.operations[i]!;
      expect(row.gas).to.equal(before.gas);
      for (const [j, cost] of row.chains.entries()) {
        expect(cost.executionGwei).to.equal(before.chains[j]!.executionGwei);
        expect(cost.usd / before.chains[j]!.usd).to.be.closeTo(2, 0.01);
      }
    }
  });
});
