// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  AnchorClient,
  ClaimsClient,
  distributionTerms,
  packTerms,
  statementIdOf,
  statementOf,
  unpackTerms,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Contract, HDNodeWallet, JsonRpcProvider, Mnemonic, ZeroAddress } from "ethers";
import { type Body, CLAIM, HOLDER_ATTESTATION, parseDocument, RECEIPTS } from "../src/documents.ts";
import { EXIT } from "../src/exit.ts";
import { startChain, type TestChain } from "./node/start.ts";
import { codeOf, type Ran, ROOT, vitalproof } from "./support.ts";

const PASSPHRASE = "correct horse battery staple";
const DEVELOPMENT_PHRASE = "test test test test test test test test test test test junk";
const CLINIC = ["--dev-account", "4"];

/** A patient and a clinic on two homes, with files between them, over one node whose time is that of the data. */
describe("a patient and a clinic from the shell", function () {
  this.timeout(120_000);
  let chain: TestChain;
  let provider: JsonRpcProvider;
  let cwd: string;
  let group: bigint;
  let program: bigint;
  let policy: bigint;

  const as = (home: string) => ({
    cwd,
    env: { VITALPROOF_PASSPHRASE: PASSPHRASE, VITALPROOF_HOME: join(cwd, home) },
  });
  const run = (home: string, ...argv: string[]): Promise<Ran> =>
    vitalproof(as(home), "--json", "--quiet", "--rpc", chain.url, "--clock", "chain", ...argv);
  /** Runs, expects success, and gives the JSON. */
  const ok = async (home: string, ...argv: string[]): Promise<Record<string, unknown>> => {
    const ran = await run(home, ...argv);
    expect(ran.err + ran.code, argv.join(" ")).to.equal("0");
    return JSON.parse(ran.out) as Record<string, unknown>;
  };
  const refused = async (code: string, exit: number, home: string, ...argv: string[]): Promise<Ran> => {
    const ran = await run(home, ...argv);
    expect([codeOf(ran), ran.code], argv.join(" ")).to.deep.equal([code, exit]);
    expect(ran.out).to.equal("");
    return ran;
  };
  const account = (index: number): HDNodeWallet =>
    HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(DEVELOPMENT_PHRASE), `m/44'/60'/0'/0/${index}`).connect(
      provider,
    );
  const read = (file: string): Promise<string> => readFile(join(cwd, file), "utf8");

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-cli-"));
    chain = await startChain("2026-03-01T00:00Z");
    provider = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 });
    provider.pollingInterval = 50;
  });
  after(async () => {
    provider?.destroy();
    await chain?.stop();
    await rm(cwd, { recursive: true, force: true });
  });

  it("the patient makes an identity and a device, and asks to be enrolled", async () => {
    const { subject } = await ok("anna", "identity", "new", "--scrypt-cost", "14");
    expect(await ok("anna", "identity", "show")).to.include({ subject });
    await refused("ALREADY_THERE", EXIT.refused, "anna", "identity", "new");
    const device = await ok("anna", "device", "simulate");
    expect(device).to.include({ curve: "p256", assurance: "self-attested" });
    await refused("ALREADY_THERE", EXIT.refused, "anna", "device", "simulate");
    const request = ["log", "request", "--profile", "glucose-mg-dl-5min", "--zone", "Europe/Berlin", "--out"];
    expect(await ok("anna", ...request, "request.json")).to.include({ subject, offset: 92 });
    await refused("FILE_EXISTS", EXIT.refused, "anna", ...request, "request.json");
    await ok("anna", ...request, "request.json", "--force");
    await refused("USAGE", EXIT.usage, "anna", ...request, "r.json", "--offset", "3");
  });

  it("the clinic opens a group, enrols and opens the log", async () => {
    await refused("HOME_MISSING", EXIT.notReady, "clinic", "attester", "enrol", "request.json");
    const init = ["attester", "init", "--anchors", chain.anchors, "--scrypt-cost", "14"];
    await refused("USAGE", EXIT.usage, "clinic", ...init, ...CLINIC);
    await refused("USAGE", EXIT.usage, "clinic", ...init, "--new-group");
    const made = await ok("clinic", ...init, "--new-group", ...CLINIC);
    group = BigInt(made.group as string);
    expect(made).to.include({ assurance: "self-attested", intakeTime: 6 * 3600 });
    expect((await new AnchorClient(chain.anchors, provider).group(group)).attester).to.equal(
      account(4).address,
    );
    await refused("ALREADY_THERE", EXIT.refused, "clinic", ...init, "--new-group", ...CLINIC);
    await refused(
      "NOT_ALLOWED",
      EXIT.refused,
      "other",
      ...init,
      "--group",
      String(group),
      "--dev-account",
      "5",
    );

    const open = ["attester", "open-log", "request.json", "--out", "opening.json"];
    await refused("INTAKE_SUBJECT_UNKNOWN", EXIT.refused, "clinic", ...open);
    await refused("NOT_THERE", EXIT.notReady, "anna", ...open);
    await ok("clinic", "attester", "enrol", "request.json");
    await refused("INTAKE_DEVICE_EXISTS", EXIT.refused, "clinic", "attester", "enrol", "request.json");
    await refused("INTAKE_FIRST_EPOCH_PAST", EXIT.refused, "clinic", ...open, "--first-epoch", "2026-02-27");
    await ok("clinic", ...open, "--first-epoch", "2026-03-02");
  });

  it("the patient begins the log and adds a file; another person cannot", async () => {
    await ok("bert", "identity", "new", "--scrypt-cost", "14");
    await refused("DOCUMENT_INVALID", EXIT.input, "bert", "log", "open", "opening.json");
    await refused("DOCUMENT_INVALID", EXIT.input, "anna", "log", "open", "request.json");
    await refused("NOT_THERE", EXIT.notReady, "anna", "log", "add", "day.csv", "--zone", "UTC").catch(
      () => undefined,
    );
    expect(await ok("anna", "log", "open", "opening.json")).to.include({ log: "glucose-mg-dl-5min" });
    await refused("ALREADY_THERE", EXIT.refused, "anna", "log", "open", "opening.json");

    await ok("anna", "demo-data", "--days", "good,bad,good", "--out", "days.csv");
    await refused("ZONE_REQUIRED", EXIT.usage, "anna", "log", "add", "days.csv");
    await refused("ZONE_UNKNOWN", EXIT.usage, "anna", "log", "add", "days.csv", "--zone", "Mars/Olympus");
    await refused("FILE_UNREADABLE", EXIT.input, "anna", "log", "add", "nothing.csv", "--zone", "UTC");
    await refused("FILE_NOT_UNDERSTOOD", EXIT.input, "anna", "log", "add", "request.json", "--zone", "UTC");
    const added = await ok("anna", "log", "add", "days.csv", "--zone", "Europe/Berlin");
    expect(added.taken).to.equal(added.given);
    expect(added.taken).to.be.greaterThan(850);
    const again = await ok("anna", "log", "add", "days.csv", "--zone", "Europe/Berlin");
    expect(again).to.include({ taken: 0, duplicates: added.taken });
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

  it("an insurer's program; the patient applies, the clinic attests, the policy is issued", async () => {
    const insurer = account(3);
    const claims = new ClaimsClient(chain.claims, insurer);
    const scope = (await claims.createScope(group)).result;
    const statement = statementOf("glucose-day");
    const terms = distributionTerms({
      statement: statement.name,
      offset: 92,
      band: { atLeast: 70, atMost: 180 },
      share: { atLeast: 70 },
    });
    program = (
      await claims.createProgram({
        statement: statementIdOf(statement.name, statement.version),
        scope,
        assurance: "self-attested",
        terms: packTerms(terms),
        token: chain.token,
        benefit: 25_000_000n,
        arbiter: ZeroAddress,
        claimWindow: 30 * 86_400,
        reviewTime: 0,
        arbiterTime: 0,
      })
    ).result;
    const abi = ["function mint(address,uint256)", "function approve(address,uint256) returns (bool)"];
    const token = new Contract(chain.token, abi, insurer);
    await (await token.getFunction("mint")(insurer.address, 100_000_000n)).wait();
    await (await token.getFunction("approve")(chain.claims, 100_000_000n)).wait();
    await claims.fund(program, 100_000_000n);

    const apply = [
      "apply",
      "--claims",
      chain.claims,
      "--program",
      String(program),
      "--from",
      "2026-03-02",
      "--periods",
      "2",
    ];
    await ok("anna", ...apply, "--out", "application.json");
    await refused("CONTRACT_REVERTED", EXIT.refused, "anna", ...apply, "--program", "99", "--out", "x.json");
    await refused("USAGE", EXIT.usage, "anna", ...apply, "--claims", "0x12", "--out", "x.json");

    const attest = ["attester", "attest-holder", "--claims", chain.claims, ...CLINIC, "--out"];
    // T10: whoever changes a field of the application has no proof for it.
    const application = JSON.parse(await read("application.json")) as {
      attestation: Record<string, unknown>;
    };
    const stolen = {
      ...application,
      attestation: { ...application.attestation, controller: account(9).address },
    };
    await writeFile(join(cwd, "stolen.json"), JSON.stringify(stolen));
    await refused("ATTESTATION_MISMATCH", EXIT.refused, "clinic", ...attest, "x.json", "stolen.json");
    await refused(
      "NOT_ALLOWED",
      EXIT.refused,
      "clinic",
      ...attest,
      "x.json",
      "application.json",
      "--dev-account",
      "5",
    );
    await refused(
      "ARTIFACT_MISSING",
      EXIT.notReady,
      "clinic",
      ...attest,
      "x.json",
      "application.json",
      "--artifacts",
      ".",
    );
    await ok("clinic", ...attest, "attestation.json", "application.json");
    const { attestation, signature } = parseDocument(
      HOLDER_ATTESTATION,
      await read("attestation.json"),
      "it",
    );
    policy = (await claims.issuePolicy(attestation, signature)).result;
  });

  it("nothing can be sealed or anchored before its time", async () => {
    await refused(
      "LOG_EPOCH_NOT_OVER",
      EXIT.refused,
      "anna",
      "log",
      "seal",
      "--until",
      "2026-03-02",
      "--out",
      "x.json",
    );
    expect(await ok("anna", "log", "seal", "--out", "x.json")).to.include({ heads: 0 });
    await refused("ANCHOR_TOO_EARLY", EXIT.refused, "clinic", "attester", "close-day", "2026-03-02");
    await refused("NOT_ALLOWED", EXIT.refused, "anna", "demo-clock", "2026-02-01T00:00Z");
  });

  it("the first day: sealed, taken in, anchored, proven, verified, explained", async () => {
    await ok("anna", "demo-clock", "2026-03-02T23:10Z");
    const sealed = await ok("anna", "log", "seal", "--out", "heads.json");
    expect(sealed).to.include({ heads: 1, assurance: "self-attested" });

    const intake = ["attester", "intake", "heads.json", "--out", "receipts.json"];
    await refused("NOT_ALLOWED", EXIT.refused, "clinic", ...intake, "--dev-account", "5");
    expect(await ok("clinic", ...intake, ...CLINIC)).to.include({ taken: 1 });
    await refused("DOCUMENT_INVALID", EXIT.input, "anna", "log", "accept", "heads.json");
    await acceptForged();
    await ok("anna", "log", "accept", "receipts.json");
    expect(await ok("anna", "log", "verify")).to.deep.equal({
      log: "glucose-mg-dl-5min",
      ok: true,
      epochs: 1,
      receipts: 1,
    });
    const shown = (await ok("anna", "log", "show")) as {
      epochs: { leaf: string; status: string; name: string }[];
    };
    expect(shown.epochs.map(({ name, status }) => [name, status])).to.deep.equal([
      ["2026-03-02", "accepted"],
    ]);

    const path = ["attester", "path", "--out", "paths.json"];
    await refused("ANCHOR_DAY_UNKNOWN", EXIT.notReady, "clinic", ...path, "--heads", "heads.json");
    await ok("anna", "demo-clock", "2026-03-03T06:10Z");
    const anchored = (await ok("clinic", "attester", "anchor", ...CLINIC)) as {
      anchored: { date: string; root: string }[];
    };
    expect(anchored.anchored.map(({ date }) => date)).to.deep.equal(["2026-03-02"]);
    expect(await ok("clinic", "attester", "anchor", ...CLINIC)).to.deep.equal({ anchored: [] });
    await refused(
      "CONTRACT_REVERTED",
      EXIT.refused,
      "clinic",
      "attester",
      "anchor",
      "--day",
      "2026-03-02",
      ...CLINIC,
    );
    await ok("clinic", ...path, "--heads", "heads.json");
    await ok(
      "clinic",
      "attester",
      "path",
      "--out",
      "one.json",
      "--day",
      "2026-03-02",
      "--leaf",
      shown.epochs[0]!.leaf,
    );
    await refused(
      "ANCHOR_LEAF_UNKNOWN",
      EXIT.notReady,
      "clinic",
      ...path,
      "--force",
      "--day",
      "2026-03-02",
      "--leaf",
      "1",
    );

    const prove = [
      "prove",
      "--policy",
      String(policy),
      "--period",
      "0",
      "--claims",
      chain.claims,
      "--paths",
      "paths.json",
    ];
    await refused("USAGE", EXIT.usage, "anna", ...prove, "--period", "7", "--out", "x.json");
    await refused("NOT_THERE", EXIT.notReady, "bert", ...prove, "--out", "x.json");
    const proven = await ok("anna", ...prove, "--out", "claim.json");
    expect(proven).to.include({ from: "2026-03-02", statement: "glucose-day" });

    const claim = parseDocument(CLAIM, await read("claim.json"), "claim.json");
    const verified = (await ok("anna", "verify", "claim.json")) as {
      valid: boolean;
      verificationKey: Record<string, string>;
    };
    expect(verified.valid).to.equal(true);
    const manifest = JSON.parse(
      await readFile(join(ROOT, "circuits/artifacts/glucose-day/manifest.json"), "utf8"),
    ) as {
      sha256: { verificationKey: string };
    };
    expect(verified.verificationKey).to.deep.equal({
      sha256: manifest.sha256.verificationKey,
      claim: manifest.sha256.verificationKey,
      kind: "development",
    });
    expect(claim.publicInputs[1]).to.equal(BigInt(anchored.anchored[0]!.root));
    expect(unpackTerms(claim.publicInputs[2]!)).to.include({ shareMin: 7000, ofValid: false });
    const explained = (await ok("anna", "explain", "claim.json")) as { semantics: string; proven: string[] };
    expect(explained.semantics).to.equal("worst-case");
    expect(explained.proven.join("\n")).to.contain("70 %");
  });

  it("of-valid semantics: explain ends with the true floor", async () => {
    const args = [
      "--statement",
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

  it("a claim that is none is an error: other kind, other statement, stray members, no key", async () => {
    const claim = JSON.parse(await read("claim.json")) as Record<string, unknown>;
    const bad: [string, number, unknown][] = [
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, kind: "vitalproof/receipts" }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, version: 2 }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, reading: 70 }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, publicInputs: ["1"] }],
      ["DOCUMENT_INVALID", EXIT.input, { ...claim, statement: "heart-rate-hour" }],
      ["UNKNOWN_STATEMENT", EXIT.usage, { ...claim, statement: "horoscope" }],
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
    await ok("clinic", "attester", "intake", "heads2.json", "--out", "receipts2.json", ...CLINIC);
    await ok("anna", "log", "accept", "receipts2.json");
    await ok("anna", "demo-clock", "2026-03-04T06:10Z");
    await ok("clinic", "attester", "anchor", ...CLINIC);
    await ok("clinic", "attester", "path", "--heads", "heads2.json", "--out", "paths2.json");
    const prove = [
      "prove",
      "--policy",
      String(policy),
      "--claims",
      chain.claims,
      "--period",
      "1",
      "--out",
      "claim2.json",
    ];
    const ran = await refused("STATEMENT_NOT_MET", EXIT.no, "anna", ...prove, "--paths", "paths2.json");
    expect(ran.err).to.contain("too few");
    expect(await readdir(cwd)).to.not.include("claim2.json");
    // T10, T7: the path of another day or person is not this log's.
    const first = [
      "prove",
      "--policy",
      String(policy),
      "--claims",
      chain.claims,
      "--period",
      "0",
      "--out",
      "x.json",
    ];
    await refused("ANCHOR_LEAF_UNKNOWN", EXIT.notReady, "anna", ...first, "--paths", "paths2.json");
    const forged = JSON.parse(await read("paths.json")) as { paths: { root: string }[] };
    forged.paths[0]!.root = plusOne(forged.paths[0]!.root);
    await writeFile(join(cwd, "forged.json"), JSON.stringify(forged));
    await refused("ANCHOR_PATH_INVALID", EXIT.input, "anna", ...first, "--paths", "forged.json");
    const epoch = [
      "--statement",
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
      "UNKNOWN_STATEMENT",
      EXIT.usage,
      "anna",
      "prove",
      ...epoch,
      "--from",
      "2026-03-02",
      "--statement",
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
      "--statement",
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
      "clinic",
      "attester",
      "intake",
      "heads3.json",
      "--out",
      "receipts3.json",
      ...CLINIC,
    );
    expect(late.code).to.equal(EXIT.refused);
    const { refused: reasons } = parseDocument(RECEIPTS, await read("receipts3.json"), "it");
    expect(reasons.map(({ code }) => code)).to.deep.equal(["INTAKE_TOO_LATE"]);
    const followed = (await ok("anna", "log", "accept", "receipts3.json")) as { gaps: number[] };
    expect(followed.gaps.length).to.equal(1);
    const shown = (await ok("anna", "log", "show")) as { epochs: { status: string }[] };
    expect(shown.epochs.map(({ status }) => status)).to.deep.equal(["accepted", "accepted", "gap"]);
  });

  it("T33: no reading, salt, secret or passphrase is in any file of the home or any exchanged file", async () => {
    const files = await readdir(cwd, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        .filter((file) => file.isFile() && !file.name.endsWith(".csv"))
        .map((file) => readFile(join(file.parentPath, file.name), "latin1")),
    );
    expect(texts.length).to.be.greaterThan(20);
    const all = texts.join("\n");
    expect(all).to.not.contain(PASSPHRASE);
    expect(all).to.not.contain('"codes"');
    expect(all).to.not.contain('"salt":"');
    expect(all).to.not.match(/"secret|walletSeed/);
    // The homes' file names speak neither of subjects nor of days.
    const { subject } = (await ok("anna", "identity", "show")) as { subject: string };
    const names = files.map((file) => join(file.parentPath, file.name)).join("\n");
    expect(names).to.not.contain(BigInt(subject).toString(16));
    expect(names).to.not.match(/205\d\d/);
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
      ["demo-clock", "--rpc", chain.url],
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

  /** A receipt that the clinic did not sign is not taken. */
  async function acceptForged(): Promise<void> {
    const answer = JSON.parse(await read("receipts.json")) as { receipts: { receivedAt: number }[] };
    answer.receipts[0]!.receivedAt += 1;
    await writeFile(join(cwd, "forged-receipts.json"), JSON.stringify(answer));
    await refused("RECEIPT_INVALID", EXIT.input, "anna", "log", "accept", "forged-receipts.json");
  }
});

function plusOne(decimal: string): string {
  return (BigInt(decimal) + 1n).toString();
}
