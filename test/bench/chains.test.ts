// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import {
  CHAINS,
  calldataGas,
  costOn,
  DEFAULT_ASSUMPTIONS,
  fits,
  TRANSACTION_GAS,
} from "../../bench/chains.ts";
import { repriced } from "../../bench/gas.ts";
import { loadReport } from "../../bench/report.ts";

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

  it("what is beyond a chain's limits does not fit, what meets them does", () => {
    expect(fits(chain("ethereum"), { gas: TRANSACTION_GAS, calldataBytes: 1e6 })).to.equal(true);
    expect(fits(chain("ethereum"), { gas: TRANSACTION_GAS + 1, calldataBytes: 0 })).to.equal(false);
    expect(fits(chain("linea"), { gas: 1e6, calldataBytes: 60_000 })).to.equal(true);
    expect(fits(chain("linea"), { gas: 1e6, calldataBytes: 60_001 })).to.equal(false);
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
