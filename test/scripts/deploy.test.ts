// SPDX-License-Identifier: GPL-3.0-or-later
//
// `npm run deploy` against separately started nodes that play other chains. A
// refusal counts only if the exit code says so and the account's nonce has not
// moved.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { keccak256, id as keccakOfText, Wallet, ZeroAddress } from "ethers";
import hre from "hardhat";
import type { EthereumProvider } from "hardhat/types/providers";
import { circuitSpecs, defaultCircuits } from "../../ignition/circuits.ts";
import { deployVitalproof, genesisOf } from "../../ignition/deployVitalproof.ts";
import { vitalproofModule } from "../../ignition/modules/vitalproof.ts";
import { DEFAULT_TIMES, developmentHashes } from "../../ignition/parameters.ts";
import { chainFacts, DEVELOPMENT_CHAINS } from "../../scripts/deploy/chains.ts";
import { checkEvm } from "../../scripts/deploy/evm.ts";
import { readParameters } from "../../scripts/deploy/readParameters.ts";
import { Refusal } from "../../scripts/deploy/refusal.ts";
import { loadSources } from "../../scripts/generate/sources.ts";
import { type LocalNode, root, startNode } from "../support/node.ts";
import { type Lie, startLyingProxy } from "./support/lyingProxy.ts";
import { runDeploy, runDeployJson, spawnDeploy } from "./support/runDeploy.ts";

const CARDONA = 2442;
const LINEA_MAINNET = 59144;

// Not secrets: derived from public words, funded only on the nodes started here.
const deployer = new Wallet(keccakOfText("vitalproof/test/deployer"));
const pauper = new Wallet(keccakOfText("vitalproof/test/pauper"));
const [governor, guardian, pauser, other] = ["governor", "guardian", "pauser", "other"].map(
  (role) => new Wallet(keccakOfText(`vitalproof/test/${role}`)).address,
) as [string, string, string, string];
const roles = { governor, guardian, pauser };

/** With one circuit: its verifier and key, the batch verifier, the five registries, custody and the claims contract. */
const CONTRACTS = 10;

describe("deploy", function () {
  this.timeout(300_000);

  const folder = mkdtempSync(join(tmpdir(), "vitalproof-deploy-"));
  const parameters = join(folder, "parameters.json");
  const output = join(folder, "ignition");
  const summaryPath = join(output, `deployments/chain-${CARDONA}/vitalproof.json`);
  writeFileSync(parameters, JSON.stringify({ Vitalproof: roles }));

  let cardona: LocalNode;
  let lineaMainnet: LocalNode;
  let untouched: string;

  before(async () => {
    [cardona, lineaMainnet] = await Promise.all([startNode(CARDONA), startNode(LINEA_MAINNET)]);
    for (const node of [cardona, lineaMainnet]) {
      await node.request("hardhat_setBalance", deployer.address, `0x${(10n ** 20n).toString(16)}`);
    }
    untouched = await cardona.request("evm_snapshot");
  });
  after(async () => {
    await Promise.all([cardona?.stop(), lineaMainnet?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const nonceOn = async (node: LocalNode, account = deployer.address) =>
    Number(await node.request<string>("eth_getTransactionCount", account, "pending"));

  /** Environment of an operator whose Polygon zkEVM RPC is `url`. */
  const operator = (url: string, key = deployer.privateKey) => ({
    POLYGON_ZKEVM_RPC_URL: url,
    DEPLOYER_PRIVATE_KEY: key,
  });
  const toCardona = (...more: string[]) => [
    "--network",
    "polygonZkEvm",
    "--parameters",
    parameters,
    "--output",
    output,
    ...more,
  ];
  const ALLOW = "--allow-development-keys";

  async function expectRefusal(
    code: string,
    args: readonly string[],
    env: Record<string, string>,
    node: LocalNode = cardona,
    how = runDeploy,
  ) {
    const before = await nonceOn(node);
    const run = await runDeployJson(args, env, how);
    expect(run.document.refused?.code, run.stderr).to.equal(code);
    expect(run.document.ok).to.equal(false);
    expect(run.code).to.equal(1);
    expect(run.document.refused?.wayOut).to.match(/[.!]$/);
    expect(run.stderr).to.include("Refused: ");
    expect(await nonceOn(node), "something was sent").to.equal(before);
    return run.document.refused!;
  }

  /** A copy of the committed artifacts, edited. */
  function editedManifests(
    edit: (files: { manifest: Json; key: Json }) => void,
    circuit = "glucose-day",
  ): string {
    const copy = mkdtempSync(join(folder, "manifests-"));
    cpSync(join(root, "circuits/artifacts"), copy, { recursive: true });
    const paths = {
      manifest: join(copy, circuit, "manifest.json"),
      key: join(copy, circuit, "verification_key.json"),
    };
    const files = { manifest: readJson(paths.manifest), key: readJson(paths.key) };
    const before = JSON.stringify(files.key);
    edit(files);
    writeFileSync(paths.manifest, `${JSON.stringify(files.manifest, null, 2)}\n`);
    // Rewriting would change the bytes, which is an edit too.
    if (JSON.stringify(files.key) !== before) writeFileSync(paths.key, JSON.stringify(files.key));
    return copy;
  }

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

  describe("refuses, and sends nothing", () => {
    it("T17: development keys on a public test network without the flag", async () => {
      const refused = await expectRefusal(
        "DEVELOPMENT_KEY",
        toCardona(),
        operator(cardona.url),
        cardona,
        spawnDeploy,
      );
      expect(refused.message).to.include("glucose-day");
      expect(refused.wayOut).to.include(ALLOW);
      expect(await nonceOn(cardona)).to.equal(0);
      expect(existsSync(output), "something was written").to.equal(false);
    });

    it("T17: development keys on a chain with value, with and without the flag", async () => {
      const env = {
        CUSTOM_RPC_URL: lineaMainnet.url,
        CUSTOM_CHAIN_ID: String(LINEA_MAINNET),
        DEPLOYER_PRIVATE_KEY: deployer.privateKey,
      };
      const args = ["--network", "custom", "--parameters", parameters, "--output", output];
      for (const more of [[], [ALLOW]]) {
        const refused = await expectRefusal("DEVELOPMENT_KEY", [...args, ...more], env, lineaMainnet);
        expect(refused.message).to.include("no flag allows");
      }
      expect(await nonceOn(lineaMainnet)).to.equal(0);
    });

    it("T17: a development key whose manifest says production, also with the flag", async () => {
      const manifests = editedManifests(({ manifest }) => {
        (manifest.key as Json).kind = "production";
      });
      for (const more of [[], [ALLOW]]) {
        const args = toCardona("--manifests", manifests, ...more);
        const refused = await expectRefusal("FALSE_LABEL", args, operator(cardona.url));
        expect(refused.message).to.include("anyone can forge");
      }
      // Not even where development keys are welcome.
      const { code, document } = await runDeployJson(["--network", "default", "--manifests", manifests], {});
      expect([code, document.refused?.code]).to.deep.equal([1, "FALSE_LABEL"]);
    });

    const swap = (hex: string) => (hex.startsWith("0") ? "1" : "0") + hex.slice(1);
    const editHash = (manifest: Json, kind: string) => {
      const hashes = manifest.sha256 as Record<string, string>;
      hashes[kind] = swap(hashes[kind]!);
    };
    for (const [link, edit] of [
      ["circuit → r1cs", ({ manifest }) => editHash(manifest, "r1cs")],
      ["r1cs → key", ({ manifest }) => editHash(manifest, "zkey")],
      ["key → verification key", ({ manifest }) => editHash(manifest, "verificationKey")],
      [
        "key → verification key",
        ({ manifest }) => {
          manifest.verificationKeyHash = `0x${swap(String(manifest.verificationKeyHash).slice(2))}`;
        },
      ],
      [
        "verification key → verifier",
        ({ key }) => {
          // Another point of the curve in the place of IC_1.
          const points = key.IC as string[][];
          points[1] = points[2]!;
        },
      ],
      ["verification key → verifier", ({ manifest }) => editHash(manifest, "verifier")],
      [
        "manifest",
        ({ manifest }) => {
          manifest.version = 99;
        },
      ],
    ] as [string, (files: { manifest: Json; key: Json }) => void][]) {
      it(`T16: a broken link ${link}`, async () => {
        const manifests = editedManifests(edit);
        const args = toCardona(ALLOW, "--manifests", manifests);
        const refused = await expectRefusal("BROKEN_LINK", args, operator(cardona.url));
        expect(refused.message).to.include(link);
      });
    }

    it("T16, T17: one bad circuit of several, naming it", async () => {
      const several = ["glucose-day", "fall-window"].flatMap((name) => ["--circuit", name]);
      for (const [code, edit] of [
        ["BROKEN_LINK", ({ manifest }) => editHash(manifest, "verifier")],
        [
          "FALSE_LABEL",
          ({ manifest }) => {
            (manifest.key as Json).kind = "production";
          },
        ],
      ] as [string, (files: { manifest: Json; key: Json }) => void][]) {
        const manifests = editedManifests(edit, "fall-window");
        const args = ["--network", "default", "--manifests", manifests, ...several];
        const { code: exit, document } = await runDeployJson(args, {});
        expect([exit, document.refused?.code]).to.deep.equal([1, code]);
        const failed = document.checks.filter(({ status }) => status === "failed");
        expect(failed.map(({ title }) => title.split(" ").at(-1))).to.deep.equal(["fall-window"]);
      }
    });

    it("T16: a broken link that only recompiling shows", async () => {
      const manifests = editedManifests(({ manifest }) => {
        const sources = manifest.sources as Record<string, string>;
        sources.sha256 = swap(sources.sha256!);
      });
      const args = toCardona(ALLOW, "--manifests", manifests);
      const refused = await expectRefusal("BROKEN_LINK", args, operator(cardona.url));
      expect(refused.message).to.include("circuit → r1cs");
    });

    it("a chain id that is not the network's", async () => {
      const refused = await expectRefusal(
        "WRONG_CHAIN",
        toCardona(ALLOW),
        operator(lineaMainnet.url),
        lineaMainnet,
      );
      expect(refused.message).to.include(String(CARDONA)).and.to.include(String(LINEA_MAINNET));
    });

    for (const [what, answer] of [
      ["says true to everything", `0x${"1".padStart(64, "0")}`],
      ["says false to everything", `0x${"0".repeat(64)}`],
      ["answers nothing", "0x"],
    ] as const) {
      it(`a chain whose pairing precompile ${what}`, async () => {
        const lie: Lie = (method, params) =>
          method === "eth_call" && /^0x0{39}8$/.test(String((params[0] as { to?: string }).to))
            ? answer
            : undefined;
        const proxy = await startLyingProxy(cardona.url, lie);
        try {
          const refused = await expectRefusal("PRECOMPILE", toCardona(ALLOW), operator(proxy.url));
          expect(refused.message).to.include("0x08");
        } finally {
          await proxy.stop();
        }
      });
    }

    it("an account without money, naming what is missing", async () => {
      const refused = await expectRefusal(
        "BALANCE",
        toCardona(ALLOW),
        operator(cardona.url, pauper.privateKey),
      );
      expect(refused.message).to.include(pauper.address.toLowerCase()).and.to.include("has 0.0 native units");
      expect(refused.wayOut).to.match(/Send at least 0\.\d+/);
    });

    it("an account with transactions in the queue", async () => {
      const proxy = await startLyingProxy(cardona.url, (method, params) =>
        method === "eth_getTransactionCount" && params[1] === "pending" ? "0x2" : undefined,
      );
      try {
        await expectRefusal("PENDING", toCardona(ALLOW), operator(proxy.url));
      } finally {
        await proxy.stop();
      }
    });

    it("a public network without a file of parameters", async () => {
      const args = ["--network", "polygonZkEvm", "--output", output, ALLOW];
      const refused = await expectRefusal("PARAMETERS", args, operator(cardona.url));
      expect(refused.message).to.include("ignition/parameters/polygonZkEvm.json");
    });

    it("an unset URL, and says that the public network is gone", async () => {
      const args = toCardona(ALLOW);
      const env = { DEPLOYER_PRIVATE_KEY: deployer.privateKey };
      const refused = await expectRefusal("VARIABLE_MISSING", args, env);
      expect(refused.wayOut).to.include("npx hardhat keystore set POLYGON_ZKEVM_RPC_URL");
      expect((await runDeploy(args, env)).stderr).to.include("switched off on 2026-07-01");
    });

    it("a node that does not answer, a network and a circuit that do not exist", async () => {
      await expectRefusal("UNREACHABLE", toCardona(ALLOW), operator("http://127.0.0.1:9"));
      await expectRefusal("NETWORK_UNKNOWN", ["--network", "nowhere"], {});
      const env = operator(cardona.url);
      for (const [option, name] of [
        ["--circuit", "glucose-dya"],
        ["--circuits", "enrolment"],
      ] as const) {
        const refused = await expectRefusal("PARAMETERS", toCardona(ALLOW, option, name), env);
        expect(refused.message).to.include(name);
        expect(refused.wayOut).to.include("glucose-day").and.to.include("fall-window");
      }
    });

    it("wrong usage, with exit code 2", async () => {
      for (const args of [
        [],
        ["--netwrok", "default"],
        ["--network", "default", "--deployment-id", "../x"],
        ["--network", "default", "--circuit", "fall-window", "--circuit", "fall-window"],
        ["--network", "default", "--circuit", "fall-window", "--circuits", "af-hour,fall-window"],
      ]) {
        expect((await runDeploy(args)).code).to.equal(2);
      }
      expect((await spawnDeploy([])).code).to.equal(2);
      const help = await spawnDeploy(["--help"]);
      expect(help.code).to.equal(0);
      expect(help.stdout).to.include("Deploy from an account that does nothing else");
    });
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
        specs.map(({ name, claim: { epochs, epochSeconds, samples } }) => [
          name,
          [epochs, epochSeconds, samples],
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
        expect(claim.template, name).to.equal(protocol.terms.templates[instance.template]!.id);
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
        const refused = await expectRefusal("BROKEN_LINK", toCardona(ALLOW), operator(proxy.url));
        expect(refused.message).to.include("verifier → deployed code");
      } finally {
        await proxy.stop();
      }
    });

    it("not over an earlier deployment with other parameters", async () => {
      const changed = join(folder, "changed.json");
      writeFileSync(changed, JSON.stringify({ Vitalproof: { ...roles, governor: other } }));
      const args = ["--network", "polygonZkEvm", "--parameters", changed, "--output", output, ALLOW];
      const refused = await expectRefusal("DEPLOYMENT", args, operator(cardona.url));
      expect(refused.wayOut).to.include("--deployment-id");
    });

    it("not on top of a journal of another chain; --reset is for local chains", async () => {
      await expectRefusal("JOURNAL", toCardona(ALLOW, "--reset"), operator(cardona.url));
      expect(await cardona.request("evm_revert", untouched)).to.equal(true);
      const refused = await expectRefusal("JOURNAL", toCardona(ALLOW), operator(cardona.url));
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

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "it went through",
    (reason: Error) => reason.message,
  );
}

/** Turns the case of the first letter, which breaks the checksum. */
function swapCase(address: string): string {
  return address.replace(/(?<=0x\d*)[a-fA-F]/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

type Json = Record<string, unknown>;

function readJson(path: string): Json {
  return JSON.parse(readFileSync(path, "utf8"));
}
