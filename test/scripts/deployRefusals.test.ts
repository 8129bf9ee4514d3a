// SPDX-License-Identifier: GPL-3.0-or-later
import { cpSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { id as keccakOfText, Wallet } from "ethers";
import { type LocalNode, root } from "../support/node.ts";
import { type Lie, startLyingProxy } from "./support/lyingProxy.ts";
import {
  ALLOW,
  CARDONA,
  deployer,
  expectRefusal,
  LINEA_MAINNET,
  nonceOn,
  operator,
  operatorFolder,
  startFunded,
} from "./support/operator.ts";
import { runDeploy, runDeployJson, spawnDeploy } from "./support/runDeploy.ts";

const pauper = new Wallet(keccakOfText("vitalproof/test/pauper"));

describe("deploy refuses, and sends nothing", function () {
  this.timeout(300_000);
  const { folder, parameters, output, toCardona, remove } = operatorFolder();
  let cardona: LocalNode;
  let lineaMainnet: LocalNode;
  before(async () => {
    [cardona, lineaMainnet] = await Promise.all([startFunded(CARDONA), startFunded(LINEA_MAINNET)]);
  });
  after(async () => {
    await Promise.all([cardona?.stop(), lineaMainnet?.stop()]);
    remove();
  });

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
      const refused = await expectRefusal("FALSE_LABEL", args, operator(cardona.url), cardona);
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
      const refused = await expectRefusal("BROKEN_LINK", args, operator(cardona.url), cardona);
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
    const refused = await expectRefusal("BROKEN_LINK", args, operator(cardona.url), cardona);
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
        const refused = await expectRefusal("PRECOMPILE", toCardona(ALLOW), operator(proxy.url), cardona);
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
      cardona,
    );
    expect(refused.message).to.include(pauper.address.toLowerCase()).and.to.include("has 0.0 native units");
    expect(refused.wayOut).to.match(/Send at least 0\.\d+/);
  });

  it("an account with transactions in the queue", async () => {
    const proxy = await startLyingProxy(cardona.url, (method, params) =>
      method === "eth_getTransactionCount" && params[1] === "pending" ? "0x2" : undefined,
    );
    try {
      await expectRefusal("PENDING", toCardona(ALLOW), operator(proxy.url), cardona);
    } finally {
      await proxy.stop();
    }
  });

  it("a public network without a file of parameters", async () => {
    const args = ["--network", "polygonZkEvm", "--output", output, ALLOW];
    const refused = await expectRefusal("PARAMETERS", args, operator(cardona.url), cardona);
    expect(refused.message).to.include("ignition/parameters/polygonZkEvm.json");
  });

  it("an unset URL, and says that the public network is gone", async () => {
    const args = toCardona(ALLOW);
    const env = { DEPLOYER_PRIVATE_KEY: deployer.privateKey };
    const refused = await expectRefusal("VARIABLE_MISSING", args, env, cardona);
    expect(refused.wayOut).to.include("npx hardhat keystore set POLYGON_ZKEVM_RPC_URL");
    expect((await runDeploy(args, env)).stderr).to.include("switched off on 2026-07-01");
  });

  it("a node that does not answer, a network and a circuit that do not exist", async () => {
    await expectRefusal("UNREACHABLE", toCardona(ALLOW), operator("http://127.0.0.1:9"), cardona);
    await expectRefusal("NETWORK_UNKNOWN", ["--network", "nowhere"], {}, cardona);
    const env = operator(cardona.url);
    for (const [option, name] of [
      ["--circuit", "glucose-dya"],
      ["--circuits", "enrolment"],
    ] as const) {
      const refused = await expectRefusal("PARAMETERS", toCardona(ALLOW, option, name), env, cardona);
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

type Json = Record<string, unknown>;

function readJson(path: string): Json {
  return JSON.parse(readFileSync(path, "utf8"));
}
