// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { DEFAULT_ASSUMPTIONS } from "../../bench/chains.ts";
import { PARTS, parseOptions, UsageError } from "../../bench/options.ts";

describe("bench: command line", () => {
  it("runs everything when no part is named, and parts in their own order", () => {
    expect(parseOptions([])).to.deep.equal({
      parts: PARTS,
      full: false,
      json: false,
      help: false,
      repriced: false,
      assumptions: DEFAULT_ASSUMPTIONS,
    });
    expect(parseOptions(["gas", "constraints", "--full"])).to.include({ full: true });
    expect(parseOptions(["gas", "constraints"]).parts).to.deep.equal(["constraints", "gas"]);
  });

  it("takes prices", () => {
    const options = parseOptions(["--gas-price", "2.5", "--data-price", "0.1", "--eth-usd", "4000"]);
    expect(options.repriced).to.equal(true);
    expect(options.assumptions).to.include({ ethereumGasGwei: 2.5, dataGweiPerByte: 0.1, etherUsd: 4_000 });
  });

  const refused: [string[], RegExp][] = [
    [["proofs"], /no part "proofs".*constraints, proving, growth, keys, gas/],
    [["--fast"], /--fast/],
    [["--gas-price"], /gas-price/],
    [["--gas-price", "cheap"], /--gas-price takes a number above 0, not "cheap"/],
    [["--eth-usd", "0"], /--eth-usd/],
    [["--data-price=-1"], /--data-price/],
    [["--data-price", ""], /--data-price/],
  ];
  for (const [args, message] of refused) {
    it(`refuses ${args.join(" ")}`, () => {
      expect(() => parseOptions(args)).to.throw(UsageError, message);
    });
  }
});
