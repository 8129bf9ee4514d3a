// SPDX-License-Identifier: GPL-3.0-or-later
//
// docs/cli.md, block by block, in a shell, against a node in a process of its own; then, with what it left in the vaults, in
// the files and on the chain: what is refused, and why.
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { AnchorClient, packTerms, type Terms, termsForRequest, termsOf, unpackTerms } from "@vitalproof/sdk";
import { type Body, CLAIM, parseDocument, RECEIPTS } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider, Mnemonic } from "ethers";
import { request as ask, type LocalNode, startNode } from "../../../test/support/node.ts";
import { standIn } from "../../../test/support/standIn.ts";
import { EXIT } from "../src/exit.ts";
import { runManual } from "./manual.ts";
import { startNodeAt, type TestNode } from "./node/start.ts";
import { codeOf, expecting, named, type Ran, ROOT, vitalproof } from "./support.ts";

const PASSPHRASE = "correct horse battery staple";
const DEVELOPMENT_PHRASE = "test test test test test test test test test test test junk";
const MILLER = ["--dev-account", "4"];
const INSURER = ["--dev-account", "5"];
const D = ["--deployment", "deployment.json"];

/** A whole claim, as the manual tells it. Anna's and Miller's vaults are the manual's. Others come next to them. */
describe("the manual, and what is refused", function () {
  this.timeout(300_000);
  let node: TestNode;
  let other: LocalNode;
  let cwd: string;
  let anchors: string;
  let claims: string;

  const as = (vault: string) => {
    const file = join(cwd, vault, "passphrase");
    const passphrase = existsSync(file) ? readFileSync(file, "utf8").trim() : PASSPHRASE;
    return { cwd, env: { VITALPROOF_PASSPHRASE: passphrase, VITALPROOF_VAULT: join(cwd, vault, "vault") } };
  };
  const run = (vault: string, ...argv: string[]): Promise<Ran> =>
    vitalproof(as(vault), "--json", "--quiet", "--rpc", node.url, "--clock", "chain", ...argv);
  const { ok, refused } = expecting(run);
  const account = (index: number): string =>
    HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(DEVELOPMENT_PHRASE), `m/44'/60'/0'/0/${index}`).address;
  const read = (file: string): Promise<string> => readFile(join(cwd, file), "utf8");

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-cli-"));
    [node, other] = await Promise.all([startNodeAt("2026-03-01T00:00Z"), startNode(59144)]);
  });
  after(async () => {
    await Promise.all([node?.stop(), other?.stop()]);
    await rm(cwd, { recursive: true, force: true });
  });

  it("docs/cli.md runs from the first block to the last; the patient is paid, and the audit finds nothing", async () => {
    const { code, output, blocks } = await runManual(cwd, node.url);
    expect(code, output).to.equal(0);
    expect(blocks).to.be.greaterThan(15);
    const { contracts } = JSON.parse(await read("deployment.json")) as { contracts: Record<string, string> };
    anchors = contracts.AnchorRegistry!;
    claims = contracts.ClaimsPayout!;
    const audit = JSON.parse(await read("audit.json")) as {
      schema: string;
      summary: { claims: number; proofsVerified: number; outcomes: { paid: number } };
      findings: unknown[];
    };
    expect(audit.schema).to.equal("vitalproof/audit/1");
    expect(audit.findings).to.deep.equal([]);
    expect(audit.summary).to.deep.include({ claims: 1, proofsVerified: 1 });
    expect(audit.summary.outcomes.paid).to.equal(1);
    expect(await read("audit.html")).to.include("</html>");
    // T33: no passphrase of a vault is shown.
    for (const who of ["anna", "miller"])
      expect(output).to.not.include((await read(`${who}/passphrase`)).trim());
  });

  it("a patient and an attester are made once; an attester's account is its group's", async () => {
    await refused("ALREADY_THERE", EXIT.refused, "anna", "identity", "new");
    await refused("ALREADY_THERE", EXIT.refused, "anna", "device", "simulate");
    const { subject } = await ok("bert", "identity", "new", "--scrypt-cost", "14");
    expect(await ok("bert", "identity", "show")).to.include({ subject });
    await refused("NOT_THERE", EXIT.notReady, "bert", "log", "add", "clarity.csv", "--zone", "UTC");
    expect(await ok("bert", "device", "simulate")).to.include({ curve: "p256", assurance: "self-attested" });
    const asking = ["log", "request", "--profile", "glucose-mg-dl-5min", "--zone", "Europe/Berlin", "--out"];
    expect(await ok("bert", ...asking, "bert.json")).to.include({ subject, offset: 92 });
    await refused("FILE_EXISTS", EXIT.refused, "bert", ...asking, "bert.json");
    await ok("bert", ...asking, "bert.json", "--force");
    await refused("USAGE", EXIT.usage, "bert", ...asking, "r.json", "--offset", "3");

    await refused("VAULT_MISSING", EXIT.notReady, "nowhere", "attester", "enrol", "bert.json");
    const init = ["attester", "init", "--anchors", anchors, "--scrypt-cost", "14"];
    await refused("USAGE", EXIT.usage, "other", ...init, ...MILLER);
    await refused("USAGE", EXIT.usage, "other", ...init, "--new-group");
    await refused("ALREADY_THERE", EXIT.refused, "miller", ...init, "--new-group", ...MILLER);
    await refused("NOT_ALLOWED", EXIT.refused, "other", ...init, "--group", "1", "--dev-account", "5");
    const provider = new JsonRpcProvider(node.url);
    const { attester } = await new AnchorClient(anchors, provider).group(1n);
    provider.destroy();
    expect(attester).to.equal(account(4));
  });

  it("the attester opens logs of people whom it enrolled, from days that have not begun; a log is its person's", async () => {
    const open = ["attester", "open-log", "bert.json", "--out", "bert-opening.json"];
    await refused("INTAKE_SUBJECT_UNKNOWN", EXIT.refused, "miller", ...open);
    await refused("NOT_THERE", EXIT.notReady, "anna", ...open);
    await ok("miller", "attester", "enrol", "bert.json");
    await refused("INTAKE_DEVICE_EXISTS", EXIT.refused, "miller", "attester", "enrol", "bert.json");
    await refused("INTAKE_FIRST_EPOCH_PAST", EXIT.refused, "miller", ...open, "--first-epoch", "2026-02-27");
    await refused("DOCUMENT_INVALID", EXIT.input, "bert", "log", "open", "opening.json");
    await refused("DOCUMENT_INVALID", EXIT.input, "bert", "log", "open", "request.json");
    await refused("ALREADY_THERE", EXIT.refused, "anna", "log", "open", "opening.json");
  });

  it("files are read with their zone or not at all; what was taken counts once", async () => {
    await refused("ZONE_REQUIRED", EXIT.usage, "anna", "log", "add", "clarity.csv");
    await refused("ZONE_UNKNOWN", EXIT.usage, "anna", "log", "add", "clarity.csv", "--zone", "Mars/Olympus");
    await refused("FILE_UNREADABLE", EXIT.input, "anna", "log", "add", "nothing.csv", "--zone", "UTC");
    await refused("FILE_NOT_UNDERSTOOD", EXIT.input, "anna", "log", "add", "request.json", "--zone", "UTC");
    const again = await ok("anna", "log", "add", "clarity.csv", "--zone", "Europe/Berlin");
    expect(again).to.include({ taken: 0 });
    expect(again.given).to.be.greaterThan(850);
  });

  it("T10: an application belongs to the person, and only the attester's own account attests it", async () => {
    const apply = ["apply", "--program", "1", "--from", "2026-03-04", "--periods", "2", "--out", "x.json"];
    await refused("CONTRACT_REVERTED", EXIT.refused, "anna", ...apply, "--claims", claims, "--program", "99");
    await refused("USAGE", EXIT.usage, "anna", ...apply, "--claims", "0x12");
    const attest = ["attester", "attest-holder", "--claims", claims, ...MILLER, "--out", "x.json"];
    const application = JSON.parse(await read("application.json")) as {
      attestation: Record<string, unknown>;
    };
    const attestation = { ...application.attestation, controller: account(9) };
    await writeFile(join(cwd, "stolen.json"), JSON.stringify({ ...application, attestation }));
    await refused("ATTESTATION_MISMATCH", EXIT.refused, "miller", ...attest, "stolen.json");
    const own = [...attest, "application.json"];
    await refused("NOT_ALLOWED", EXIT.refused, "miller", ...own, "--dev-account", "5");
    await refused("ARTIFACT_MISSING", EXIT.notReady, "miller", ...own, "--artifacts", ".");
  });

  it("nothing can be sealed or anchored before its time; heads, receipts and paths are whose they are", async () => {
    const seal = ["log", "seal", "--out", "x.json"];
    await refused("LOG_EPOCH_NOT_OVER", EXIT.refused, "anna", ...seal, "--until", "2026-03-03");
    expect(await ok("anna", ...seal)).to.include({ heads: 0 });
    await refused("ANCHOR_TOO_EARLY", EXIT.refused, "miller", "attester", "close-day", "2026-03-03");
    await refused("NOT_ALLOWED", EXIT.refused, "anna", "demo-clock", "2026-02-01T00:00Z");
    const intake = ["attester", "intake", "heads.json", "--out", "y.json"];
    await refused("NOT_ALLOWED", EXIT.refused, "miller", ...intake, "--dev-account", "5");
    await refused("DOCUMENT_INVALID", EXIT.input, "anna", "log", "accept", "heads.json");
    await acceptForged("receipts.json");
    const found = { log: "glucose-mg-dl-5min", ok: true, epochs: 1, receipts: 1 };
    expect(await ok("anna", "log", "verify")).to.deep.equal(found);
    const { epochs } = (await ok("anna", "log", "show")) as {
      epochs: { leaf: string; status: string; name: string }[];
    };
    expect(epochs.map(({ name, status }) => [name, status])).to.deep.equal([["2026-03-02", "accepted"]]);
    expect(await ok("miller", "attester", "anchor", ...MILLER)).to.deep.equal({ anchored: [] });
    const anchor = ["attester", "anchor", "--day", "2026-03-02", ...MILLER];
    await refused("CONTRACT_REVERTED", EXIT.refused, "miller", ...anchor);
    const path = ["attester", "path", "--day", "2026-03-02", "--out"];
    await ok("miller", ...path, "one.json", "--leaf", epochs[0]!.leaf);
    await refused("ANCHOR_LEAF_UNKNOWN", EXIT.notReady, "miller", ...path, "two.json", "--leaf", "1");
  });

  it("a claim names the key, the anchored root and the program's terms", async () => {
    const prove = ["prove", "--policy", "1", "--claims", claims, "--paths", "paths.json", "--out", "x.json"];
    await refused("USAGE", EXIT.usage, "anna", ...prove, "--period", "7");
    await refused("NOT_THERE", EXIT.notReady, "bert", ...prove, "--period", "0");
    const claim = parseDocument(CLAIM, await read("claim.json"), "claim.json");
    const verified = await ok("anna", "verify", "claim.json");
    const manifest = JSON.parse(
      await readFile(join(ROOT, "circuits/artifacts/glucose-day/manifest.json"), "utf8"),
    ) as { sha256: { verificationKey: string } };
    const sha256 = manifest.sha256.verificationKey;
    expect(verified).to.deep.include({
      valid: true,
      verificationKey: { sha256, claim: sha256, kind: "development" },
    });
    const { paths } = JSON.parse(await read("paths.json")) as { paths: { root: string }[] };
    expect(String(claim.publicInputs[1])).to.equal(paths[0]!.root);
    expect(unpackTerms(claim.publicInputs[2]!)).to.include({ shareMin: 7000, ofValid: false });
    const explained = (await ok("anna", "explain", "claim.json")) as { semantics: string; proven: string[] };
    expect(explained.semantics).to.equal("worst-case");
    expect(explained.proven.join("\n")).to.contain("70 %");
  });

  it("a native prover proves where one is named, and says which; one that fails is told, and snarkjs proves", async () => {
    const asking = ["prove", "--circuit", "glucose-day", "--low", "70", "--high", "180", "--at-least", "70"];
    const out = ["--from", "2026-03-02", "--scope", "20260302", "--paths", "paths.json", "--out", "n.json"];
    const prove = [...asking, ...out, "--force"];
    const programs = join(cwd, "programs");
    await mkdir(programs);
    const [good, wrong, missing] = [standIn(programs, "good"), standIn(programs, "wrong"), "no/such/program"];

    const native = await ok("anna", ...prove, "--rapidsnark", good);
    expect(native.prover).to.have.nested.property("native.path", good);
    expect(native.prover)
      .to.have.nested.property("native.sha256")
      .that.matches(/^[0-9a-f]{64}$/);
    expect(native.prover).to.include({ name: "native" }).and.to.not.have.property("fallback");
    expect(await ok("anna", "verify", "n.json")).to.include({ valid: true });
    await refused("NATIVE_PROVER_UNUSABLE", EXIT.notReady, "anna", ...prove, "--rapidsnark", missing);

    for (const [program, code] of [
      [wrong, "PROOF_INVALID"],
      [missing, "NATIVE_PROVER_UNUSABLE"],
    ] as const) {
      const { env } = as("anna");
      const world = { cwd, env: { ...env, VITALPROOF_RAPIDSNARK: program } };
      const ran = await vitalproof(world, "--json", "--quiet", ...prove);
      expect(ran.code, ran.err).to.equal(EXIT.ok);
      expect(ran.err).to.contain(`[${code}] snarkjs proves instead.`);
      const { prover } = JSON.parse(ran.out) as { prover: { name: string; fallback: { code: string } } };
      expect([prover.name, prover.fallback.code]).to.deep.equal(["snarkjs", code]);
      expect(await ok("anna", "verify", "n.json")).to.include({ valid: true });
    }
    const text = await vitalproof(as("anna"), "--quiet", ...prove, "--rapidsnark", good);
    expect(text.out).to.match(
      /^Proven with .*good\.mjs \(sha-256 [0-9a-f]{16}…, "Usage: .*, and verified here\.$/m,
    );
    const plain = await ok("anna", ...prove);
    expect(plain.prover).to.deep.equal({ name: "snarkjs" });
  });

  it("a program is of any template, by a name of the catalogue or of a circuit; its terms are the SDK's", async () => {
    const offers: [string[], Terms][] = [
      [
        ["time-in-range", "--window", "1 day", "--at-least", "62.5"],
        termsOf("time-in-range", { window: "1 day", atLeast: "62.5" }),
      ],
      [["stable-oxygen"], termsOf("stable-oxygen")],
      [["cpap-usage", "--days", "25", "--offset", "40"], termsOf("cpap-usage", { days: 25, offset: 40 })],
      [["falls", "--level", "3"], termsOf("falls", { level: 3 })],
      [
        ["spo2-hour-episodes", "--below", "88", "--longer-than", "5m", "--at-most", "0"],
        termsForRequest(
          "spo2-hour-episodes",
          { template: "episode", band: { below: 88 }, minRun: { longerThan: 300 }, runs: { atMost: 0 } },
          0,
        ),
      ],
    ];
    const create = ["program", "create", "--group", "1", "--benefit", "1", ...D, ...INSURER];
    for (const [argv, terms] of offers) {
      const made = await ok("insurer", ...create, ...named(argv[0]!), ...argv.slice(1));
      expect(made.terms, argv.join(" ")).to.equal(String(packTerms(terms)));
      const shown = await ok("insurer", "program", "show", String(made.program), ...D);
      expect(shown).to.include({ terms: made.terms, circuit: made.circuit });
    }
    await refused("USAGE", EXIT.usage, "insurer", ...create, "trial-inclusion");
    await refused("USAGE", EXIT.usage, "insurer", ...create, "fall-window", "--days", "3");
  });

  it("the deployment file names the chain, the contracts and the test token; another chain's is refused", async () => {
    const deployment = JSON.parse(await readFile(join(cwd, "deployment.json"), "utf8")) as Record<
      string,
      unknown
    >;
    expect(deployment).to.include({ schema: 1, chainId: 31337 });
    expect(deployment.testToken).to.match(/^0x[0-9a-fA-F]{40}$/);
    await writeFile(join(cwd, "foreign.json"), JSON.stringify({ ...deployment, chainId: 1 }));
    await refused("NOT_ALLOWED", EXIT.refused, "insurer", "program", "list", "--deployment", "foreign.json");
    await writeFile(join(cwd, "broken.json"), JSON.stringify({ ...deployment, contracts: {} }));
    await refused(
      "DOCUMENT_INVALID",
      EXIT.input,
      "insurer",
      "program",
      "list",
      "--deployment",
      "broken.json",
    );
    await refused("USAGE", EXIT.usage, "insurer", "program", "list");
    await refused(
      "FILE_UNREADABLE",
      EXIT.input,
      "insurer",
      "program",
      "list",
      "--deployment",
      "nothing.json",
    );
  });

  it("T17: development keys are refused on a chain with value, and nothing is sent", async () => {
    await writeFile(join(cwd, "key.txt"), "only for this test\n");
    await ok("insurer", "keystore", "new", "--out", "account.json", "--keystore-passphrase-file", "key.txt");
    const own = ["--keystore", "account.json", "--keystore-passphrase-file", "key.txt"];
    const keystore = JSON.parse(await readFile(join(cwd, "account.json"), "utf8")) as { address: string };
    const account = `0x${keystore.address.replace(/^0x/, "")}`;
    await other.request("hardhat_setBalance", account, "0x56bc75e2d63100000");
    const roles = ["--governor", "--guardian", "--pauser"].flatMap((role, i) => [
      role,
      `0x${String(i + 1).repeat(40)}`,
    ]);
    const there = ["--rpc", other.url, "deploy", ...roles, "--no-build", "--out", "x.json"];
    const { err } = await refused("NOT_ALLOWED", EXIT.refused, "insurer", ...there, ...own);
    expect(err).to.include("DEVELOPMENT_KEY");
    await refused("NOT_ALLOWED", EXIT.refused, "insurer", ...there, ...own, "--allow-development-keys");
    await refused("NOT_ALLOWED", EXIT.refused, "insurer", ...there, "--dev-account", "0");
    await refused("NOT_ALLOWED", EXIT.refused, "insurer", ...there, ...own, "--with-test-token");
    expect(await other.request("eth_getTransactionCount", account, "pending")).to.equal("0x0");
    expect(await other.request("eth_blockNumber")).to.equal("0x0");
    expect(existsSync(join(cwd, "x.json"))).to.equal(false);
  });

  it("amounts are exact: too many decimals, nothing, and more than there is are refused", async () => {
    const fund = (amount: string) => ["program", "fund", "1", amount, ...D, "--dev-account", "5"];
    await refused("USAGE", EXIT.usage, "insurer", ...fund("0.0000001"));
    await refused("USAGE", EXIT.usage, "insurer", ...fund("0"));
    await refused("USAGE", EXIT.usage, "insurer", ...fund("1e3"));
    await refused("NOT_ALLOWED", EXIT.refused, "insurer", ...fund("1000000000"));
    const funded = await ok("insurer", ...fund("0.000001"), "--mint-test-tokens");
    expect(funded).to.include({ sent: "1", received: "1" });
    const shown = await ok("insurer", "program", "show", "1", ...D);
    expect(shown).to.include({ free: "450000001", committed: "25000000", benefit: "25000000" });

    const withdraw = (amount: string) => ["program", "withdraw", "1", amount, ...D];
    await refused("USAGE", EXIT.usage, "insurer", ...withdraw("0"), ...INSURER);
    await refused("CONTRACT_REVERTED", EXIT.refused, "insurer", ...withdraw("1"), "--dev-account", "6");
    const { err } = await refused(
      "CONTRACT_REVERTED",
      EXIT.refused,
      "insurer",
      ...withdraw("450.000002"),
      ...INSURER,
    );
    expect(err).to.contain("Custody_InsufficientFree");
    const taken = await ok("insurer", ...withdraw("0.000001"), ...INSURER, "--to", account(9));
    expect(taken).to.include({ amount: "1", to: account(9) });
    expect(await ok("insurer", "program", "show", "1", ...D)).to.include({ free: "450000000" });
  });

  it("refusals of contracts come with their values and a way out", async () => {
    const hinted = async (error: string, ...argv: string[]) => {
      const { err } = await refused("CONTRACT_REVERTED", EXIT.refused, "insurer", ...argv);
      const { details, hint } = (
        JSON.parse(err.slice(err.indexOf("{"))) as {
          error: { details: Record<string, string>; hint?: string };
        }
      ).error;
      expect(details.error).to.equal(error);
      expect(hint, error).to.be.a("string");
      return details;
    };
    await hinted("ClaimsPayout_UnknownProgram", "program", "show", "9", ...D);
    await hinted("ClaimsPayout_UnknownPolicy", "policy", "show", "9", ...D);
    await hinted("ClaimsPayout_UnknownPeriod", "claim", "show", "--policy", "1", "--period", "7", ...D);
    await hinted("ClaimsPayout_NothingOwed", "claim", "pay", "--policy", "1", ...D, "--dev-account", "6");
    await hinted(
      "ClaimsPayout_AttestationUsed",
      "policy",
      "issue",
      "attestation.json",
      ...D,
      "--dev-account",
      "5",
    );
    await hinted(
      "ClaimsPayout_NotInsurer",
      "policy",
      "issue",
      "attestation.json",
      ...D,
      "--dev-account",
      "7",
    );
    await hinted("ClaimsPayout_NotControllerOrInsurer", "policy", "end", "1", ...D, "--dev-account", "7");
    const { id } = JSON.parse(await readFile(join(cwd, "audit.json"), "utf8")).consents[0] as { id: string };
    const send = ["claim", "send", "claim.json", "--policy", "1", ...D, "--dev-account", "6", "--consent"];
    await hinted("ClaimsPayout_PeriodAlreadyClaimed", ...send, id, "--period", "0");
    await hinted("ClaimsPayout_PeriodNotOver", ...send, id, "--period", "1");
    const circuit = ["--circuit", "glucose-day", "--low", "70", "--high", "180", "--at-least", "70"];
    const create = ["program", "create", ...D, ...circuit, "--benefit", "1"];
    await hinted("AnchorRegistry_UnknownGroup", ...create, "--group", "9", "--dev-account", "5");
    await hinted("ClaimsPayout_InsurerGoverns", ...create, "--group", "1", "--dev-account", "1");
    await hinted(
      "ClaimsPayout_AssuranceMismatch",
      ...create,
      "--group",
      "1",
      "--dev-account",
      "5",
      "--assurance",
      "secure-element",
    );
    await hinted(
      "ClaimsPayout_InvalidClaimWindow",
      ...create,
      "--group",
      "1",
      "--dev-account",
      "5",
      "--claim-window",
      "1h",
    );
    await refused(
      "USAGE",
      EXIT.usage,
      "insurer",
      ...create,
      "--group",
      "1",
      "--dev-account",
      "5",
      "--arbiter",
      `0x${"1".repeat(40)}`,
    );
  });

  it("a consent is the policy's own account's to give and to take back", async () => {
    const grant = ["consent", "grant", "--policy", "1", ...D, "--dev-account", "6", "--out"];
    await refused("NOT_ALLOWED", EXIT.refused, "bert", ...grant, "bert.json");
    await refused("FILE_EXISTS", EXIT.refused, "anna", ...grant, "consent.json");
    const { consentId } = await ok("anna", ...grant, "second.json", "--for", "30d");
    const given = String(consentId);
    const shown = await ok("insurer", "consent", "show", given, ...D);
    expect(shown).to.include({ active: true });
    const revoke = ["consent", "revoke", given, "--policy", "1", ...D, "--dev-account", "6"];
    await refused("NOT_ALLOWED", EXIT.refused, "bert", ...revoke);
    await ok("anna", ...revoke);
    expect(await ok("insurer", "consent", "show", given, ...D)).to.include({ active: false });
    await refused("NOT_THERE", EXIT.notReady, "insurer", "consent", "show", `0x${"ab".repeat(32)}`, ...D);
    await refused("USAGE", EXIT.usage, "insurer", "consent", "show", "0x12", ...D);
  });

  it("the audit as text names what it found and what it rests on; a program that is none is refused", async () => {
    const ran = await vitalproof({ cwd }, "--quiet", "--rpc", node.url, "audit", "--program", "1", ...D);
    expect(ran.code).to.equal(EXIT.ok);
    expect(ran.out).to.include("Findings: 0 errors, 0 warnings, 0 notices").and.to.include("This rests on");
    await refused("NOT_THERE", EXIT.notReady, "insurer", "audit", "--program", "70", ...D);
    await refused(
      "CONTRACT_CALL_FAILED",
      EXIT.chain,
      "insurer",
      "audit",
      "--program",
      "1",
      "--claims",
      `0x${"1".repeat(40)}`,
    );
    await refused(
      "FILE_EXISTS",
      EXIT.refused,
      "insurer",
      "audit",
      "--program",
      "1",
      ...D,
      "--html",
      "audit.html",
    );
    // One block at a time: nothing is lost at the edges of ranges.
    const whole = await ok("insurer", "audit", "--program", "1", ...D);
    const pieces = await ok("insurer", "audit", "--program", "1", ...D, "--block-range", "1");
    expect(pieces).to.deep.equal(whole);
  });

  it("an audit that starts too late says so, and exits with 1", async () => {
    const blocks = Number(await ask<string>(node.url, "eth_blockNumber", []));
    const { program } = (await ok("insurer", "audit", "--program", "1", ...D)) as unknown as {
      program: { transaction: string };
    };
    const receipt = await ask<{ blockNumber: string }>(node.url, "eth_getTransactionReceipt", [
      program.transaction,
    ]);
    const late = Number(receipt.blockNumber);
    expect(late).to.be.lessThan(blocks);
    const ran = await run("insurer", "audit", "--program", "1", ...D, "--from-block", String(late));
    expect(ran.code).to.equal(EXIT.no);
    const codes = (JSON.parse(ran.out) as { findings: { code: string }[] }).findings.map(({ code }) => code);
    expect(codes).to.include("PROGRAM_CIRCUIT_NOT_IN_FORCE").and.to.include("VIEW_COUNT_DISAGREES");
  });

  it("a node that is not there: CHAIN_UNREACHABLE or CONTRACT_CALL_FAILED, soon, without the URL's secret", async () => {
    const nowhere = "http://127.0.0.1:9/a-secret-key";
    const ran = await vitalproof({ cwd }, "--json", "--quiet", "--rpc", nowhere, "program", "list", ...D);
    expect(ran.code).to.equal(EXIT.chain);
    expect(ran.err).to.not.include("a-secret-key");
  });

  it("T33: readings between two steps are refused, or rounded and counted; none of them is shown", async () => {
    const rows = [
      "when,glucose",
      "2026-03-06T10:00:00Z,123.70",
      "2026-03-06T10:05:00Z,123.50",
      "2026-03-06T10:10:00Z,124",
    ];
    await writeFile(join(cwd, "table.csv"), `${rows.join("\n")}\n`);
    const add = ["log", "add", "table.csv", "--time", "when", "--value", "glucose", "--unit", "mg/dL"];
    const exact = await run("anna", ...add);
    expect(JSON.parse(exact.out)).to.deep.include({ taken: 1, rounded: 0 });
    expect((JSON.parse(exact.out) as { refused: object }).refused).to.include({ "not-representable": 2 });
    const rounded = await run("anna", ...add, "--round", "nearest");
    expect(JSON.parse(rounded.out)).to.deep.include({ taken: 2, duplicates: 1, rounded: 2 });
    const text = await vitalproof(as("anna"), ...add);
    for (const { out, err } of [exact, rounded, text]) expect(out + err).to.not.match(/123|124/);
  });

  it("of-valid semantics: explain ends with the true floor", async () => {
    const args = [
      "--circuit",
      "glucose-day",
      "--low",
      "70",
      "--at-least",
      "50",
      "--of-valid",
      "--coverage-at-least",
      "70",
    ];
    await refused(
      "USAGE",
      EXIT.usage,
      "anna",
      "prove",
      ...args,
      "--from",
      "2026-03-02",
      "--paths",
      "paths.json",
      "--out",
      "v.json",
    );
    await ok(
      "anna",
      "prove",
      ...args,
      "--scope",
      "77",
      "--from",
      "2026-03-02",
      "--paths",
      "paths.json",
      "--out",
      "v.json",
    );
    const text = await vitalproof(as("anna"), "explain", "v.json");
    expect(text.code).to.equal(EXIT.ok);
    expect(text.out).to.contain("True floor");
    expect((await run("anna", "verify", "v.json", "--expect-scope", "77")).code).to.equal(EXIT.ok);
  });

  it("T13: a claim with anything changed does not verify; verify answers with exit code 1", async () => {
    const claim = JSON.parse(await read("claim.json")) as Omit<Body<typeof CLAIM>, "publicInputs"> & {
      publicInputs: string[];
    };
    const [holder, root, terms, scope] = claim.publicInputs as [string, string, string, string];
    const changed: Record<string, unknown> = {
      holder: { ...claim, publicInputs: [plusOne(holder), root, terms, scope] },
      root: { ...claim, publicInputs: [holder, plusOne(root), terms, scope] },
      scope: { ...claim, publicInputs: [holder, root, terms, plusOne(scope)] },
      swapped: { ...claim, publicInputs: [scope, root, terms, holder] },
      proof: { ...claim, proof: { ...claim.proof, c: claim.proof.a } },
      key: { ...claim, verificationKey: "0".repeat(64) },
    };
    for (const [name, document] of Object.entries(changed)) {
      await writeFile(join(cwd, "changed.json"), JSON.stringify(document));
      const ran = await run("anna", "verify", "changed.json");
      expect(ran.code, name).to.equal(EXIT.no);
      expect(JSON.parse(ran.out), name).to.include({ valid: false });
    }
    for (const flag of ["--expect-holder", "--expect-root", "--expect-terms", "--expect-scope"]) {
      const ran = await run("anna", "verify", "claim.json", flag, "1");
      expect(ran.code, flag).to.equal(EXIT.no);
    }
    expect((await run("anna", "verify", "claim.json", "--expect-key", "ab")).code).to.equal(EXIT.no);
  });

  it("a claim that is none is an error: other kind, other circuit, stray members, no key", async () => {
    const claim = JSON.parse(await read("claim.json")) as Record<string, unknown>;
    const bad: [string, number, unknown][] = [
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, kind: "vitalproof/receipts" }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, version: 2 }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, reading: 70 }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, publicInputs: ["1"] }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, circuit: "heart-rate-hour" }],
      ["UNKNOWN_CIRCUIT", EXIT.usage, { ...claim, circuit: "horoscope" }],
      ["DOCUMENT_INVALID", EXIT.input, []],
    ];
    for (const [code, exit, document] of bad) {
      await writeFile(join(cwd, "bad.json"), JSON.stringify(document));
      await refused(code, exit, "anna", "verify", "bad.json");
      await refused(code, exit, "anna", "explain", "bad.json");
    }
    await refused("ARTIFACT_MISSING", EXIT.notReady, "anna", "verify", "claim.json", "--artifacts", ".");
    // T16: a key that is not the manifest's.
    await cp(join(ROOT, "circuits/artifacts/glucose-day"), join(cwd, "keys/glucose-day"), {
      recursive: true,
    });
    await writeFile(join(cwd, "keys/glucose-day/verification_key.json"), "{}");
    await refused("ARTIFACT_MISMATCH", EXIT.notReady, "anna", "verify", "claim.json", "--artifacts", "keys");
  });

  it("the second day does not meet the terms: exit code 1, saying by how much, and no claim is written", async () => {
    await ok("anna", "demo-clock", "2026-03-03T23:10Z");
    await ok("anna", "log", "seal", "--out", "heads2.json");
    await ok("miller", "attester", "intake", "heads2.json", "--out", "receipts2.json", ...MILLER);
    await ok("anna", "log", "accept", "receipts2.json");
    await ok("anna", "demo-clock", "2026-03-04T06:10Z");
    await ok("miller", "attester", "anchor", ...MILLER);
    await ok("miller", "attester", "path", "--heads", "heads2.json", "--out", "paths2.json");
    const prove = ["prove", "--policy", "1", "--claims", claims, "--period", "1", "--out", "claim2.json"];
    const ran = await refused("STATEMENT_NOT_MET", EXIT.no, "anna", ...prove, "--paths", "paths2.json");
    expect(ran.err).to.contain("too few");
    expect(await readdir(cwd)).to.not.include("claim2.json");
    // T10, T7: the path of another day or person is not this log's.
    const first = ["prove", "--policy", "1", "--claims", claims, "--period", "0", "--out", "x.json"];
    await refused("ANCHOR_LEAF_UNKNOWN", EXIT.notReady, "anna", ...first, "--paths", "paths2.json");
    const forged = JSON.parse(await read("paths.json")) as { paths: { root: string }[] };
    forged.paths[0]!.root = plusOne(forged.paths[0]!.root);
    await writeFile(join(cwd, "forged.json"), JSON.stringify(forged));
    await refused("ANCHOR_PATH_INVALID", EXIT.input, "anna", ...first, "--paths", "forged.json");
    const epoch = [
      "--circuit",
      "glucose-day",
      "--at-least",
      "1",
      "--scope",
      "1",
      "--out",
      "x.json",
      "--paths",
      "paths.json",
    ];
    await refused("LOG_EPOCH_MISSING", EXIT.notReady, "anna", "prove", ...epoch, "--from", "2026-03-09");
    await refused(
      "UNKNOWN_CIRCUIT",
      EXIT.usage,
      "anna",
      "prove",
      ...epoch,
      "--from",
      "2026-03-02",
      "--circuit",
      "x",
    );
    await refused(
      "WITNESS_MISMATCH",
      EXIT.input,
      "anna",
      "prove",
      ...epoch,
      "--from",
      "2026-03-02",
      "--circuit",
      "heart-rate-hour",
    );
    await refused(
      "TERMS_MET_BY_NOTHING",
      EXIT.usage,
      "anna",
      "prove",
      ...epoch,
      "--from",
      "2026-03-02",
      "--at-least",
      "0",
    );
  });

  it("T21: a head that comes too late is refused with its reason; the log follows the gap", async () => {
    await ok("anna", "demo-clock", "2026-03-05T10:00Z");
    expect(await ok("anna", "log", "seal", "--out", "heads3.json")).to.include({ heads: 1 });
    const late = await run(
      "miller",
      "attester",
      "intake",
      "heads3.json",
      "--out",
      "receipts3.json",
      ...MILLER,
    );
    expect(late.code).to.equal(EXIT.refused);
    const { refused: reasons } = parseDocument(RECEIPTS, await read("receipts3.json"), "it");
    expect(reasons.map(({ code }) => code)).to.deep.equal(["INTAKE_TOO_LATE"]);
    const followed = (await ok("anna", "log", "accept", "receipts3.json")) as { gaps: number[] };
    expect(followed.gaps.length).to.equal(1);
    const shown = (await ok("anna", "log", "show")) as { epochs: { status: string }[] };
    expect(shown.epochs.map(({ status }) => status)).to.deep.equal(["accepted", "accepted", "gap"]);
  });

  it("a lost vault: the identity finds its policies, the attester continues the log, and its next day is accepted", async () => {
    // The manual's way up to here: restored, continued and opened on the day after the last head.
    type Mine = {
      policies: { policy: string; program: string; index: number; owed: string; paid: string }[];
    };
    for (const whose of ["anna", "anna/new"]) {
      const { policies } = (await ok(whose, "policy", "mine", ...D)) as Mine;
      expect(policies.map(({ policy, program, index }) => [policy, program, index])).to.deep.equal([
        ["1", "1", 0],
      ]);
      expect(policies[0]).to.include({ owed: "0", paid: "25000000" });
    }
    expect(await ok("bert", "policy", "mine", ...D)).to.deep.equal({ policies: [] });
    const text = await vitalproof(
      as("anna"),
      ...["--quiet", "--rpc", node.url, "--clock", "chain", "policy", "mine", ...D],
    );
    expect(text.out).to.match(
      /^Policy 1 in program 1: 2 periods from .*, owed 0\.00 \w+, paid 25\.00 \w+\n$/,
    );

    // Now the computer is lost, with three more days on it.
    const { subject } = await ok("anna", "identity", "show");
    const backup = ["--backup-passphrase-file", "anna/passphrase", "--scrypt-cost", "14"];
    expect(await ok("second", "identity", "restore", "anna/backup.json", ...backup)).to.include({ subject });
    expect(await ok("second", "policy", "mine", ...D)).to.have.nested.property("policies[0].policy", "1");
    await ok("second", "device", "simulate");
    const profile = ["--profile", "glucose-mg-dl-5min", "--zone", "Europe/Berlin"];
    await ok("second", "log", "request", ...profile, "--out", "again.json");
    // A log that is there is not opened anew: that would start a second chain.
    await refused(
      "INTAKE_LOG_EXISTS",
      EXIT.refused,
      "miller",
      ...["attester", "open-log", "again.json", "--out", "again-opening.json"],
    );
    const { opening } = (await ok(
      "miller",
      ...["attester", "continue-log", "again.json", "--out", "again-opening.json"],
    )) as { opening: { firstEpoch: number; genesis: string } };
    const opened = (await ok("second", "log", "open", "again-opening.json")) as { genesis: string };
    expect(opened.genesis).to.equal(opening.genesis);
    await ok(
      "second",
      ...["demo-data", "--first-day", "2026-03-05", "--days", "good,good"],
      "--out",
      "new.csv",
    );
    const added = await ok("second", "log", "add", "new.csv", "--zone", "Europe/Berlin");
    expect(added.taken).to.be.greaterThan(500);
    await ok("second", "demo-clock", "2026-03-05T23:10Z");
    expect(await ok("second", "log", "seal", "--out", "again-heads.json")).to.include({ heads: 1 });
    const intake = ["attester", "intake", "again-heads.json", "--out", "again-receipts.json", ...MILLER];
    await ok("miller", ...intake);
    await ok("second", "log", "accept", "again-receipts.json");
    const { epochs } = (await ok("second", "log", "show")) as {
      epochs: { name: string; status: string; epoch: number }[];
    };
    expect(epochs.map(({ name, status }) => [name, status])).to.deep.equal([["2026-03-05", "accepted"]]);
    expect(epochs[0]!.epoch).to.equal(opening.firstEpoch);
    expect(await ok("second", "log", "verify")).to.include({ epochs: 1, receipts: 1 });
    // What was lost stays lost, and is said.
    await refused(
      "LOG_EPOCH_MISSING",
      EXIT.notReady,
      "second",
      ...["prove", "--policy", "1", "--period", "0", "--claims", claims],
      ...["--paths", "paths.json", "--out", "x.json"],
    );
  });

  it("T33: no reading, salt, secret or passphrase is in any file of the vault or any exchanged file", async () => {
    const inputs = ["passphrase", "manual.sh"];
    const files = await readdir(cwd, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        .filter((file) => file.isFile() && !file.name.endsWith(".csv") && !inputs.includes(file.name))
        .map((file) => readFile(join(file.parentPath, file.name), "latin1")),
    );
    expect(texts.length).to.be.greaterThan(20);
    const all = texts.join("\n");
    expect(all).to.not.contain(PASSPHRASE);
    for (const who of ["anna", "miller"])
      expect(all).to.not.contain((await read(`${who}/passphrase`)).trim());
    expect(all).to.not.contain('"codes"');
    // A log's salts are field elements in decimals; those in hex are of passphrases and of consent receipts.
    expect(all).to.not.match(/"salt":\s*"\d{40,}"/);
    expect(all).to.not.match(/"secret|walletSeed/);
    // The vaults' file names speak neither of subjects nor of days.
    const { subject } = (await ok("anna", "identity", "show")) as { subject: string };
    const names = files.map((file) => relative(cwd, join(file.parentPath, file.name))).join("\n");
    expect(names).to.not.contain(BigInt(subject).toString(16));
    // By itself: names that are hashes may hold any digits.
    expect(names).to.not.match(/(?<![0-9a-z])205\d\d(?![0-9a-z])/i);
  });

  it("the same as processes of their own: JSON on standard output alone, exit codes", async () => {
    const bin = join(ROOT, "packages/cli/bin/vitalproof.cjs");
    const env = { ...process.env, ...as("anna").env };
    const spawned = async (...argv: string[]): Promise<Ran> =>
      promisify(execFile)(process.execPath, [bin, ...argv], { cwd, env }).then(
        ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
        (error: { code: number; stdout: string; stderr: string }) => ({
          code: error.code,
          out: error.stdout,
          err: error.stderr,
        }),
      );
    const commands = [
      ["identity", "show"],
      ["device", "list"],
      ["log", "show"],
      ["log", "verify"],
      ["verify", "claim.json"],
      ["explain", "claim.json"],
      ["demo-clock", "--rpc", node.url],
      ["demo-data", "--out", "more.csv", "--days", "good"],
    ];
    for (const argv of commands) {
      const { code, out } = await spawned(...argv, "--json");
      expect(code, argv.join(" ")).to.equal(0);
      expect(JSON.parse(out), argv.join(" ")).to.be.an("object");
    }
    const failing = await spawned("verify", "paths.json", "--json");
    expect([failing.code, codeOf(failing), failing.out]).to.deep.equal([EXIT.input, "DOCUMENT_INVALID", ""]);
  });

  /** A receipt that the attester did not sign is refused. */
  async function acceptForged(file: string): Promise<void> {
    const answer = JSON.parse(await read(file)) as { receipts: { receivedAt: number }[] };
    answer.receipts[0]!.receivedAt += 1;
    await writeFile(join(cwd, "forged-receipts.json"), JSON.stringify(answer));
    await refused("RECEIPT_INVALID", EXIT.input, "anna", "log", "accept", "forged-receipts.json");
  }
});

function plusOne(decimal: string): string {
  return (BigInt(decimal) + 1n).toString();
}
