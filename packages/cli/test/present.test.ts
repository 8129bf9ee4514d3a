// SPDX-License-Identifier: GPL-3.0-or-later
//
// Circuits off chain from the shell: a verifier, two patients and a clinic on
// vaults of their own, files between them, real proofs of the small instances.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAY, packTerms, signReceipt, type Terms, unpackTerms } from "@vitalproof/sdk";
import { HOLDER_ATTESTATION, PRESENTATION, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { Wallet } from "ethers";
import { EXIT } from "../src/exit.ts";
import { loadIdentity } from "../src/identity.ts";
import { resumeLog } from "../src/patientLog.ts";
import { withVault } from "../src/vault.ts";
import { startChain, type TestChain } from "./node/start.ts";
import { codeOf, expecting, ioOf, type Ran, vitalproof } from "./support.ts";

const PASSPHRASE = "correct horse battery staple";
const CLINIC = ["--dev-account", "4"];
const HOSPITAL = "0x00000000000000000000000000000000000000E1";
const SPONSOR = "0x00000000000000000000000000000000000000E2";
const START = Date.parse("2026-03-01T00:00Z") / 1000;
const END = START + 2 * DAY;
/** Of 1 to 10; an alert is at least three in a row below 4. */
const LOW_RUN = Array.from({ length: 32 }, (_, slot) => (slot >= 20 && slot < 24 ? 2 : 6));
const STEADY = Array.from({ length: 32 }, () => 6);
const ALERT = ["--circuit", "episode-test", "--below", "4", "--min-run", "16200s", "--at-least", "1"];
const MOSTLY = ["--circuit", "distribution-direct-test", "--low", "5", "--high", "7", "--at-least", "80"];
const MEAN = ["--circuit", "distribution-histogram-test", "--mean-at-most", "6"];

type JsonObject = Record<string, unknown>;
type PresentationFile = {
  holder: string;
  proofs: { circuit: string; terms: string; proof: JsonObject; receipt?: JsonObject; anchorDay?: number }[];
};

describe("circuits off chain from the shell", function () {
  this.timeout(180_000);
  let chain: TestChain;
  let cwd: string;
  let group: string;
  let attester: string;
  const printed: string[] = [];

  const run = async (vault: string, now: number | "chain", ...argv: string[]): Promise<Ran> => {
    const env = { VITALPROOF_PASSPHRASE: PASSPHRASE, VITALPROOF_VAULT: join(cwd, vault) };
    const clock = now === "chain" ? ["--rpc", chain.url, "--clock", "chain"] : [];
    const world = { cwd, env, ...(now === "chain" ? {} : { now }) };
    const ran = await vitalproof(world, "--json", "--quiet", ...clock, ...argv);
    printed.push(ran.out, ran.err);
    return ran;
  };
  const { ok, refused } = expecting((vault, ...argv) => run(vault, "chain", ...argv));
  const write = (file: string, content: unknown): Promise<void> =>
    writeFile(join(cwd, file), JSON.stringify(content));
  const json = async <T>(file: string): Promise<T> =>
    JSON.parse(await readFile(join(cwd, file), "utf8")) as T;

  /** A request; the files of a request take its name. */
  const request = (name: string, verifier: string, ...criteria: string[]): Promise<JsonObject> =>
    ok(
      name,
      ...["request", "new", "--verifier", verifier, "--chain-id", "31337", "--scope-number", "1"],
      ...["--group", group, ...criteria, "--out", `${name}.json`],
    );
  /** The attestation of a person to the verifier of a request, and the verifier's trust in it. */
  const attested = async (who: string, asked: string): Promise<string> => {
    const files = `${who}-${asked}`;
    await ok(who, "present", "apply", "--request", `${asked}.json`, "--out", `${files}-application.json`);
    await ok(
      "clinic",
      ...["attester", "attest-holder", `${files}-application.json`, "--request", `${asked}.json`, ...CLINIC],
      ...["--out", `${files}-attestation.json`],
    );
    await ok(
      asked,
      ...["request", "trust", "--request", `${asked}.json`, "--attestation", `${files}-attestation.json`],
      ...["--anchors", chain.anchors, "--attester", attester, "--out", `${files}-trust.json`],
    );
    return `${files}-trust.json`;
  };
  /** What `present verify` says without any node: "holds", or the code of its answer with exit code 1. */
  const verdict = async (
    file: string,
    asked = "alert.json",
    trust = "anna-alert-trust.json",
    now = END + 600,
  ): Promise<string> => {
    const ran = await run("verifier", now, "present", "verify", file, "--request", asked, "--trust", trust);
    expect(ran.err).to.equal("");
    const answer = JSON.parse(ran.out) as { valid: boolean; code?: string };
    expect(ran.code).to.equal(answer.valid ? EXIT.ok : EXIT.no);
    return answer.valid ? "holds" : answer.code!;
  };
  const changed = async (change: (presentation: PresentationFile) => void): Promise<string> => {
    const presentation = await json<PresentationFile>("alert-answer.json");
    change(presentation);
    await write("changed.json", presentation);
    return "changed.json";
  };

  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), "vitalproof-present-"));
    chain = await startChain("2026-03-01T00:00Z");
  });
  after(async () => {
    await chain?.stop();
    await rm(cwd, { recursive: true, force: true });
  });

  it("two people are enrolled, wear their devices for two days, and the clinic takes their heads in", async () => {
    const made = await ok(
      "clinic",
      ...["attester", "init", "--anchors", chain.anchors, "--scrypt-cost", "14", "--new-group", ...CLINIC],
    );
    group = String(made.group);
    attester = String(made.attester);
    for (const [who, values] of [
      ["anna", LOW_RUN],
      ["bert", STEADY],
    ] as const) {
      await ok(who, "identity", "new", "--scrypt-cost", "14");
      await ok(who, "device", "simulate");
      await ok(who, "log", "request", "--profile", "test-16", "--out", `${who}-enrol.json`);
      await ok("clinic", "attester", "enrol", `${who}-enrol.json`);
      await ok("clinic", "attester", "open-log", `${who}-enrol.json`, "--out", `${who}-opening.json`);
      await ok(who, "log", "open", `${who}-opening.json`);
      const rows = values.map(
        (value, slot) => `${new Date((START + slot * 5400 + 1) * 1000).toISOString()},${value}`,
      );
      await writeFile(join(cwd, `${who}.csv`), `when,value\n${rows.join("\n")}\n`);
      const columns = ["--time", "when", "--value", "value", "--unit", "1"];
      // A file of which nothing counts is no success, and leaves the log as it is.
      await writeFile(join(cwd, "header.csv"), "when,value\n");
      await writeFile(join(cwd, "future.csv"), "when,value\n2100-01-01T00:00:00Z,1\n");
      for (const [file, reason] of [
        ["header.csv", "has no entries"],
        ["future.csv", "1 with a time in the future"],
      ] as const) {
        const nothing = await run(who, START, "log", "add", file, ...columns);
        expect([nothing.code, codeOf(nothing), nothing.out]).to.deep.equal([
          EXIT.nothing,
          "NOTHING_TAKEN",
          "",
        ]);
        expect(nothing.err).to.contain(reason);
      }
      expect(await ok(who, "log", "add", `${who}.csv`, ...columns)).to.include({ taken: 32 });
    }
  });

  it("requests: one statement, and two that are provable together", async () => {
    await request("alert", HOSPITAL, ...ALERT, "--max-age", "1h");
    await request("together", SPONSOR, ...MOSTLY, ...ALERT);
    const shown = await ok("anna", "request", "show", "together.json");
    expect(shown).to.include({ seconds: 2 * DAY, group });
    const { statements } = shown as { statements: { circuit: string; terms: string }[] };
    expect(statements.map(({ circuit }) => circuit)).to.deep.equal([
      "distribution-direct-test",
      "episode-test",
    ]);
    // Code 1 is LOW, so that level 5 is code 6.
    expect(unpackTerms(BigInt(statements[0]!.terms))).to.include({
      low: 6,
      high: 8,
      shareMin: 8000,
      epoch: 0,
    });
    expect(unpackTerms(BigInt(statements[1]!.terms))).to.include({ high: 4, minRun: 3, runsMin: 1 });
    await refused(
      "FILE_EXISTS",
      EXIT.refused,
      "alert",
      ...[
        "request",
        "new",
        "--verifier",
        HOSPITAL,
        "--chain-id",
        "1",
        "--scope-number",
        "1",
        "--group",
        group,
      ],
      ...[...ALERT, "--out", "alert.json"],
    );
  });

  it("nothing can be presented before the period is over and the clinic has its heads", async () => {
    const present = ["present", "--request", "alert.json", "--out", "x.json"];
    await refused("LOG_EPOCH_MISSING", EXIT.notReady, "anna", ...present);
    for (const [day, date] of [
      [1, "2026-03-02T00:05Z"],
      [2, "2026-03-03T00:05Z"],
    ] as const) {
      await ok("anna", "demo-clock", date);
      for (const who of ["anna", "bert"]) {
        const files = [`${who}-heads${day}.json`, `${who}-receipts${day}.json`] as const;
        await ok(who, "log", "seal", "--out", files[0]);
        if (day === 2) await refused("LOG_EPOCH_MISSING", EXIT.notReady, who, ...present);
        await ok("clinic", "attester", "intake", files[0], "--out", files[1], ...CLINIC);
        await ok(who, "log", "accept", files[1]);
      }
    }
  });

  it("the clinic attests a holder to a verifier, after the proof of enrolment over it", async () => {
    await attested("anna", "alert");
    await attested("bert", "alert");
    const { attestation } = parseDocument(
      HOLDER_ATTESTATION,
      await readFile(join(cwd, "anna-alert-attestation.json"), "utf8"),
      "it",
    );
    expect(attestation).to.include({ program: 0n, firstEpoch: 0, periods: 0 });
  });

  it("T10: no policy's attestation is signed in the disguise of a verifier's", async () => {
    // A request whose verifier is the claims contract: its domain is that of policies.
    await request("claims", chain.claims, ...ALERT);
    await ok("anna", "present", "apply", "--request", "claims.json", "--out", "disguise.json");
    const application = await json<{ attestation: JsonObject }>("disguise.json");
    const attest = ["attester", "attest-holder", "changed.json", "--request", "claims.json", ...CLINIC];
    const account = Wallet.createRandom().address;
    for (const member of [
      { program: "1" },
      { periods: 7 },
      { firstEpoch: 20_000 },
      { controller: account },
      { payee: account },
    ]) {
      await write("changed.json", { ...application, attestation: { ...application.attestation, ...member } });
      await refused("ATTESTATION_MISMATCH", EXIT.refused, "clinic", ...attest, "--out", "x.json");
    }
    // Another request than the patient's, another group, both sources at once, and none.
    const alert = ["attester", "attest-holder", "anna-alert-application.json", ...CLINIC, "--out", "x.json"];
    await refused("ATTESTATION_MISMATCH", EXIT.refused, "clinic", ...alert, "--request", "claims.json");
    await write("elsewhere.json", { ...(await json<JsonObject>("alert.json")), group: "99" });
    await refused("NOT_ALLOWED", EXIT.refused, "clinic", ...alert, "--request", "elsewhere.json");
    await refused(
      "USAGE",
      EXIT.usage,
      "clinic",
      ...alert,
      "--request",
      "alert.json",
      "--claims",
      chain.claims,
    );
    await refused("USAGE", EXIT.usage, "clinic", ...alert);
    const trust = [
      "request",
      "trust",
      "--attestation",
      "anna-alert-attestation.json",
      "--anchors",
      chain.anchors,
    ];
    await refused(
      "ATTESTATION_MISMATCH",
      EXIT.refused,
      "x",
      ...trust,
      "--request",
      "claims.json",
      "--out",
      "x.json",
    );
    // The attester's account as the registry has it.
    const asked = await ok("x", ...trust, "--request", "alert.json", "--out", "asked-trust.json");
    expect(asked.attester).to.equal(attester);
  });

  it("T14: an alert: proven over the receipt, verified without any node", async () => {
    const made = await ok("anna", "present", "--request", "alert.json", "--out", "alert-answer.json");
    expect(made).to.include({ start: START, end: END, evidence: "receipt" });
    const ran = await run(
      "verifier",
      END + 600,
      ...[
        "present",
        "verify",
        "alert-answer.json",
        "--request",
        "alert.json",
        "--trust",
        "anna-alert-trust.json",
      ],
    );
    expect(ran.code).to.equal(EXIT.ok);
    const answer = JSON.parse(ran.out) as JsonObject;
    expect(answer).to.deep.include({ valid: true, holder: made.holder, attester, age: 600, maxAge: 3600 });
    expect(answer.period).to.include({ from: "2026-03-01T00:00:00Z", to: "2026-03-03T00:00:00Z" });
    const world = { cwd, now: END + 600 };
    const files = ["alert-answer.json", "--request", "alert.json", "--trust", "anna-alert-trust.json"];
    const text = await vitalproof(world, "present", "verify", ...files);
    for (const word of [
      "Holds.",
      "Who:",
      "What:",
      "When:",
      "How fresh:",
      String(made.holder),
      "600 s ago",
      "DEVELOPMENT KEY",
    ]) {
      expect(text.out).to.contain(word);
    }
  });

  it("a circuit that does not hold is not proven: exit code 1, the bound and by how much", async () => {
    const present = ["present", "--request", "alert.json", "--out", "bert-answer.json"];
    const ran = await refused("STATEMENT_NOT_MET", EXIT.no, "bert", ...present);
    expect(ran.err).to.contain("runsMin of episode-test");
    await refused("STATEMENT_NOT_MET", EXIT.no, "bert", ...present, "--epoch", "2026-03-01");
    expect(await readdir(cwd)).to.not.include("bert-answer.json");
    await refused("LOG_EPOCH_MISSING", EXIT.notReady, "anna", ...present, "--epoch", "2026-03-02");
    await request("oxygen", HOSPITAL, "--question", "desaturation");
    await refused(
      "NOT_THERE",
      EXIT.notReady,
      "anna",
      "present",
      "--request",
      "oxygen.json",
      "--out",
      "x.json",
    );
    await refused(
      "NOT_THERE",
      EXIT.notReady,
      "anna",
      "present",
      "--request",
      "elsewhere.json",
      "--out",
      "x.json",
    );
  });

  it("T14: fresh to the last second, stale one later, and nothing before the period's end", async () => {
    const at = (now: number) => verdict("alert-answer.json", "alert.json", "anna-alert-trust.json", now);
    expect(await at(END + 3600)).to.equal("holds");
    expect(await at(END + 3601)).to.equal("PRESENTATION_STALE");
    expect(await at(END - 1)).to.equal("PRESENTATION_STALE");
    const expiry = Number(
      (await json<{ attestation: { expiry: string } }>("anna-alert-trust.json")).attestation.expiry,
    );
    await write("patient.json", { ...(await json<JsonObject>("alert.json")), maxAge: undefined });
    const patiently = (now: number) =>
      verdict("alert-answer.json", "patient.json", "anna-alert-trust.json", now);
    expect(await patiently(expiry)).to.equal("holds");
    expect(await patiently(expiry + 1)).to.equal("ATTESTATION_EXPIRED");
  });

  it("T11: an answer to one verifier, chain or scope number is nothing to another", async () => {
    const own = await json<JsonObject & { verifier: JsonObject }>("alert.json");
    const others: [string, unknown][] = [
      ["ATTESTATION_MISMATCH", { ...own, verifier: { ...own.verifier, account: SPONSOR } }],
      ["ATTESTATION_MISMATCH", { ...own, verifier: { ...own.verifier, chainId: "1" } }],
      ["PROOF_INVALID", { ...own, scopeNumber: "2" }],
    ];
    for (const [code, other] of others) {
      await write("other-request.json", other);
      expect(await verdict("alert-answer.json", "other-request.json")).to.equal(code);
    }
    // Also when the other verifier has an attestation of the same person: there the holder is another.
    await request("rival", SPONSOR, ...ALERT);
    const trust = await attested("anna", "rival");
    expect(await verdict("alert-answer.json", "rival.json", trust)).to.equal("ATTESTATION_MISMATCH");
    const { attestation } = await json<{ attestation: { holder: string } }>(trust);
    const renamed = await changed((presentation) => {
      presentation.holder = attestation.holder;
    });
    expect(await verdict(renamed, "rival.json", trust)).to.equal("PROOF_INVALID");
  });

  it("T10: another person's attestation, another attester, and a changed attestation are refused", async () => {
    expect(await verdict("alert-answer.json", "alert.json", "bert-alert-trust.json")).to.equal(
      "ATTESTATION_MISMATCH",
    );
    const stolen = await changed((presentation) => {
      presentation.holder = "1";
    });
    expect(await verdict(stolen)).to.equal("ATTESTATION_MISMATCH");
    const trust = await json<JsonObject & { attestation: JsonObject }>("anna-alert-trust.json");
    await write("t1.json", { ...trust, attester: Wallet.createRandom().address });
    await write("t2.json", { ...trust, attestation: { ...trust.attestation, expiry: "9999999999" } });
    expect(await verdict("alert-answer.json", "alert.json", "t1.json")).to.equal("ATTESTATION_MISMATCH");
    expect(await verdict("alert-answer.json", "alert.json", "t2.json")).to.equal("ATTESTATION_MISMATCH");
  });

  it("T7: a forged, altered or foreign receipt is refused", async () => {
    const { proofs } = parseDocument(
      PRESENTATION,
      await readFile(join(cwd, "alert-answer.json"), "utf8"),
      "it",
    );
    const { signature: _signature, ...receipt } = proofs[0]!.receipt!;
    const domain = { chainId: 31_337n, anchors: chain.anchors };
    const forged = await signReceipt(Wallet.createRandom(), domain, receipt);
    const withReceipt = (change: JsonObject) =>
      changed((presentation) => {
        presentation.proofs[0]!.receipt = { ...presentation.proofs[0]!.receipt, ...change };
      });
    expect(await verdict(await withReceipt({ signature: forged.signature }))).to.equal("RECEIPT_INVALID");
    expect(await verdict(await withReceipt({ receivedAt: END }))).to.equal("RECEIPT_INVALID");
    expect(await verdict(await withReceipt({ leaf: "5" }))).to.equal("RECEIPT_INVALID");
    const bert = (await json<{ receipts: JsonObject[] }>("bert-receipts2.json")).receipts[0]!;
    expect(await verdict(await withReceipt(bert))).to.equal("PROOF_INVALID");
    const before = (await json<{ receipts: JsonObject[] }>("anna-receipts1.json")).receipts[0]!;
    expect(await verdict(await withReceipt(before))).to.equal("PRESENTATION_MISMATCH");
    const trust = await json<JsonObject & { anchors: JsonObject }>("anna-alert-trust.json");
    await write("t3.json", { ...trust, anchors: { ...trust.anchors, anchors: SPONSOR } });
    expect(await verdict("alert-answer.json", "alert.json", "t3.json")).to.equal("RECEIPT_INVALID");
  });

  it("T11: terms, circuit, key or proof changed in the file are refused", async () => {
    const { statements } = await json<{ statements: { terms: string }[] }>("together.json");
    const change = (member: JsonObject) =>
      changed((presentation) => {
        Object.assign(presentation.proofs[0]!, member);
      });
    const terms = unpackTerms(BigInt((await json<PresentationFile>("alert-answer.json")).proofs[0]!.terms));
    const shorter = packTerms({ ...terms, minRun: 2 } as Terms);
    const dayBefore = packTerms({ ...terms, epoch: terms.epoch - 1 });
    const dayAfter = packTerms({ ...terms, epoch: terms.epoch + 1 });
    const words: [string, string][] = [
      ["PRESENTATION_MISMATCH", statements[0]!.terms],
      ["PRESENTATION_MISMATCH", String(shorter)],
      ["PRESENTATION_STALE", String(dayBefore)],
      ["PRESENTATION_STALE", String(dayAfter)],
      ["TERMS_NOT_UNDERSTOOD", "7"],
    ];
    for (const [code, word] of words)
      expect(await verdict(await change({ terms: word })), word).to.equal(code);
    expect(await verdict(await change({ circuit: "regularity-test" }))).to.equal("PRESENTATION_MISMATCH");
    expect(await verdict(await change({ verificationKey: "0".repeat(64) }))).to.equal(
      "PRESENTATION_MISMATCH",
    );
    const doubled = await changed((presentation) => presentation.proofs.push(presentation.proofs[0]!));
    expect(await verdict(doubled)).to.equal("PRESENTATION_MISMATCH");
    const none = await changed((presentation) => presentation.proofs.pop());
    expect(await verdict(none)).to.equal("PRESENTATION_MISMATCH");
    const swapped = await changed(({ proofs: [only] }) => {
      only!.proof = { ...only!.proof, a: only!.proof.c, c: only!.proof.a };
    });
    expect(await verdict(swapped)).to.equal("PROOF_INVALID");
    const noPoint = await changed(({ proofs: [only] }) => {
      only!.proof = { ...only!.proof, a: ["1", "1"] };
    });
    expect(await verdict(noPoint)).to.equal("PROOF_MALFORMED");
    // A request with easier or harder terms than the patient was asked for.
    await request("harder", HOSPITAL, ...ALERT.slice(0, -1), "2");
    expect(await verdict("alert-answer.json", "harder.json")).to.equal("PRESENTATION_MISMATCH");
  });

  it("T14: two circuits together, over the anchored days of a tree with others, against the registry", async () => {
    const present = ["present", "--request", "together.json", "--path", "paths.json"];
    await ok("anna", "demo-clock", "2026-03-03T06:10Z");
    await ok("clinic", "attester", "anchor", ...CLINIC);
    await ok("clinic", "attester", "path", "--heads", "anna-heads2.json", "--out", "paths.json");
    await ok("clinic", "attester", "path", "--heads", "bert-heads2.json", "--out", "bert-paths.json");
    const made = await ok("anna", ...present, "--out", "together-answer.json");
    expect(made).to.include({ start: START, end: END, evidence: "anchor" });
    const trust = await attested("anna", "together");
    const verify = ["present", "verify", "together-answer.json", "--request", "together.json", "--trust"];
    const answer = await ok("verifier", ...verify, trust);
    expect(answer).to.include({ valid: true, holder: made.holder });
    expect(answer.statements).to.have.length(2);
    expect(answer.evidence).to.deep.equal([
      { circuit: "distribution-direct-test", kind: "anchor", day: "2026-03-02" },
      { circuit: "episode-test", kind: "anchor", day: "2026-03-02" },
    ]);
    expect((await json<{ paths: { siblings: string[] }[] }>("paths.json")).paths[0]!.siblings).to.have.length(
      1,
    );

    await refused(
      "ANCHOR_LEAF_UNKNOWN",
      EXIT.notReady,
      "anna",
      ...present.slice(0, -1),
      "bert-paths.json",
      "--epoch",
      "2026-03-01",
      "--out",
      "x.json",
    );
    await write("other-paths.json", { ...(await json<JsonObject>("paths.json")), group: "99" });
    await refused(
      "NOT_ALLOWED",
      EXIT.refused,
      "anna",
      ...present.slice(0, -1),
      "other-paths.json",
      "--out",
      "x.json",
    );
    // Both of one person, in the order of the request, over one period.
    const whole = await json<PresentationFile>("together-answer.json");
    await write("reversed.json", { ...whole, proofs: [...whole.proofs].reverse() });
    const alert = (await json<PresentationFile>("alert-answer.json")).proofs[0]!;
    await write("spliced.json", { ...whole, proofs: [whole.proofs[0], alert] });
    await write("moved.json", {
      ...whole,
      proofs: whole.proofs.map((proof) => ({ ...proof, anchorDay: proof.anchorDay! + 1 })),
    });
    for (const [file, code] of [
      ["reversed.json", "PRESENTATION_MISMATCH"],
      ["spliced.json", "PROOF_INVALID"],
      ["moved.json", "PRESENTATION_MISMATCH"],
    ] as const) {
      const ran = await run("verifier", "chain", "present", "verify", file, ...verify.slice(3), trust);
      expect([(JSON.parse(ran.out) as { code: string }).code, ran.code], file).to.deep.equal([code, EXIT.no]);
    }
    const own = await json<JsonObject>(trust);
    await write("t4.json", { ...own, attester: Wallet.createRandom().address });
    const other = await run("verifier", "chain", ...verify, "t4.json");
    expect((JSON.parse(other.out) as { code: string }).code).to.equal("ATTESTATION_MISMATCH");
  });

  it("a claim of another template is proven by its bounds, for a verifier who named a scope", async () => {
    const prove = [
      "prove",
      "--from",
      "2026-03-01",
      "--scope",
      "5",
      "--paths",
      "paths.json",
      "--out",
      "own.json",
    ];
    await refused("STATEMENT_NOT_MET", EXIT.no, "anna", ...prove, ...ALERT.slice(0, -1), "2");
    const proven = await ok("anna", ...prove, ...ALERT);
    expect(proven).to.include({ circuit: "episode-test", from: "2026-03-01" });
    const claim = await json<{ publicInputs: string[] }>("own.json");
    expect(unpackTerms(BigInt(claim.publicInputs[2]!))).to.include({
      template: "episode",
      minRun: 3,
      runsMin: 1,
    });
    expect(await ok("x", "verify", "own.json", "--expect-scope", "5")).to.include({ valid: true });
    // The log's profile says which form is meant; there is none for these readings.
    await refused("WITNESS_MISMATCH", EXIT.input, "anna", ...prove, "--force", "--question", "desaturation");
  });

  it("T14: by the patient's clock a stale period is not even proven; one bound of two that fails is named", async () => {
    await refused(
      "PRESENTATION_STALE",
      EXIT.no,
      "anna",
      "present",
      "--request",
      "alert.json",
      "--out",
      "x.json",
    );
    await request("both", SPONSOR, ...MEAN, ...MOSTLY, "--at-most", "85");
    const ran = await refused(
      "STATEMENT_NOT_MET",
      EXIT.no,
      "anna",
      "present",
      "--request",
      "both.json",
      "--out",
      "x.json",
    );
    expect(ran.err).to.contain("shareMax of distribution-direct-test").and.not.contain("meanMax of");
  });

  it("T11: a claim is no presentation, and no presentation a claim", async () => {
    await ok(
      "anna",
      ...["prove", ...MOSTLY, "--scope", "77", "--from", "2026-03-01", "--paths", "paths.json"],
      ...["--out", "claim.json"],
    );
    const trust = ["--request", "alert.json", "--trust", "anna-alert-trust.json"];
    for (const file of ["claim.json", "alert.json", "anna-receipts1.json"]) {
      await refused("DOCUMENT_INVALID", EXIT.input, "verifier", "present", "verify", file, ...trust);
    }
    await refused("DOCUMENT_INVALID", EXIT.input, "verifier", "verify", "alert-answer.json");
    for (const evidence of [{ anchorDay: 20_514 }, { receipt: undefined }]) {
      const file = await changed((presentation) => {
        Object.assign(presentation.proofs[0]!, evidence);
      });
      await refused("DOCUMENT_INVALID", EXIT.input, "verifier", "present", "verify", file, ...trust);
    }
    // The claim's proof, put where a presentation's stands, is for another scope.
    const claim = await json<{ proof: JsonObject }>("claim.json");
    const whole = await json<PresentationFile>("together-answer.json");
    await write("borrowed.json", {
      ...whole,
      proofs: [{ ...whole.proofs[0], proof: claim.proof }, whole.proofs[1]],
    });
    const argv = ["borrowed.json", "--request", "together.json", "--trust", "anna-together-trust.json"];
    const ran = await run("verifier", "chain", "present", "verify", ...argv);
    expect([(JSON.parse(ran.out) as { code: string }).code, ran.code]).to.deep.equal([
      "PROOF_INVALID",
      EXIT.no,
    ]);
  });

  it("T33: no reading, salt, secret or passphrase in any file or output; no subject towards the verifier", async () => {
    const env = { VITALPROOF_PASSPHRASE: PASSPHRASE };
    const secrets: string[] = [PASSPHRASE];
    const subjects: string[] = [];
    for (const who of ["anna", "bert"]) {
      await withVault(ioOf({ cwd, env }), { vault: who }, async (vault) => {
        const identity = await loadIdentity(vault);
        const { log } = await resumeLog(vault, undefined);
        const salts = log.epochs.map(({ salt }) => salt).filter((salt) => salt !== 0n);
        expect(salts).to.have.length(2);
        for (const secret of [identity.secret(), ...salts])
          secrets.push(secret.toString(), secret.toString(16));
        secrets.push(Buffer.from(identity.walletSeed()).toString("hex"));
        subjects.push(identity.subject.toString());
      });
    }
    const listed = await readdir(cwd, { recursive: true, withFileTypes: true });
    const files = listed.filter((file) => file.isFile() && !file.name.endsWith(".csv"));
    expect(files.length).to.be.greaterThan(60);
    const texts = await Promise.all(
      files.map((file) => readFile(join(file.parentPath, file.name), "latin1")),
    );
    const all = [...texts, ...printed].join("\n");
    for (const secret of secrets) expect(all.includes(secret), "a secret").to.equal(false);
    expect(all).to.not.match(/"codes"|"salts"|"secret"|walletSeed/);
    const toVerifier = [
      "alert-answer.json",
      "together-answer.json",
      "anna-alert-attestation.json",
      "anna-alert-trust.json",
    ];
    for (const file of toVerifier) {
      const text = await readFile(join(cwd, file), "utf8");
      for (const subject of subjects) expect(text.includes(subject), file).to.equal(false);
    }
    // The alert's readings: 2 four times over, 6 otherwise.
    expect(await readFile(join(cwd, "alert-answer.json"), "utf8")).to.not.match(/2,\s*2,\s*2/);
  });
});
