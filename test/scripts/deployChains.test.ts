// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { keccak256 } from "ethers";
import hre from "hardhat";
import { circuitSpecs, defaultCircuits } from "../../ignition/circuits.ts";
import { deployVitalproof, genesisOf } from "../../ignition/deployVitalproof.ts";
import { vitalproofModule } from "../../ignition/modules/vitalproof.ts";
import { DEFAULT_TIMES, developmentHashes } from "../../ignition/parameters.ts";
import { chainFacts, DEVELOPMENT_CHAINS } from "../../scripts/deploy/chains.ts";
import { root } from "../support/node.ts";
import { CARDONA, roles } from "./support/operator.ts";

describe("deploy: development keys by chain", function () {
  this.timeout(300_000);

  describe("the list of development chains", () => {
    it("T17: is the one in CircuitRegistry", () => {
      const source = readFileSync(join(root, "contracts/registries/CircuitRegistry.sol"), "utf8");
      const body = source.slice(source.indexOf("function _isDevelopmentChain"));
      const inContract = [...body.matchAll(/chainId == (\d+)/g)].map((match) => Number(match[1]));
      expect(inContract).to.have.members(DEVELOPMENT_CHAINS.map(({ id }) => id));
      expect(new Set(inContract).size).to.equal(inContract.length);
    });

    for (const id of [
      ...DEVELOPMENT_CHAINS.map((chain) => chain.id),
      1,
      10,
      324,
      1101,
      59144,
      534352,
      167000,
      167013,
    ]) {
      const allowed = chainFacts(id).kind !== "public";
      it(`T17: the registry itself ${allowed ? "can allow" : "refuses"} development keys on chain ${id}`, async () => {
        const connection = await hre.network.create({ network: "default", override: { chainId: id } });
        try {
          const deployment = connection.ethers.deployContract("CircuitRegistry", [
            {
              ...roles,
              ...DEFAULT_TIMES,
              batchVerifier: await connection.ethers.deployContract("Groth16BatchVerifier"),
              allowDevelopmentKeys: true,
              developmentKeyHashes: [],
              developmentCodeHashes: [],
              genesis: [],
            },
          ]);
          if (allowed) {
            const registry = await deployment;
            expect(await registry.getFunction("allowsDevelopmentKeys")()).to.equal(true);
          } else {
            expect(await reasonOf(deployment)).to.include(
              `CircuitRegistry_DevelopmentKeysNotAllowedOnChain(${id})`,
            );
          }
        } finally {
          await connection.close();
        }
      });
    }

    it("T17: the module fails on a chain with value, with or without a permission for development keys", async () => {
      const connection = await hre.network.create({ network: "default", override: { chainId: 1101 } });
      try {
        for (const [allowDevelopmentKeys, error] of [
          [true, "CircuitRegistry_DevelopmentKeysNotAllowedOnChain"],
          [false, "CircuitRegistry_DevelopmentKeyRefused"],
        ] as const) {
          const deployment = deployVitalproof(hre, connection, {
            parameters: { ...roles, allowDevelopmentKeys },
          });
          expect(await reasonOf(deployment)).to.include(error);
        }
      } finally {
        await connection.close();
      }
    });
  });

  it("T17: the registry refuses known development keys and verifiers labelled production, on any chain", async () => {
    const specs = await circuitSpecs(root, hre.artifacts, defaultCircuits(root));
    const hashes = developmentHashes(specs);
    expect(hashes.developmentKeyHashes).to.have.length(specs.length);
    const mislabelled = vitalproofModule(
      genesisOf(specs.map((spec) => ({ ...spec, ceremony: keccak256("0x") }))),
    );
    for (const chainId of [31337, CARDONA, 1101]) {
      const connection = await hre.network.create({ network: "default", override: { chainId } });
      try {
        for (const known of [
          { ...hashes, developmentCodeHashes: [] },
          { ...hashes, developmentKeyHashes: [] },
        ]) {
          const parameters = { ...roles, ...DEFAULT_TIMES, ...known, allowDevelopmentKeys: false };
          const deployment = connection.ignition.deploy(mislabelled, {
            parameters: { Vitalproof: parameters as never },
          });
          expect(await reasonOf(deployment)).to.include("CircuitRegistry_DevelopmentKeyUnderFalseLabel");
        }
      } finally {
        await connection.close();
      }
    }
  });
});

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it went through",
    (reason: Error) => reason.message,
  );
}
