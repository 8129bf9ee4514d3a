// SPDX-License-Identifier: GPL-3.0-or-later
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import hre from "hardhat";
import type { EthereumProvider } from "hardhat/types/providers";
import { DEFAULT_TIMES } from "../../ignition/parameters.ts";
import { checkEvm } from "../../scripts/deploy/evm.ts";
import { readParameters } from "../../scripts/deploy/readParameters.ts";
import { Refusal } from "../../scripts/deploy/refusal.ts";
import { operatorFolder, other, roles } from "./support/operator.ts";

describe("deploy: what it looks at", function () {
  this.timeout(60_000);

  describe("the EVM probe", () => {
    const genuine = async (mangle: (to: string | undefined, answer: string) => string) => {
      const connection = await hre.network.create({ network: "default" });
      try {
        const provider = {
          request: async (args: { method: string; params: { to?: string }[] }) => {
            const answer = await connection.provider
              .request(args)
              .then(String)
              .catch(() => "0x");
            return mangle(args.params[0]!.to?.slice(-1), answer);
          },
        } as unknown as EthereumProvider;
        return (await checkEvm(provider)).filter(({ problem }) => problem !== undefined).map(({ id }) => id);
      } finally {
        await connection.close();
      }
    };
    const word = (digit: string) => `0x${digit.padStart(64, "0")}`;
    for (const [what, mangle, problems] of [
      ["nothing wrong", (_to, answer) => answer, []],
      [
        "no precompile at all",
        (to, answer) => (to === undefined ? answer : "0x"),
        ["ecAdd", "ecMul", "pairing"],
      ],
      ["a wrong sum", (to, answer) => (to === "6" && answer !== "0x" ? word("1") : answer), ["ecAdd"]],
      [
        "a sum of points off the curve",
        (to, answer) => (to === "6" && answer === "0x" ? word("1") : answer),
        ["ecAdd"],
      ],
      ["a wrong product", (to, answer) => (to === "7" ? `${answer.slice(0, -1)}0` : answer), ["ecMul"]],
      ["a pairing that is always true", (to, answer) => (to === "8" ? word("1") : answer), ["pairing"]],
      ["a pairing that is always false", (to, answer) => (to === "8" ? word("0") : answer), ["pairing"]],
      [
        "a pairing that takes any point",
        (to, answer) => (to === "8" && answer === "0x" ? word("0") : answer),
        ["pairing"],
      ],
      ["an EVM before Cancun", (to, answer) => (to === undefined ? "0x" : answer), ["cancun"]],
    ] as [string, (to: string | undefined, answer: string) => string, string[]][]) {
      it(`finds ${what}`, async () => {
        expect(await genuine(mangle)).to.deep.equal(problems);
      });
    }
  });

  describe("parameters", () => {
    const { governor, guardian, pauser } = roles;
    const { folder, remove } = operatorFolder();
    after(remove);
    const read = (content: unknown, more: { local?: boolean; accounts?: string[] } = {}) => {
      const path = join(folder, "table.json");
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
      return readParameters({
        path,
        shown: "table.json",
        named: true,
        local: false,
        accounts: [],
        longestPeriod: 86_400,
        ...more,
      });
    };

    it("takes what is given, and the default times", () => {
      expect(read({ Vitalproof: roles })).to.deep.equal({ ...roles, ...DEFAULT_TIMES });
    });

    it("takes a local chain's accounts where nothing is given, the deployer's excepted", () => {
      const accounts = [other, governor, guardian, pauser];
      expect(read({ Vitalproof: {} }, { local: true, accounts })).to.deep.equal({
        ...roles,
        ...DEFAULT_TIMES,
      });
    });

    for (const [what, content, named] of [
      ["no JSON", "{", "JSON"],
      ["no module", { governor }, "Vitalproof"],
      ["a missing role", { Vitalproof: { governor, guardian } }, "pauser"],
      ["a zero role", { Vitalproof: { ...roles, guardian: ZeroAddress } }, "guardian"],
      ["a role with a wrong checksum", { Vitalproof: { ...roles, pauser: swapCase(pauser) } }, "pauser"],
      ["a role that is no text", { Vitalproof: { ...roles, governor: 5 } }, "governor"],
      ["one account for two roles", { Vitalproof: { ...roles, pauser: guardian } }, "guardian and pauser"],
      [
        "one account for two roles, written differently",
        { Vitalproof: { ...roles, guardian: governor.toLowerCase() } },
        "governor and guardian",
      ],
      ["a time as text", { Vitalproof: { ...roles, delay: "2678400" } }, "delay"],
      ["a time of zero", { Vitalproof: { ...roles, delay: 0 } }, "delay"],
      ["a broken time", { Vitalproof: { ...roles, suspensionTime: 1.5 } }, "suspensionTime"],
      ["a time beyond three years", { Vitalproof: { ...roles, suspensionCooldown: 94_608_001 } }, "Cooldown"],
      ["a suspension shorter than the delay", { Vitalproof: { ...roles, suspensionTime: 86_500 } }, "order"],
      ["a delay not longer than a period", { Vitalproof: { ...roles, delay: 86_400 } }, "86400"],
      [
        "a name it does not know",
        { Vitalproof: { ...roles, allowDevelopmentKeys: true } },
        "allowDevelopmentKeys",
      ],
    ] as [string, unknown, string][]) {
      it(`refuses ${what}`, () => {
        let refusal: unknown;
        try {
          read(content);
        } catch (error) {
          refusal = error;
        }
        expect(refusal).to.be.instanceOf(Refusal);
        expect((refusal as Refusal).code).to.equal("PARAMETERS");
        expect((refusal as Refusal).message).to.include(named);
        expect((refusal as Refusal).wayOut).not.to.equal("");
      });
    }
  });
});

/** Turns the case of the first letter, which breaks the checksum. */
function swapCase(address: string): string {
  return address.replace(/(?<=0x\d*)[a-fA-F]/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
