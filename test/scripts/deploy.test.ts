// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { keccak256 } from "ethers";
import hre from "hardhat";
import { circuitSpecs } from "../../ignition/circuits.ts";
import { loadSources } from "../../scripts/generate/sources.ts";
import { type LocalNode, root, startNode } from "../support/node.ts";
import { startLyingProxy } from "./support/lyingProxy.ts";
import {
  ALLOW,
  CARDONA,
  CONTRACTS,
  deployer,
  expectRefusal,
  nonceOn,
  operator,
  operatorFolder,
  other,
  roles,
  startFunded,
} from "./support/operator.ts";
import { runDeployJson, spawnDeploy } from "./support/runDeploy.ts";

describe("deploy", function () {
  this.timeout(300_000);
  const { folder, parameters, output, toCardona, remove } = operatorFolder();
  const summaryPath = join(output, `deployments/chain-${CARDONA}/vitalproof.json`);
  let cardona: LocalNode;
  let untouched: string;
  before(async () => {
    cardona = await startFunded(CARDONA);
    untouched = await cardona.request("evm_snapshot");
  });
  after(async () => {
    await cardona?.stop();
    remove();
  });

  describe("deploys", () => {
    it("every circuit there is, with the facts of its profile", async () => {
      const { protocol, instances } = loadSources(root);
      const names = instances.filter(({ verifier }) => verifier !== null).map(({ name }) => name);
      expect(names).to.have.length.above(10);
      const args = ["--network", "default", ...names.flatMap((name) => ["--circuit", name])];
      const { code, document, stderr } = await runDeployJson(args, {});
      expect(code, stderr).to.equal(0);
      expect(document.deployment!.circuits.map(({ name }) => name)).to.deep.equal(names);
      for (const name of names) {
        for (const title of ["links", "key", "facts"]) {
          expect(document.checks.find((check) => check.title === `${title} of ${name}`)?.status).to.equal(
            "ok",
          );
        }
      }
      for (const { contract, gas } of document.contracts) {
        expect(Number(gas), contract).to.be.below(16_777_216);
      }
      // Counted by hand from the profiles' intervals.
      const specs = await circuitSpecs(root, hre.artifacts, names);
      const facts = Object.fromEntries(
        specs.map(({ name, claim }) => [
          name,
          claim === undefined ? [] : [claim.epochs, claim.epochSeconds, claim.samples],
        ]),
      );
      expect(facts).to.deep.include({
        "glucose-day": [1, 86_400, 288],
        "glucose-14d": [14, 86_400, 288],
        "spo2-hour-episodes": [1, 3600, 3600],
        "af-hour": [1, 3600, 60],
        "device-usage-30d": [30, 86_400, 8],
        "doses-30d": [30, 86_400, 2],
        "fall-window": [1, 30, 600],
      });
      for (const { name, claim } of specs) {
        const instance = instances.find((candidate) => candidate.name === name)!;
        const template = protocol.terms.templates[instance.template];
        expect(claim?.template, name).to.equal(template?.id);
      }
    });

    it("T17: development keys to a known test network if the operator says so", async () => {
      const env = operator(cardona.url);
      const { code, document, stderr } = await runDeployJson(toCardona(ALLOW), env, spawnDeploy);
      expect(code, stderr).to.equal(0);
      expect(document.ok).to.equal(true);
      expect(document.checks.find(({ title }) => title === "key of glucose-day")?.status).to.equal("warning");
      expect(await nonceOn(cardona)).to.equal(CONTRACTS);

      // The promised gas is what was paid.
      let paid = 0n;
      for (let number = 1; number <= CONTRACTS + 2; number++) {
        const block = await cardona.request<{ gasUsed: string } | null>(
          "eth_getBlockByNumber",
          `0x${number.toString(16)}`,
          false,
        );
        paid += BigInt(block?.gasUsed ?? 0);
      }
      const promised = BigInt(document.cost!.gas);
      expect(paid <= promised && promised <= (paid * 11n) / 10n, `${promised} for ${paid}`).to.equal(true);

      const summary = readJson(summaryPath);
      expect(summary).to.deep.equal(document.deployment);
      expect(document.deployment!.chainId).to.equal(CARDONA);
      for (const address of Object.values(document.deployment!.contracts)) {
        expect(await cardona.request("eth_getCode", address, "latest")).to.have.length.above(100);
      }
    });

    it("T16: the verifier on chain has the code hash of its artifact", async () => {
      const [circuit] = (readJson(summaryPath) as { circuits: Json[] }).circuits;
      const code = await cardona.request<string>("eth_getCode", circuit!.verifier, "latest");
      const artifact = await hre.artifacts.readArtifact("GlucoseDayVerifier");
      expect(keccak256(code)).to.equal(keccak256(artifact.deployedBytecode));
      expect(circuit!.verifierCodeHash).to.equal(keccak256(code));
      expect(circuit!.keyKind).to.equal("development");
    });

    it("again without sending anything, to the same addresses", async () => {
      const before = readFileSync(summaryPath, "utf8");
      const { code, document, stderr } = await runDeployJson(toCardona(ALLOW), operator(cardona.url));
      expect(code, stderr).to.equal(0);
      expect(document.cost?.gas).to.equal("0");
      expect(await nonceOn(cardona)).to.equal(CONTRACTS);
      expect(readFileSync(summaryPath, "utf8")).to.equal(before);
    });

    it("T16: not if the chain holds other code than the artifact's: exit code 1", async () => {
      const { verifier } = (readJson(summaryPath) as { circuits: { verifier: string }[] }).circuits[0]!;
      const proxy = await startLyingProxy(cardona.url, (method, params, result) =>
        method === "eth_getCode" && String(params[0]).toLowerCase() === verifier.toLowerCase()
          ? `${String(result).slice(0, -2)}00`
          : undefined,
      );
      try {
        const refused = await expectRefusal("BROKEN_LINK", toCardona(ALLOW), operator(proxy.url), cardona);
        expect(refused.message).to.include("verifier → deployed code");
      } finally {
        await proxy.stop();
      }
    });

    it("not over an earlier deployment with other parameters", async () => {
      const changed = join(folder, "changed.json");
      writeFileSync(changed, JSON.stringify({ Vitalproof: { ...roles, governor: other } }));
      const args = ["--network", "polygonZkEvm", "--parameters", changed, "--output", output, ALLOW];
      const refused = await expectRefusal("DEPLOYMENT", args, operator(cardona.url), cardona);
      expect(refused.wayOut).to.include("--deployment-id");
    });

    it("not on top of a journal of another chain; --reset is for local chains", async () => {
      await expectRefusal("JOURNAL", toCardona(ALLOW, "--reset"), operator(cardona.url), cardona);
      expect(await cardona.request("evm_revert", untouched)).to.equal(true);
      const refused = await expectRefusal("JOURNAL", toCardona(ALLOW), operator(cardona.url), cardona);
      expect(refused.message).to.include("no code");
    });

    it("in process, with every default; in a preflight not at all", async () => {
      const looked = await runDeployJson(["--network", "default", "--preflight"], {});
      expect([looked.code, looked.document.ok]).to.deep.equal([0, true]);
      expect(looked.document.contracts).to.have.length(CONTRACTS);
      expect(looked.document.deployment).to.equal(undefined);
      const { code, document, stderr } = await runDeployJson(["--network", "default"], {});
      expect(code, stderr).to.equal(0);
      expect(document.deployment?.chainId).to.equal(31337);
    });

    it("on a local chain that was started anew, after --reset; development keys need no flag there", async () => {
      const local = await startNode(31337);
      try {
        const [rich] = await local.request<string[]>("eth_accounts");
        const value = `0x${(10n ** 18n).toString(16)}`;
        await local.request("eth_sendTransaction", { from: rich, to: deployer.address, value });
        const snapshot = await local.request("evm_snapshot");
        const env = {
          CUSTOM_RPC_URL: local.url,
          CUSTOM_CHAIN_ID: "31337",
          DEPLOYER_PRIVATE_KEY: deployer.privateKey,
        };
        const to = ["--network", "custom", "--output", output];
        // One account cannot have every role.
        const alone = await expectRefusal("PARAMETERS", to, env, local);
        expect(alone.message).to.include("governor");

        const args = [...to, "--parameters", parameters];
        const first = await runDeployJson(args, env);
        expect(first.code, first.stderr).to.equal(0);
        expect(await local.request("evm_revert", snapshot)).to.equal(true);
        const refused = await expectRefusal("JOURNAL", args, env, local);
        expect(refused.wayOut).to.include("--reset");
        const second = await runDeployJson([...args, "--reset"], env);
        expect(second.code, second.stderr).to.equal(0);
        expect(second.document.deployment).to.deep.equal(first.document.deployment);
      } finally {
        await local.stop();
      }
    });
  });

  describe("goes on after a broken connection", () => {
    let local: LocalNode;
    before(async () => {
      local = await startNode(31337);
      await local.request("hardhat_setBalance", deployer.address, `0x${(10n ** 20n).toString(16)}`);
    });
    after(() => local?.stop());

    async function interrupted(when: "before" | "after", id: string) {
      let sent = 0;
      const proxy = await startLyingProxy(
        local.url,
        () => undefined,
        (method) => (method === "eth_sendRawTransaction" && ++sent > 3 ? when : undefined),
      );
      const env = { CUSTOM_CHAIN_ID: "31337", DEPLOYER_PRIVATE_KEY: deployer.privateKey };
      const args = [
        "--network",
        "custom",
        "--parameters",
        parameters,
        "--output",
        output,
        "--deployment-id",
        id,
      ];
      try {
        const broken = await runDeployJson(args, { ...env, CUSTOM_RPC_URL: proxy.url });
        expect([broken.code, broken.document.refused?.code]).to.deep.equal([1, "DEPLOYMENT"]);
        expect(sent, "the connection was never cut").to.be.above(3);
      } finally {
        await proxy.stop();
      }
      return { args, env: { ...env, CUSTOM_RPC_URL: local.url } };
    }

    it("a transaction that never arrived is sent again", async () => {
      const nonce = await nonceOn(local);
      const { args, env } = await interrupted("before", "never-arrived");
      expect(await nonceOn(local)).to.equal(nonce + 3);
      const { code, stderr } = await runDeployJson(args, env);
      expect(code, stderr).to.equal(0);
      expect(stderr).to.include("sending it again");
      expect(await nonceOn(local)).to.equal(nonce + CONTRACTS);
    });

    it("one that may have been mined is not: the operator is told what to look for", async () => {
      const { args, env } = await interrupted("after", "perhaps-mined");
      const refused = await expectRefusal("DEPLOYMENT", args, env, local);
      expect(refused.wayOut).to.include("track-tx");
      const address = /0x[0-9a-fA-F]{40}/.exec(refused.wayOut)![0];
      expect(await local.request("eth_getCode", address, "latest")).to.have.length.above(100);
    });
  });
});

type Json = Record<string, unknown>;

function readJson(path: string): Json {
  return JSON.parse(readFileSync(path, "utf8"));
}
