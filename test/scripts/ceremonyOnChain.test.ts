// SPDX-License-Identifier: GPL-3.0-or-later
//
// T16: what the manifest of a ceremony's key names is what a deployment registers, and what an audit expects.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import { readKeys } from "@vitalproof/audit/node";
import { circuitIdOf, verificationKeyHash } from "@vitalproof/sdk";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";
import hre from "hardhat";
import { circuitSpecs } from "../../ignition/circuits.ts";
import { deployVitalproof } from "../../ignition/deployVitalproof.ts";
import { loadSources } from "../../scripts/generate/sources.ts";
import { root } from "../support/node.ts";

const CIRCUIT = "glucose-day";
const TRANSCRIPT = id("the transcript of a ceremony").slice(2);

/** Multiples of the generators, as snarkjs writes points. */
const g1 = (scalar: bigint) => {
  const { x, y } = bn254.G1.Point.BASE.multiply(scalar).toAffine();
  return [x, y, 1n].map(String);
};
const g2 = (scalar: bigint) => {
  const { x, y } = bn254.G2.Point.BASE.multiply(scalar).toAffine();
  return [[x.c0, x.c1].map(String), [y.c0, y.c1].map(String), ["1", "0"]];
};

describe("a ceremony's key on chain", () => {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-ceremony-"));
  after(() => rmSync(folder, { recursive: true }));

  const circuitId = () =>
    circuitIdOf(CIRCUIT, loadSources(root).instances.find(({ name }) => name === CIRCUIT)!.version);

  /** The committed artifacts with a key whose scalars are not those of development keys. Nobody can prove under it. */
  function artifactsWith(ceremony: unknown): string {
    const copy = mkdtempSync(join(folder, "artifacts-"));
    cpSync(join(root, "circuits/artifacts", CIRCUIT), join(copy, CIRCUIT), { recursive: true });
    const [manifestPath, keyPath] = ["manifest.json", "verification_key.json"].map((file) =>
      join(copy, CIRCUIT, file),
    ) as [string, string];
    const key = JSON.parse(readFileSync(keyPath, "utf8"));
    key.vk_alpha_1 = g1(11n);
    [key.vk_beta_2, key.vk_gamma_2, key.vk_delta_2] = [12n, 13n, 14n].map(g2);
    const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
    manifest.verificationKeyHash = verificationKeyHash(key);
    manifest.key = { kind: "production", ceremony };
    writeFileSync(keyPath, JSON.stringify(key));
    writeFileSync(manifestPath, JSON.stringify(manifest));
    return copy;
  }

  it("T16: is registered with the transcript that its manifest names, and an audit knows it by that", async () => {
    const manifests = artifactsWith({ name: "first", transcript: TRANSCRIPT });
    const connection = await hre.network.create({ network: "default" });
    try {
      const signers = await connection.ethers.getSigners();
      const [governor, guardian, pauser] = signers.slice(1, 4).map(({ address }) => address) as [
        string,
        string,
        string,
      ];
      const { circuits } = await deployVitalproof(hre, connection, {
        circuits: [CIRCUIT],
        manifests,
        parameters: { governor, guardian, pauser, allowDevelopmentKeys: false },
      });
      const { ceremony } = await circuits.circuit(circuitId());
      expect(ceremony).to.equal(`0x${TRANSCRIPT}`);
      const [known] = [...(await readKeys(manifests)).values()];
      expect(known).to.include({ keyKind: "production", ceremony });
    } finally {
      await connection.close();
    }
  });

  it("T16: has no ceremony where it is a development key", async () => {
    const [spec] = await circuitSpecs(root, hre.artifacts, [CIRCUIT]);
    expect(spec!.ceremony).to.equal(undefined);
    const connection = await hre.network.create({ network: "default" });
    try {
      const [, governor, guardian, pauser] = (await connection.ethers.getSigners()).map(
        ({ address }) => address,
      ) as [string, string, string, string];
      const { circuits } = await deployVitalproof(hre, connection, {
        circuits: [CIRCUIT],
        parameters: { governor, guardian, pauser, allowDevelopmentKeys: true },
      });
      expect((await circuits.circuit(circuitId())).ceremony).to.equal(ZeroHash);
    } finally {
      await connection.close();
    }
  });

  for (const [what, ceremony] of Object.entries({
    "no ceremony": undefined,
    "a ceremony without a transcript": { name: "first" },
    "half a hash": { name: "first", transcript: TRANSCRIPT.slice(32) },
  })) {
    it(`T16: is refused where its manifest names ${what}`, async () => {
      const refused = await circuitSpecs(root, hre.artifacts, [CIRCUIT], artifactsWith(ceremony)).catch(
        (error: Error) => error.message,
      );
      expect(refused).to.include(`"${CIRCUIT}"`).and.include("npx hardhat circuits import");
    });
  }
});
