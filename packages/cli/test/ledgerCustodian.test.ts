// SPDX-License-Identifier: GPL-3.0-or-later
//
// `vitalproof ledger …` for custodians: a hospital opens a page, takes consents of patients who run the command too, records
// accesses one by one and from its own log, and sends batches. The proof of the consents is a real one.
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  auditKeyOf,
  CONSENT_OFFER,
  REVOCATION_REQUEST,
  SIGNED_GRANT,
  unpackRights,
} from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { connection, ethers, networkHelpers } from "../../../test/contracts/support/network.ts";
import { type ServedNode, serveNode } from "../../../test/support/serveNode.ts";
import { simulatingProgram } from "../../../test/support/simulatingProgram.ts";
import { EXIT } from "../src/exit.ts";
import { auditEvent, MAPPING, registerOf } from "./hospitalLog.ts";
import { LedgerWorld } from "./ledgerWorld.ts";
import { expecting, type Ran, vitalproof } from "./support.ts";

const RIGHTS = ["--purposes", "treatment", "payment", "--roles", "physician", "nurse"];
const CLASSES = ["--classes", "laboratory", "medication"];
const HOSPITAL = ["--dev-account", "7"];
const NURSE = ["--page", "2", "--role", "nurse", "--purpose", "treatment", "--class", "medication"];

type Sent = { what: string; kind: string; hash: string; count: number; late: boolean };
type Told = { missed: { key: string; reason: string }[] };
type Left = { reason: string; count: number; examples: string[] };

describe("ledger, for custodians", function () {
  this.timeout(120_000);
  let at: LedgerWorld;
  let shown = "";
  let until: string;
  /** The native prover of all but one batch. */
  let simulate: string[];

  /** As some nodes are, until it has the tag. */
  let node: ServedNode;
  let hasFinalized = false;
  const terminal = (vault: string) => {
    const { cwd, env } = at.terminal(vault);
    return { cwd, env: { ...env, VITALPROOF_RPC: node.url } };
  };

  const run = async (vault: string, ...argv: string[]): Promise<Ran> => {
    const ran = await vitalproof(terminal(vault), "--json", "--quiet", "ledger", ...argv);
    shown += ran.out + ran.err;
    return ran;
  };
  const { ok, refused } = expecting(run);
  const text = async (...argv: string[]): Promise<string> => {
    const ran = await vitalproof(terminal("hospital"), "--quiet", "ledger", ...argv);
    shown += ran.out + ran.err;
    expect(ran.code, ran.err).to.equal(EXIT.ok);
    return ran.out;
  };
  const now = async (): Promise<number> => networkHelpers.time.latest();
  const record = (slot: number, actor: number, ...more: string[]) => {
    return ["record", "--slot", String(slot), "--actor", String(actor), ...NURSE, ...more];
  };

  before(async () => {
    at = await LedgerWorld.start();
    simulate = ["--rapidsnark", simulatingProgram(at.cwd)];
    node = await serveNode({
      async request(call) {
        if (call.params?.[0] === "finalized" && !hasFinalized)
          throw Object.assign(new Error("unknown block tag"), { code: -32_602 });
        return connection.provider.request(call);
      },
    });
    await Promise.all([at.newPatient("anna"), at.newPatient("bert")]);
    until = new Date(1000 * ((await now()) + 300 * 86_400)).toISOString().slice(0, 10);
  });
  after(async () => {
    await node?.stop();
    await at?.stop();
  });

  it("opens a page and makes a vault that keeps it", async () => {
    await refused("VAULT_MISSING", EXIT.notReady, "hospital", "custodian-status");
    const open = ["open-page", "--deployment", "deployment.json", "--scrypt-cost", "14", ...HOSPITAL];
    await refused("USAGE", EXIT.usage, "hospital", ...open, ...RIGHTS);
    expect(existsSync(join(at.cwd, "hospital"))).to.equal(false);
    const opened = await ok("hospital", ...open);
    expect(opened).to.deep.include({ page: "2", kept: false });
    expect(opened.custodian).to.equal((await connection.ethers.getSigners())[7]!.address);
    // After an interruption between chain and vault.
    expect(await ok("hospital", ...open, "--page", "2")).to.deep.equal({ ...opened, kept: true });
    await refused("NOT_ALLOWED", EXIT.refused, "hospital", ...open, "--page", "1");
    expect(await ok("hospital", "custodian-status")).to.deep.include({ filled: 0, offered: 0, waiting: 0 });
  });

  it("opens a page with a form: its offers have the form's rights, in public", async () => {
    const form = [...RIGHTS, ...CLASSES, "--until", until];
    const open = ["open-page", "--deployment", "deployment.json", "--form", ...HOSPITAL];
    const { page } = await ok("hospital", ...open, ...form);
    expect(page).to.equal("3");
    const packed = (await at.world.ledger.pageOf(3n)).form;
    const { rights, form: said } = await offered("formed.json", "--page", "3");
    expect([unpackRights(packed), packed]).to.deep.equal([rights, said]);
    await refused("USAGE", EXIT.usage, "hospital", "custodian-status");
    const other = ["--purposes", "research", "--roles", "nurse", ...CLASSES, "--until", until];
    const argv = ["offer", "--page", "3", ...other, "--grantee", "1", "--out", "other.json"];
    await refused("INVALID_ARGUMENT", EXIT.usage, "hospital", ...argv);
    await refused("NOT_THERE", EXIT.notReady, "hospital", "custodian-status", "--page", "1");
  });

  it("offers slots by the ledger's names, to a grantee by number or account, one file for each", async () => {
    const insurer = at.world.insurer.address;
    const rights = ["--page", "2", ...RIGHTS, ...CLASSES, "--until", until];
    const argv = ["offer", ...rights, "--out", "o.json", "--grantee"];
    await refused("NOT_THERE", EXIT.notReady, "hospital", ...argv, insurer);
    await at.world.ledger.connect(at.world.insurer).registerGrantee();
    await refused("USAGE", EXIT.usage, "hospital", ...argv, "the insurer");
    await refused(
      "USAGE",
      EXIT.usage,
      "hospital",
      "offer",
      ...rights.slice(2, -2),
      "--grantee",
      "1",
      "--out",
      "x",
    );
    await refused(
      "USAGE",
      EXIT.usage,
      "hospital",
      ...argv.slice(0, -4),
      "2020-01-01",
      ...argv.slice(-3),
      "1",
    );
    const told = await ok("hospital", ...argv, insurer);
    expect(told).to.deep.include({ page: "2", slot: 0, grantee: { number: 1, account: insurer } });
    expect(told).to.deep.include({
      purposes: ["treatment", "payment"],
      classes: ["laboratory", "medication"],
    });
    await refused("FILE_EXISTS", EXIT.refused, "hospital", ...argv, insurer);
    expect((await offered("o-1.json", ...rights)).slot).to.equal(1);
    const status = await ok("hospital", "custodian-status", "--page", "2");
    expect(status).to.deep.include({ offered: 2, filled: 0 });
    expect((status.offers as { slot: number }[]).map(({ slot }) => slot)).to.deep.equal([0, 1]);
  });

  it("takes what patients signed, and nothing else", async () => {
    for (const [vault, offer, grant] of [
      ["anna", "o.json", "g.json"],
      ["bert", "o-1.json", "g-1.json"],
    ] as const)
      await at.ok(vault, "accept", offer, "--out", grant);
    const signed = parseDocument(SIGNED_GRANT, at.read("g.json"), "g.json");
    const { consent } = signed.grant;
    const wider = { ...signed, grant: { ...signed.grant, consent: { ...consent, grantee: 2 } } };
    at.write("wider.json", documentText(SIGNED_GRANT, wider));
    await refused("GRANT_NOT_SIGNED", EXIT.refused, "hospital", "take", "wider.json");
    const elsewhere = { ...signed, address: { ...signed.address, ledger: at.world.claimsAddress } };
    at.write("elsewhere.json", documentText(SIGNED_GRANT, elsewhere));
    await refused("NOT_ALLOWED", EXIT.refused, "hospital", "take", "elsewhere.json");
    await refused("DOCUMENT_INVALID", EXIT.input, "hospital", "take", "o.json");
    await refused("USAGE", EXIT.usage, "hospital", "take", "g.json", "--page", "3");
    expect(await ok("hospital", "take", "g.json")).to.deep.equal({ page: "2", slot: 0, taken: true });
    await ok("hospital", "take", "g.json");
    await ok("hospital", "take", "g-1.json");
    expect(await ok("hospital", "custodian-status", "--page", "2")).to.deep.include({
      offers: [],
      toGive: [0, 1],
    });
    const early = await refused("ACCESS_NOT_ALLOWED", EXIT.refused, "hospital", ...record(0, 501));
    expect(early.err).to.contain("not-in-page");
  });

  it("a batch enters consents with a real proof; final is what the node says, or what has its confirmations", async () => {
    await refused("USAGE", EXIT.usage, "hospital", "batch", "--page", "2");
    const other = ["batch", "--page", "2", "--dev-account", "6"];
    await refused("NOT_ALLOWED", EXIT.refused, "hospital", ...other);
    const told = await ok("hospital", "batch", "--page", "2", ...HOSPITAL);
    const [sent, ...more] = told.happened as Sent[];
    expect(more).to.deep.equal([]);
    expect(sent).to.deep.include({ what: "sent", kind: "consents", count: 2 });
    expect(told).to.deep.include({ toGive: [], unsettled: [sent!.hash], prover: { name: "snarkjs" } });
    expect(told.final).to.deep.equal({ by: "unknown" });
    expect((await at.world.ledger.pageOf(2n)).filled).to.equal(2n);
    const { consents } = (await at.ok("anna", "consents")) as { consents: object[] };
    expect(consents).to.have.length(1);
    expect(consents[0]).to.include({ consent: "2/0", state: "given" });

    const status = ["custodian-status", "--page", "2"];
    expect(await text(...status)).to.contain("1 transaction not final yet. The node has no finalized blocks");
    const early = await refused("ACCESS_NOT_ALLOWED", EXIT.refused, "hospital", ...record(0, 501));
    expect(early.err).to.contain("not-in-page");
    expect((await ok("hospital", ...status, "--confirmations", "1")).unsettled).to.deep.equal([sent!.hash]);
    await networkHelpers.mine(1);
    const settled = await ok("hospital", ...status, "--confirmations", "1");
    expect(settled).to.deep.include({ unsettled: [], filled: 2, live: 2 });
    expect(settled.final).to.deep.include({ by: "confirmations" });
    // Once a node of the chain has a finalized block, confirmations never count again.
    hasFinalized = true;
    expect((await ok("hospital", ...status)).final).to.deep.include({ by: "node" });
    hasFinalized = false;
    expect((await ok("hospital", ...status, "--confirmations", "0")).final).to.deep.equal({ by: "unknown" });
    hasFinalized = true;
  });

  it("records an access once, or refuses it with the reason", async () => {
    const first = await ok("hospital", ...record(0, 501));
    expect(first).to.deep.include({ result: "recorded", slot: 0, actor: 501, emergency: false });
    const time = ["--at", new Date(1000 * (first.at as number)).toISOString().replace(".000", "")];
    expect((await ok("hospital", ...record(0, 501, ...time))).result).to.equal("known");
    for (const [fault, ...argv] of [
      ["purpose", "--purpose", "research"],
      ["role", "--role", "insurer"],
      ["class", "--class", "genetics"],
      ["not-in-page", "--slot", "9"],
      ["outside-window", "--at", "2020-01-01T00:00Z"],
    ] as const) {
      const { err } = await refused(
        "ACCESS_NOT_ALLOWED",
        EXIT.refused,
        "hospital",
        ...record(0, 501),
        ...argv,
      );
      expect(err).to.contain(`"fault": "${fault}"`);
    }
    await refused("INVALID_ARGUMENT", EXIT.usage, "hospital", ...record(0, 70_000));
    await refused("USAGE", EXIT.usage, "hospital", ...record(0, 501), "--purpose", "curiosity");
    const urgent = ["--class", "genetics", "--emergency", "--key", "urgent-1"];
    expect(await ok("hospital", ...record(0, 502), ...urgent)).to.include({
      emergency: true,
      key: "urgent-1",
    });
    // One key, two accesses.
    await refused("INVALID_ARGUMENT", EXIT.usage, "hospital", ...record(1, 502), ...urgent);
    expect((await ok("hospital", "custodian-status", "--page", "2")).waiting).to.equal(2);
  });

  it("records a hospital's own log, lists what it left out, and nothing twice", async () => {
    const time = await now();
    at.write("mapping.json", MAPPING);
    at.write("register.json", registerOf({}));
    const events = [
      auditEvent("e1", "anna-secret-id", "n1", time),
      auditEvent("e2", "bert-secret-id", "n1", time),
      auditEvent("e3", "bert-secret-id", "n1", time, "GenomicStudy/1"),
      auditEvent("e4", "carl-secret-id", "n1", time),
      auditEvent("e5", "anna-secret-id", "n2", time),
      auditEvent("e6", "anna-secret-id", "n1", 1_500_000_000),
      auditEvent("e7", "anna-secret-id", "n1", time, "Basic/1"),
      auditEvent("e1", "anna-secret-id", "n1", time),
    ];
    at.write("audit.ndjson", events.map((event) => JSON.stringify(event)).join("\n"));
    const argv = ["record-log", "audit.ndjson", "--mapping", "mapping.json", "--register", "register.json"];
    const told = await ok("hospital", ...argv);
    expect(told).to.deep.include({ messages: 8, total: 8, read: 6, recorded: 2, known: 0 });
    const left = (told.notRecorded as Left[]).map(({ reason, count, examples }) => [
      reason,
      count,
      ...examples,
    ]);
    expect(left).to.have.deep.members([
      ["class", 1, "e3"],
      ["unknown-patient", 1, "e4"],
      ["unknown-actor", 1, "e5"],
      ["outside-window", 1, "e6"],
    ]);
    expect((told.left as Left[]).map(({ reason, count }) => [reason, count])).to.have.deep.members([
      ["unknown-class", 1],
      ["duplicate", 1],
    ]);
    expect(await ok("hospital", ...argv)).to.deep.include({ recorded: 0, known: 2 });
    const lines = await text(...argv);
    expect(lines).to.contain("Recorded for page 2: 0. Recorded before: 2.").and.not.contain("secret-id");
    // Another system counts its events in the same way.
    at.write("other.ndjson", JSON.stringify(auditEvent("e1", "bert-secret-id", "n1", time - 1)));
    const other = ["record-log", "other.ndjson", ...argv.slice(2)];
    const same = (await ok("hospital", ...other)).notRecorded as Left[];
    expect(same.map(({ reason }) => reason)).to.deep.equal(["id-of-another"]);
    expect((await ok("hospital", ...other, "--source", "radiology")).recorded).to.equal(1);

    at.write(
      "twice.json",
      registerOf({
        actors: [
          { id: "n1", number: 1 },
          { id: "n1", number: 2 },
        ],
      }),
    );
    at.write("elsewhere.json", registerOf({ page: "9" }));
    for (const [code, exit, ...changed] of [
      ["DOCUMENT_INVALID", EXIT.input, "--register", "twice.json"],
      ["DOCUMENT_INVALID", EXIT.input, "--mapping", "register.json"],
      ["NOT_THERE", EXIT.notReady, "--register", "elsewhere.json"],
      ["USAGE", EXIT.usage, "--page", "3"],
    ] as const)
      await refused(code, exit, "hospital", ...argv, ...changed);
  });

  it("a batch logs the accesses, and each patient reads their own", async () => {
    await networkHelpers.time.increase(180);
    const batch = ["batch", "--page", "2", ...simulate, ...HOSPITAL];
    const waiting = await ok("hospital", ...batch, "--due-only");
    expect(waiting).to.deep.include({ happened: [], waiting: 5 });
    const told = await ok("hospital", ...batch);
    const [sent, ...more] = told.happened as Sent[];
    expect(more).to.deep.equal([]);
    expect(sent).to.deep.include({ what: "sent", kind: "accesses", count: 5, late: false });
    expect(told).to.deep.include({ waiting: 0, missed: [], unsettled: [] });
    expect(await ok("hospital", ...batch)).to.deep.include({ happened: [], waiting: 0 });
    const { rows } = (await at.ok("anna", "accounting", "2/0")) as {
      rows: { actor: number; emergency: boolean }[];
    };
    expect(rows.map(({ actor, emergency }) => [actor, emergency])).to.have.deep.members([
      [501, false],
      [502, true],
      [601, false],
    ]);
    const closed = ["--at", new Date(1000 * ((await now()) - 600)).toISOString().replace(".000", "")];
    const { err } = await refused(
      "ACCESS_NOT_ALLOWED",
      EXIT.refused,
      "hospital",
      ...record(0, 501, ...closed),
    );
    expect(err).to.contain("outside-window");
    // The log once more, although its accesses are done.
    const log = ["record-log", "audit.ndjson", "--mapping", "mapping.json", "--register", "register.json"];
    expect(await ok("hospital", ...log)).to.deep.include({ recorded: 0, known: 2 });
  });

  it("a patient's revocation refuses accesses at once", async () => {
    await ok("hospital", ...record(1, 503, "--key", "before"));
    await at.ok("bert", "revoke", "2/1", "--out", "r.json");
    const taken = await ok("hospital", "take-revocation", "r.json");
    expect(taken).to.deep.equal({ page: "2", slot: 1, taken: true });
    const request = parseDocument(REVOCATION_REQUEST, at.read("r.json"), "r.json");
    at.write("wrong.json", documentText(REVOCATION_REQUEST, { ...request, slot: 0 }));
    const wrong = ["take-revocation", "wrong.json"];
    await refused("REVOCATION_NOT_POSSIBLE", EXIT.refused, "hospital", ...wrong);
    await networkHelpers.time.increase(2);
    await networkHelpers.mine(1);
    const { err } = await refused("ACCESS_NOT_ALLOWED", EXIT.refused, "hospital", ...record(1, 503));
    expect(err).to.contain("not-live");
    const status = ["custodian-status", "--page", "2"];
    expect(await text(...status)).to.contain("Revocations that wait for a batch: slot 1.");
  });

  it("what became impossible after it was recorded is missed, until somebody decides", async () => {
    const decide = ["decide", "--page", "2"];
    await refused("INVALID_ARGUMENT", EXIT.usage, "hospital", ...decide, "before", "--leave-out");
    await refused("USAGE", EXIT.usage, "hospital", ...decide, "before");
    // The hospital's clock is ahead, and the patient revokes alone.
    await networkHelpers.time.increaseTo((Math.floor((await now()) / 60) + 1) * 60 + 5);
    const ahead = ["--at", new Date(1000 * ((await now()) + 57)).toISOString().replace(".000", "")];
    await ok("hospital", ...record(0, 504, ...ahead, "--key", "urgent"));
    await ok("hospital", ...record(0, 505, ...ahead, "--key", "curious"));
    const revoked = await at.run("anna", "revoke", "2/0", "--force", ...at.payer, ...simulate);
    expect(revoked.code, revoked.err).to.equal(EXIT.ok);
    const status = ["custodian-status", "--page", "2"];
    const { missed } = (await ok("hospital", ...status)) as unknown as Told;
    expect(missed.map(({ key, reason }) => [key, reason])).to.deep.equal([
      ["urgent", "not-live"],
      ["curious", "not-live"],
    ]);
    expect(await text(...status)).to.contain("under a consent that was revoked");
    await ok("hospital", ...decide, "urgent", "--emergency");
    await ok("hospital", ...decide, "curious", "--leave-out");
    await networkHelpers.time.increase(300);
    const told = await ok("hospital", "batch", "--page", "2", ...simulate, ...HOSPITAL);
    const sent = (told.happened as Sent[]).map(({ kind, count, late }) => [kind, count, late]);
    expect(sent).to.deep.equal([
      ["consents", 1, false],
      ["accesses", 1, true],
      ["accesses", 1, true],
    ]);
    expect(told).to.deep.include({ waiting: 1, toRevoke: [] });
    expect((told as unknown as Told).missed.map(({ key }) => key)).to.deep.equal(["curious"]);
    const { rows } = (await at.ok("anna", "accounting", "2/0")) as { rows: { actor: number }[] };
    expect(rows.at(-1)).to.include({ actor: 504, emergency: true, late: true });
  });

  it("a copy of the vault goes on with the page, and check knows its records", async () => {
    const vault = (name: string, ...argv: string[]) => vitalproof(terminal(name), "--json", "vault", ...argv);
    expect((await vault("hospital", "copy", "--out", "copy.json")).code).to.equal(EXIT.ok);
    expect((await vault("other", "restore", "copy.json")).code).to.equal(EXIT.ok);
    expect(JSON.parse((await vault("other", "check")).out)).to.deep.include({ damaged: [] });
    const status = ["custodian-status", "--page", "2"];
    expect(await ok("other", ...status)).to.deep.equal(await ok("hospital", ...status));
  });

  it("a page goes to another account, which goes on with a copy of the vault", async () => {
    const [before, account] = (await ethers.getSigners()).slice(7, 9).map(({ address }) => address);
    const on = ["--deployment", "deployment.json"];
    const next = ["--dev-account", "8"];
    const handOver = ["hand-over", "2", ...on];
    const acceptPage = ["accept-page", "2", ...on, ...next];
    await refused("USAGE", EXIT.usage, "hospital", ...handOver, ...HOSPITAL);
    await refused("USAGE", EXIT.usage, "hospital", ...handOver, "--to", account!, "--withdraw", ...HOSPITAL);
    await refused("USAGE", EXIT.usage, "hospital", ...handOver, "--to", ethers.ZeroAddress, ...HOSPITAL);
    const contract = await at.world.ledger.getAddress();
    await refused("NOT_ALLOWED", EXIT.refused, "hospital", ...handOver, "--to", contract, ...HOSPITAL);
    const { err } = await refused(
      "CONTRACT_REVERTED",
      EXIT.refused,
      "hospital",
      ...[...handOver, "--to", account!, ...next],
    );
    expect(err).to.contain(`custodian ${before}`);
    expect(await ok("hospital", ...handOver, "--to", account!, ...HOSPITAL)).to.include({ nominee: account });
    expect(await ok("hospital", ...handOver, "--withdraw", ...HOSPITAL)).not.to.have.property("nominee");
    const nobody = await refused("NOT_ALLOWED", EXIT.refused, "next", ...acceptPage);
    expect(nobody.err).to.contain("offered to nobody");
    await ok("hospital", ...handOver, "--to", account!, ...HOSPITAL);
    const stranger = ["accept-page", "2", ...on, "--dev-account", "9"];
    await refused("CONTRACT_REVERTED", EXIT.refused, "next", ...stranger);
    expect(await ok("hospital", "page", "2", ...on)).to.include({ nominee: account, custodian: before });

    await ok("hospital", ...record(0, 510, "--emergency"));
    const vault = (name: string, ...argv: string[]) => vitalproof(terminal(name), "--json", "vault", ...argv);
    expect((await vault("hospital", "copy", "--out", "handed.json")).code).to.equal(EXIT.ok);
    expect((await vault("next", "restore", "handed.json")).code).to.equal(EXIT.ok);
    expect(await ok("next", ...acceptPage)).to.include({ page: "2", before, custodian: account });
    await networkHelpers.time.increase(180);
    const batch = ["batch", "--page", "2", ...simulate];
    await refused("NOT_ALLOWED", EXIT.refused, "hospital", ...batch, ...HOSPITAL);
    const { happened } = (await ok("next", ...batch, ...next)) as { happened: Sent[] };
    expect(happened.map(({ what, kind, count }) => [what, kind, count])).to.deep.equal([
      ["sent", "accesses", 1],
    ]);
    const { rows } = (await at.ok("anna", "accounting", "2/0")) as { rows: { actor: number }[] };
    expect(rows.at(-1)).to.include({ actor: 510, emergency: true });
  });

  it("the master goes to a file with --yes alone, and reads what a regulator may read", async () => {
    const master = ["master", "--page", "2", "--out", "master.txt"];
    const asked = await run("hospital", ...master);
    expect([asked.code, JSON.parse(asked.out).written]).to.deep.equal([EXIT.refused, false]);
    expect(existsSync(join(at.cwd, "master.txt"))).to.equal(false);
    const written = await run("hospital", ...master, "--yes");
    expect(written.code, written.err).to.equal(EXIT.ok);
    expect(written.err).to.contain("reads every record of this page, past and future, permanently");
    await run("hospital", ...master, "--yes").then(({ code }) => expect(code).to.equal(EXIT.refused));
    const argv = ["disclose", "--master-file", "master.txt", "--page", "2"];
    const { rows } = (await at.ok("bert", ...argv)) as { rows: { slot: number }[] };
    expect(rows).to.have.length(8);
    expect(rows.filter(({ slot }) => slot === 1)).to.have.length(3);
  });

  it("T33: no master, audit key or revocation secret is shown by anything above", () => {
    const master = BigInt(at.read("master.txt").trim());
    const offers = ["o.json", "o-1.json"].map((file) => parseDocument(CONSENT_OFFER, at.read(file), file));
    expect(offers.map(({ audit }) => audit)).to.deep.equal(
      [0, 1].map((slot) => auditKeyOf(master, 2n, slot)),
    );
    const { secret } = parseDocument(REVOCATION_REQUEST, at.read("r.json"), "r.json");
    for (const hidden of [master, secret, ...offers.map(({ audit }) => audit)]) {
      expect(shown.includes(String(hidden))).to.equal(false);
      expect(shown.toLowerCase().includes(hidden.toString(16))).to.equal(false);
    }
    expect(shown.length).to.be.greaterThan(10_000);
    expect(shown).to.not.contain("secret-id");
  });

  const offered = async (file: string, ...argv: string[]) => {
    await ok("hospital", "offer", ...argv, "--grantee", "1", "--out", file);
    return parseDocument(CONSENT_OFFER, at.read(file), file);
  };
});
