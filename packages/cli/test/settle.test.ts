// SPDX-License-Identifier: GPL-3.0-or-later
//
// `settle` and `claim item` against a chain with a crowd of policies, whose proofs come from a key's trapdoor.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClaimItem, ClaimsClient, FIELD } from "@vitalproof/sdk";
import { type Body, CLAIM, CLAIMS, documentText, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { deployCrowd } from "../../../test/contracts/support/batch.ts";
import { connection, networkHelpers } from "../../../test/contracts/support/network.ts";
import { benefit } from "../../../test/contracts/support/values.ts";
import { type ServedNode, serveNode } from "../../../test/support/serveNode.ts";
import { simulatedProof, UNIT_INPUT_POINTS, UNIT_TRAPDOOR } from "../../../test/support/simulatedProof.ts";
import { EXIT } from "../src/exit.ts";
import { codeOf, vitalproof } from "./support.ts";

const PEOPLE = 6;

type Told = {
  claims: { file: string; period: number; outcome: string; reason?: string; code?: string; todo?: string }[];
  transactions: object[];
};

describe("settle", function () {
  this.timeout(120_000);
  let world: Awaited<ReturnType<typeof deployCrowd>>;
  let items: ClaimItem[];
  let node: ServedNode;
  let cwd: string;
  let beginning: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>;
  let snapshot: Awaited<ReturnType<typeof networkHelpers.takeSnapshot>>;

  before(async () => {
    networkHelpers.clearSnapshots();
    beginning = await networkHelpers.takeSnapshot();
    world = await deployCrowd(PEOPLE);
    const client = reading();
    items = await Promise.all(
      world.policies.map(async (policy): Promise<ClaimItem> => {
        const inputs = await client.claimInputs(policy, 0);
        const { consentId, circuit } = world;
        const proof = simulatedProof(UNIT_TRAPDOOR, UNIT_INPUT_POINTS, inputs, policy + 1_000n);
        return { policy, period: 0, consentId, circuit, anchorRoot: inputs[1], proof };
      }),
    );
    node = await serveNode(connection.provider);
    cwd = mkdtempSync(join(tmpdir(), "vitalproof-settle-"));
    snapshot = await networkHelpers.takeSnapshot();
  });
  afterEach(() => snapshot?.restore());
  after(async () => {
    await node?.stop();
    rmSync(cwd, { recursive: true, force: true });
    await beginning?.restore();
    networkHelpers.clearSnapshots();
  });

  const reading = () => new ClaimsClient(world.claimsAddress, connection.ethers.provider);
  const owed = async () =>
    (await Promise.all(world.policies.map((policy) => reading().owedOf(policy)))).map(
      (each) => each / benefit,
    );
  const write = (file: string, claims: ClaimItem[]) =>
    writeFileSync(join(cwd, file), documentText(CLAIMS, { claims }));
  const run = (...argv: string[]) => vitalproof({ cwd }, "--quiet", "--rpc", node.url, ...argv);
  const settle = async (...argv: string[]): Promise<Told & { code: number }> => {
    const { code, out, err } = await run("--json", "settle", "--claims", world.claimsAddress, ...argv);
    expect(err).to.equal("");
    return { code, ...(JSON.parse(out) as Told) };
  };
  const PAYER = ["--dev-account", "15"];
  const each = <T>(count: number, value: T) => Array<T>(count).fill(value);

  it("settles the claims of several files in one transaction, and again does no harm", async () => {
    write("a.json", items.slice(0, 4));
    write("b.json", items.slice(4));
    const done = await settle("a.json", "b.json", ...PAYER);
    expect(done.code).to.equal(EXIT.ok);
    expect(done.claims.map(({ outcome }) => outcome)).to.deep.equal(each(PEOPLE, "settled"));
    expect(done.claims.map(({ file }) => file)).to.deep.equal([...each(4, "a.json"), ...each(2, "b.json")]);
    expect(done.transactions).to.have.length(1);
    expect(await owed()).to.deep.equal(each(PEOPLE, 1n));
    const again = await settle("a.json", "b.json", ...PAYER);
    expect(again.code).to.equal(EXIT.no);
    expect(again.transactions).to.deep.equal([]);
    expect(again.claims.map(({ reason }) => reason)).to.deep.equal(each(PEOPLE, "period-already-claimed"));
    expect(await owed()).to.deep.equal(each(PEOPLE, 1n));
  });

  it("a claim that cannot be settled keeps no other from it: each has its outcome and a way out", async () => {
    const [good, forged, early, foreign, twin] = items as [
      ClaimItem,
      ClaimItem,
      ClaimItem,
      ClaimItem,
      ClaimItem,
    ];
    const c = forged.proof.c;
    write("mixed.json", [
      good,
      { ...forged, proof: { ...forged.proof, a: c } },
      { ...early, period: 1 },
      { ...foreign, anchorRoot: (foreign.anchorRoot + 1n) % FIELD },
      { ...good, proof: twin.proof },
    ]);
    const { code, claims, transactions } = await settle("mixed.json", ...PAYER);
    expect(code).to.equal(EXIT.no);
    expect(claims.map(({ outcome, reason, code }) => reason ?? code ?? outcome)).to.deep.equal([
      "settled",
      "PROOF_INVALID",
      "not-anchored",
      "other-root",
      "period-already-claimed",
    ]);
    for (const { outcome, todo } of claims)
      expect(todo !== undefined, outcome).to.equal(outcome !== "settled");
    expect(transactions).to.have.length(1);
    expect(await owed()).to.deep.equal([1n, ...each(PEOPLE - 1, 0n)]);
    const shown = await run("settle", "mixed.json", "--claims", world.claimsAddress, ...PAYER);
    expect(shown.code).to.equal(EXIT.no);
    expect(shown.out).to.match(/^0 of 5 settled; 0 transactions, 0 gas\.$/m);
  });

  it("a dry run says the same without an account, and sends nothing", async () => {
    write("mixed.json", [...items.slice(0, 2), { ...items[2]!, period: 1 }]);
    const from = node.asked.length;
    const { code, claims, transactions } = await settle("mixed.json", "--dry-run");
    expect(code).to.equal(EXIT.no);
    expect(claims.map(({ outcome, reason }) => reason ?? outcome)).to.deep.equal([
      "ready",
      "ready",
      "not-anchored",
    ]);
    const [{ gasLimit }] = transactions as [{ gasLimit: string }];
    expect(Number(gasLimit)).to.be.within(300_000, 3_000_000);
    expect(node.asked.slice(from).filter((method) => /send|sign/i.test(method))).to.deep.equal([]);
    expect(await owed()).to.deep.equal(each(PEOPLE, 0n));
    write("good.json", items);
    expect((await settle("good.json", "--dry-run")).code).to.equal(EXIT.ok);
  });

  it("a payer without ether: every claim fails with the node's words, and none is lost", async () => {
    await connection.provider.request({
      method: "hardhat_setBalance",
      params: [(await connection.ethers.getSigners())[15]!.address, "0x0"],
    });
    write("good.json", items.slice(0, 1));
    const { code, claims } = await settle("good.json", ...PAYER);
    expect(code).to.equal(EXIT.no);
    expect(claims[0]).to.include({ outcome: "failed", code: "CONTRACT_CALL_FAILED" });
    expect(await owed()).to.deep.equal(each(PEOPLE, 0n));
  });

  it("a claim's file is made of what `prove` wrote, and is the claim that was meant", async () => {
    const [item] = items as [ClaimItem];
    const publicInputs = await reading().claimInputs(item.policy, 0);
    const { a, b, c } = item.proof;
    const claim: Body<typeof CLAIM> = {
      circuit: "glucose-day",
      circuitVersion: 1,
      verificationKey: "ab".repeat(32),
      publicInputs,
      proof: { a: [...a], b: [[...b[0]], [...b[1]]], c: [...c] },
    };
    writeFileSync(join(cwd, "claim.json"), documentText(CLAIM, claim));
    const make = [
      "claim",
      "item",
      "claim.json",
      "--policy",
      String(item.policy),
      "--period",
      "0",
      "--consent",
    ];
    const made = await run(...make, item.consentId.toUpperCase().replace("0X", "0x"), "--out", "item.json");
    expect(made.code, made.err).to.equal(EXIT.ok);
    const read = parseDocument(CLAIMS, readFileSync(join(cwd, "item.json"), "utf8"), "item.json");
    expect(read.claims).to.deep.equal([item]);
    const refused = async (code: string, ...argv: string[]) =>
      expect(codeOf(await run("--json", ...argv)), argv.join(" ")).to.equal(code);
    await refused("FILE_EXISTS", ...make, item.consentId, "--out", "item.json");
    writeFileSync(join(cwd, "short.json"), documentText(CLAIM, { ...claim, publicInputs: [1n, 2n] }));
    const short = make.map((word) => (word === "claim.json" ? "short.json" : word));
    await refused("DOCUMENT_INVALID", ...short, item.consentId, "--out", "other.json");
    await refused("USAGE", ...make, "0x12", "--out", "other.json");
    await refused("DOCUMENT_INVALID", "settle", "claim.json", "--claims", world.claimsAddress, ...PAYER);
    await refused("USAGE", "settle", "item.json", "--claims", world.claimsAddress);
    await refused("USAGE", "settle", "item.json", ...PAYER);
    expect((await settle("item.json", ...PAYER)).claims[0]!.outcome).to.equal("settled");
  });
});
