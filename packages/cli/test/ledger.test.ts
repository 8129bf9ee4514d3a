// SPDX-License-Identifier: GPL-3.0-or-later
//
// `vitalproof ledger …`: a patient, the public and a regulator with a page of the health ledger. Proofs that the command makes
// are real.
import {
  auditKeyOf,
  KEPT_CONSENT,
  LEDGER_ARCHIVE,
  packRights,
  REVOCATION_REQUEST,
} from "@vitalproof/sdk/ledger";
import { parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { connection, networkHelpers } from "../../../test/contracts/support/network.ts";
import { grantOf, patientOf } from "../../../test/support/ledgerPage.ts";
import { EXIT } from "../src/exit.ts";
import { keepConsent, listConsents } from "../src/ledger/keptConsents.ts";
import { withVault } from "../src/vault.ts";
import { LedgerWorld, MASTER, RIGHTS } from "./ledgerWorld.ts";
import { ioOf, vitalproof } from "./support.ts";

type Row = { actor: number; role: string; purpose: string; class: string; emergency: boolean; slot: number };
type Told = {
  rows: Row[];
  gaps: { minutes: number }[];
  counts: Record<string, number>;
  hidden: Record<string, number>;
};

describe("ledger", function () {
  this.timeout(120_000);
  let at: LedgerWorld;
  let policy: bigint;

  /** Anna's: slots 0, 1 and 3. Another patient's: slot 2. Slot 3 gets another audit key than she signed for. */
  before(async () => {
    at = await LedgerWorld.start();
    await Promise.all([at.newPatient("anna"), at.newPatient("bert")]);
    policy = await at.policyOf("anna");
    at.write("master.txt", `${MASTER}\n`);
  });
  after(() => at?.stop());

  it("an insurer gets a number, once", async () => {
    const register = ["register", "--dev-account", String(await accountOf(at.world.insurer.address))];
    const first = await at.ok("anna", ...register);
    expect(first).to.deep.equal({ account: at.world.insurer.address, grantee: 1, registered: true });
    expect(await at.ok("anna", ...register)).to.deep.equal({ ...first, registered: false });
  });

  it("an offer is explained in plain words; it is signed with --out, kept, and the same again", async () => {
    const { rights } = await at.offer("offer.json", 0, { grantee: 1 });
    const shown = await at.text("anna", "accept", "offer.json");
    for (const part of [
      "slot 0 of page 1",
      at.world.custodian.address,
      `grantee 1, which is account ${at.world.insurer.address}`,
      "treatment (to treat the patient), payment (to bill or pay for care)",
      "physician, nurse",
      "laboratory results, medication",
      new Date(rights.until * 60_000).toISOString().slice(0, 16),
      "Nothing was signed.",
    ])
      expect(shown).to.contain(part);
    expect(await at.ok("anna", "consents")).to.deep.equal({ consents: [] });

    const accepted = await at.ok("anna", "accept", "offer.json", "--out", "grant.json");
    expect(accepted).to.include({ consent: "1/0", signed: true, given: false });
    expect(accepted.rights).to.deep.include({ purposes: ["treatment", "payment"] });
    expect(await waiting()).to.equal("waiting");
    await at.ok("anna", "accept", "offer.json", "--out", "again.json");
    expect(at.read("again.json")).to.equal(at.read("grant.json"));
    await at.refused("FILE_EXISTS", EXIT.refused, "anna", "accept", "offer.json", "--out", "grant.json");
  });

  it("another offer for a slot that was signed, or for another ledger or chain, a past or an impossible one is refused", async () => {
    const refuse = async (
      code: "ALREADY_THERE" | "NOT_ALLOWED",
      changes: Parameters<LedgerWorld["offer"]>[2],
    ) => {
      await at.offer("other.json", 0, { grantee: 1, ...changes });
      return at.refused(code, EXIT.refused, "anna", "accept", "other.json", "--out", "x.json");
    };
    await refuse("ALREADY_THERE", { rights: { ...RIGHTS, until: await at.until(301) } });
    const { address } = at.page;
    await refuse("NOT_ALLOWED", { address: { ...address, chainId: 1n } });
    await refuse("NOT_ALLOWED", { address: { ...address, ledger: at.world.claimsAddress } });
    await refuse("NOT_ALLOWED", { rights: { ...RIGHTS, until: await at.until(-1) } });
    await at.refused("DOCUMENT_INVALID", EXIT.input, "anna", "accept", "grant.json", "--out", "x.json");
    await at.offer("other.json", 0, { address: { ...address, page: 9n } });
    await at.refused("CONTRACT_REVERTED", EXIT.refused, "anna", "accept", "other.json", "--out", "x.json");
    // A page in whose form other rights are: what was signed could never be entered.
    const until = await at.until(300);
    await at.world.ledger.connect(at.world.custodian).openPage(packRights({ ...RIGHTS, until }));
    const page = { ...address, page: 2n };
    await refuse("NOT_ALLOWED", { address: page, rights: { ...RIGHTS, until: until + 1 } });
    await at.offer("form.json", 0, { address: page, rights: { ...RIGHTS, until } });
    expect(await at.text("anna", "accept", "form.json")).to.contain("and what it allows");
    expect(await at.text("anna", "page", "2"))
      .to.contain("in public")
      .and.contain("physician, nurse");
  });

  it("a consent is given when the page holds exactly what was signed, and else it is not", async () => {
    const stranger = patientOf("stranger", { ...RIGHTS, until: await at.until(300) });
    await at.offer("offer-1.json", 1);
    await at.offer("offer-3.json", 3);
    await at.ok("anna", "accept", "offer-1.json", "--out", "grant-1.json");
    await at.ok("anna", "accept", "offer-3.json", "--out", "grant-3.json");
    const cheat = patientOf("cheat", { ...RIGHTS, until: await at.until(300) });
    await at.enter(
      at.grant("grant.json"),
      at.grant("grant-1.json"),
      grantOf(stranger, 2, at.page.address),
      grantOf(cheat, 3, at.page.address),
    );
    const ran = await at.run("anna", "consents");
    expect(ran.code).to.equal(EXIT.no);
    const states = (JSON.parse(ran.out) as { consents: { consent: string; state: string }[] }).consents;
    expect(states.map(({ consent, state }) => [consent, state])).to.deep.equal([
      ["1/0", "given"],
      ["1/1", "given"],
      ["1/3", "not-as-signed"],
    ]);
    // Its accounting would be empty for want of the key.
    await at.refused("CONSENT_NOT_GIVEN", EXIT.no, "anna", "accounting", "1/3");
    expect(await at.text("anna", "page", "1")).to.contain("4 slots of 256 in use: 4 given, 0 revoked");

    // A lost vault: the same offer brings the consent back, and nothing is signed again.
    const again = await at.ok("anna", "accept", "offer.json", "--out", "again-2.json");
    expect(again).to.include({ given: true, signed: false, consent: "1/0" });
    const other = ["accept", "offer.json", "--out", "x.json"];
    await at.refused("NOT_ALLOWED", EXIT.refused, "bert", ...other);
  });

  it("an accounting: who looked, when and why, with emergencies, gaps and limits; the custodian is not asked", async () => {
    await at.log([
      at.access(0, { minute: 3, actor: 501 }),
      at.access(1, { minute: 4, actor: 502 }),
      at.access(2, { minute: 5, actor: 503 }),
      at.access(0, { minute: 6, actor: 504, glass: 1, purpose: 7, role: 7, class: 7 }),
    ]);
    await at.log([at.access(0, { minute: 1, actor: 505 })], 30);
    const ran = await at.run("anna", "accounting");
    // Slot 3 is left out, and that is an answer.
    expect(ran.code, ran.err).to.equal(EXIT.no);
    const all = JSON.parse(ran.out) as Told & { leftOut: { consent: string }[] };
    expect(all.rows.map(({ actor }) => actor)).to.deep.equal([501, 502, 504, 505]);
    expect(all.leftOut.map(({ consent }) => consent)).to.deep.equal(["1/3"]);

    const own = (await at.ok("anna", "accounting", "1/0")) as unknown as Told;
    expect(own.rows.map(({ actor, emergency }) => [actor, emergency])).to.deep.equal([
      [501, false],
      [504, true],
      [505, false],
    ]);
    expect(own.rows[0]).to.include({ role: "nurse", purpose: "treatment", class: "medication" });
    expect(own.hidden).to.include({ records: 2, emergencies: 0 });
    expect(own.gaps[0]).to.include({ minutes: 30 });
    const text = await at.text("anna", "accounting", "1/0", "--zone", "+02:00");
    expect(text).to.match(
      /^20\d\d-\d\d-\d\d \d\d:\d\d \+02:00 {2}1\/0 {6}actor 504 {2}insurer +legal +genetics +emergency$/m,
    );
    expect(text)
      .to.contain("3 accesses, 1 emergency.")
      .and.contain("30 minutes")
      .and.contain("An access that the custodian did not log is not shown.");
    await at.refused("ZONE_UNKNOWN", EXIT.usage, "anna", "accounting", "1/0", "--zone", "Mars/Olympus");
    await at.refused("NOT_THERE", EXIT.notReady, "anna", "accounting", "1/7");
    await at.refused("USAGE", EXIT.usage, "anna", "accounting", "seven");
    await at.refused("NOT_THERE", EXIT.notReady, "bert", "accounting");
  });

  it("files: each format has all rows, and csv its gaps in another file", async () => {
    const write = (...argv: string[]) => at.ok("anna", "accounting", "1/0", ...argv);
    await write("--out", "a.csv", "--gaps-out", "gaps.csv");
    expect(at.read("a.csv").trim().split("\r\n")).to.have.length(4);
    expect(at.read("gaps.csv")).to.contain(",30,");
    await write("--out", "a.json");
    expect((JSON.parse(at.read("a.json")) as Told).rows).to.have.length(3);
    await write("--out", "a.html", "--zone", "Europe/Berlin");
    expect(at.read("a.html")).to.contain("504").and.contain("</html>");
    await write("--out", "events.json", "--format", "fhir");
    const { entry } = JSON.parse(at.read("events.json")) as {
      entry: { resource: { resourceType: string } }[];
    };
    expect(entry.filter(({ resource }) => resource.resourceType === "AuditEvent")).to.have.length(3);
    await at.refused("USAGE", EXIT.usage, "anna", "accounting", "--out", "a.xml");
    await at.refused("USAGE", EXIT.usage, "anna", "accounting", "--out", "b.html", "--gaps-out", "g.csv");
    await at.refused("USAGE", EXIT.usage, "anna", "accounting", "--format", "csv");
    await at.refused("FILE_EXISTS", EXIT.refused, "anna", "accounting", "1/0", "--out", "a.csv");
  });

  it("a regulator reads a custodian's page with its master, and a patient's consents with their files", async () => {
    const page = (await at.ok(
      "bert",
      "disclose",
      "--master-file",
      "master.txt",
      "--page",
      "1",
    )) as unknown as Told;
    expect(page.rows.map(({ slot, actor }) => [slot, actor])).to.deep.equal([
      [0, 501],
      [1, 502],
      [0, 504],
      [0, 505],
    ]);
    // Slot 2 was given with a key of its own: hidden, and counted.
    expect(page.hidden.records).to.equal(1);

    await at.ok("anna", "share", "1/1", "--out", "shared.json");
    expect(parseDocument(KEPT_CONSENT, at.read("shared.json"), "shared.json").slot).to.equal(1);
    const shared = (await at.ok("bert", "disclose", "--consents", "shared.json")) as unknown as Told;
    expect(shared.rows.map(({ actor }) => actor)).to.deep.equal([502]);
    for (const [code, exit, ...argv] of [
      ["USAGE", EXIT.usage],
      ["USAGE", EXIT.usage, "--master-file", "master.txt"],
      ["USAGE", EXIT.usage, "--master-file", "master.txt", "--page", "1", "--consents", "shared.json"],
      ["DOCUMENT_INVALID", EXIT.input, "--master-file", "shared.json", "--page", "1"],
      ["DOCUMENT_INVALID", EXIT.input, "--consents", "master.txt"],
    ] as const) {
      const { err } = await at.refused(code, exit, "bert", "disclose", ...argv);
      expect(err).to.not.contain(String(MASTER));
    }
    const elsewhere = JSON.parse(at.read("shared.json")) as { address: object };
    at.write("elsewhere.json", {
      ...elsewhere,
      address: { ...elsewhere.address, ledger: at.world.claimsAddress },
    });
    await at.refused("NOT_ALLOWED", EXIT.refused, "bert", "disclose", "--consents", "elsewhere.json");
  });

  it("claims on a policy rely on a consent that its patient binds", async () => {
    const bind = (consent: string, number = policy) =>
      ["bind", consent, "--policy", String(number), ...at.payer] as const;
    await at.refused("NOT_ALLOWED", EXIT.refused, "anna", ...bind("1/1"));
    const foreign = await at.world.issue({ holder: 5n });
    await at.refused("NOT_ALLOWED", EXIT.refused, "anna", ...bind("1/0", foreign));
    const bound = await at.ok("anna", ...bind("1/0"));
    expect(bound).to.include({ active: true, page: "1", slot: 0, program: "1" });
    expect(bound.consentId).to.match(/^0x4c444752[0-9a-f]{56}$/);
    await at.world.anchorPeriod(policy, 0n);
    await at.world.claim(policy, 0n, bound.consentId as string);
    expect((await at.world.claims.policy(policy)).owed).to.equal(1n);
  });

  it("revokes with a file for the custodian, which holds the secret of its slot alone", async () => {
    await at.refused("USAGE", EXIT.usage, "anna", "revoke", "1/1");
    await at.refused("USAGE", EXIT.usage, "anna", "revoke", "1/1", "--out", "r.json", "--force");
    const told = await at.ok("anna", "revoke", "1/1", "--out", "r.json");
    const { slot, secret } = parseDocument(REVOCATION_REQUEST, at.read("r.json"), "r.json");
    expect(JSON.stringify(told)).to.not.contain(String(secret));
    expect(
      (await at.refused("FILE_EXISTS", EXIT.refused, "anna", "revoke", "1/1", "--out", "r.json")).err,
    ).to.not.contain("pass --force");
    await at.revoke(slot, secret);
    expect(await stateOf("1/1")).to.equal("revoked");
    await at.refused("CONSENT_NOT_GIVEN", EXIT.no, "anna", "revoke", "1/1", "--force", ...at.payer);
  });

  it("revokes by force with a real proof, from an account of the vault for this slot or another one", async () => {
    const { err } = await at.refused("NOT_ALLOWED", EXIT.refused, "anna", "revoke", "1/0", "--force");
    const [account] = /0x[0-9a-fA-F]{40}/.exec(err)!;
    await networkHelpers.setBalance(account, 10n ** 18n);
    const ran = await at.run("anna", "revoke", "1/0", "--force");
    expect(ran.code, ran.err).to.equal(EXIT.ok);
    expect(ran.err).to.contain(`account ${account} revoked slot 0 of page 1. The two stay linked.`);
    expect(JSON.parse(ran.out)).to.include({ byForce: true, sender: account });
    at.ended(0);
    expect(await at.world.ledger.isLive(1n, 0)).to.equal(false);
    expect(await stateOf("1/0")).to.equal("revoked");
    // What broke the glass afterwards is read all the same.
    await at.log([at.access(0, { minute: 2, actor: 600, glass: 1 })]);
    const { rows } = (await at.ok("anna", "accounting", "1/0")) as unknown as Told;
    expect(rows.at(-1)).to.include({ actor: 600, emergency: true });
  });

  it("anyone rebuilds a page from the chain, archives it, adds to the archive and verifies every proof again", async () => {
    const rebuilt = await at.ok("bert", "rebuild", "1");
    expect(rebuilt).to.deep.include({ fits: true, version: 3 });
    expect(rebuilt.leaves).to.deep.equal(at.page.state.leaves.map(String));
    expect(rebuilt.batches).to.have.length(3);
    expect(rebuilt.gaps).to.not.deep.equal([]);
    const first = await at.ok("bert", "archive", "1", "--out", "page-1.json");
    await at.log([]);
    const next = await at.ok(
      "bert",
      "archive",
      "1",
      "--previous",
      "page-1.json",
      "--out",
      "page-1-later.json",
    );
    expect(next).to.include({ added: 1, transactions: Number(first.transactions) + 1 });

    const checked = await at.ok("bert", "check-archive", "page-1.json");
    expect(checked).to.deep.include({
      fits: true,
      later: 1,
      proofs: Number(first.transactions),
      withoutProof: [],
    });
    expect(await at.text("bert", "check-archive", "page-1-later.json")).to.contain("7 proofs verified again");
    const from = await at.ok("bert", "rebuild", "1", "--archive", "page-1.json");
    expect(from.fromArchive).to.deep.include({ later: 1 });

    // Without a node, from the file.
    const offline = {
      ...at.terminal("anna"),
      env: { ...at.terminal("anna").env, VITALPROOF_RPC: "http://127.0.0.1:1", VITALPROOF_CLOCK: "system" },
    };
    const argv = ["ledger", "accounting", "1/0", "--archive", "page-1.json"];
    const read = await vitalproof(offline, "--quiet", ...argv);
    expect(read.code, read.err).to.equal(EXIT.ok);
    expect(read.out)
      .to.contain("4 accesses, 2 emergencies.")
      .and.contain("nothing was compared with the chain");
    const master = ["--master-file", "master.txt", "--page", "1", "--archive", "page-1.json"];
    expect((await vitalproof(offline, "--quiet", "ledger", "disclose", ...master)).out).to.contain(
      "5 accesses",
    );
  });

  it("a changed archive is refused, with the transaction that does not fit", async () => {
    const archive = parseDocument(LEDGER_ARCHIVE, at.read("page-1.json"), "page-1.json");
    const batch = archive.transactions.at(-1)!;
    const text = at.read("page-1.json");
    const record = batch.input!.slice(-10, -2);
    const changed = text.replaceAll(record, `${record.slice(0, -1)}${record.endsWith("0") ? "1" : "0"}`);
    expect(changed).to.not.equal(text);
    at.write("changed.json", changed);
    const { err } = await at.refused("LEDGER_MISMATCH", EXIT.no, "bert", "check-archive", "changed.json");
    expect(err).to.contain(batch.hash).and.contain("its proof does not hold");
    at.write("state.json", text.replace(/"filled":\s*4/, '"filled":5'));
    await at.refused("LEDGER_MISMATCH", EXIT.no, "bert", "check-archive", "state.json");
    await at.refused(
      "USAGE",
      EXIT.usage,
      "bert",
      "disclose",
      "--master-file",
      "master.txt",
      "--page",
      "2",
      "--archive",
      "page-1.json",
    );
    await at.refused("CONTRACT_REVERTED", EXIT.refused, "bert", "rebuild", "9");
    await at.refused("CONTRACT_REVERTED", EXIT.refused, "bert", "page", "0");
  });

  it("consents of several ledgers are named with their address, and with the chain where it takes that", async () => {
    const { kept } = (await withVault(ioOf(at.terminal("anna")), {}, listConsents)).consents[0]!;
    const ledger = at.world.claimsAddress;
    const keep = (address: object) =>
      withVault(ioOf(at.terminal("bert")), {}, (vault) =>
        keepConsent(vault, { ...kept, address: { ...kept.address, ...address } }),
      );
    await keep({ chainId: 5n });
    const { consents } = (await at.ok("bert", "consents")) as { consents: object[] };
    expect(consents[0]).to.include({ consent: "1/0", state: "other-chain" });
    await at.refused("NOT_ALLOWED", EXIT.refused, "bert", "accounting", "1/0");
    await keep({ ledger });
    const { err } = await at.refused("USAGE", EXIT.usage, "bert", "share", "1/0", "--out", "x.json");
    expect(err).to.contain(`${ledger}/1/0`).and.contain(`${kept.address.ledger}/1/0`);
    await keep({});
    const { ledger: own } = kept.address;
    await at.refused("USAGE", EXIT.usage, "bert", "share", `${own}/1/0`, "--out", "x.json");
    const found = await at.ok("bert", "share", `5:${own}/1/0`, "--out", "five.json");
    expect(found.consent).to.equal(`5:${own}/1/0`);
    expect(parseDocument(KEPT_CONSENT, at.read("five.json"), "five.json").address.chainId).to.equal(5n);
  });

  it("a page that cannot be read is said with its reason, and hides no other", async () => {
    // Above, bert kept a consent of the ledger, one of a contract that is no ledger, and one of another chain.
    const { code, out, err } = await at.run("bert", "consents");
    const { consents } = JSON.parse(out) as {
      consents: { ledger: string; chainId: string; state: string; error?: { code: string } }[];
    };
    const here = consents.filter(({ chainId }) => chainId === String(at.page.address.chainId));
    expect(here.map(({ ledger, state }) => [ledger, state])).to.have.deep.members([
      [at.world.claimsAddress, "unreadable"],
      [at.page.address.ledger, "revoked"],
    ]);
    const fault = here.find(({ state }) => state === "unreadable")!.error!;
    expect(code, err).to.equal(EXIT.chain);
    expect(fault.code).to.equal("CONTRACT_CALL_FAILED");
    expect((await at.run("bert", "accounting", `${at.world.claimsAddress}/1/0`)).code).to.equal(EXIT.chain);

    const ran = await at.run("bert", "accounting");
    expect(ran.code, ran.err).to.equal(EXIT.chain);
    const told = JSON.parse(ran.out) as Told & { leftOut: { consent: string; why: string }[] };
    expect(told.rows).to.have.length(4);
    expect(told.leftOut.map(({ consent }) => consent)).to.have.members([
      `5:${at.page.address.ledger}/1/0`,
      `${at.page.address.chainId}:${at.world.claimsAddress}/1/0`,
    ]);
    expect(told.leftOut.map(({ why }) => why).join()).to.contain("its page cannot be read: ");
  });

  it("an archive whose page does not fit hides no other", async () => {
    const { kept } = (await withVault(ioOf(at.terminal("anna")), {}, listConsents)).consents[0]!;
    await withVault(ioOf(at.terminal("bert")), {}, (vault) =>
      keepConsent(vault, { ...kept, address: { ...kept.address, page: 2n } }),
    );
    await at.ok("bert", "archive", "2", "--out", "page-2.json");
    at.write("wrong-2.json", at.read("page-2.json").replace(/"filled":\s*0/, '"filled":5'));
    const argv = ["accounting", "--archive", "page-1.json", "wrong-2.json"];
    const { code, out, err } = await at.run("bert", ...argv);
    expect(code, err).to.equal(EXIT.no);
    const { rows, leftOut } = JSON.parse(out) as Told & { leftOut: { why: string }[] };
    expect(rows).to.have.length(4);
    expect(leftOut.filter(({ why }) => why.startsWith("its page cannot be read: "))).to.have.length(1);
  });

  it("an accounting of a page without a batch says that nothing was logged, and not that there are no gaps", async () => {
    const opened = await at.text("bert", "rebuild", "2");
    expect(opened).to.contain("Nothing has been logged yet.").and.not.contain("No gaps");
    expect(await at.text("bert", "rebuild", "1")).to.not.contain("Nothing has been logged yet.");
  });

  it("the claims contract names the ledger, where there is no deployment file", async () => {
    const argv = ["ledger", "page", "1", "--claims", at.world.claimsAddress];
    const { code, out, err } = await vitalproof(at.terminal("bert"), ...argv);
    expect(code, err).to.equal(EXIT.ok);
    expect(out).to.contain("4 slots of 256 in use: 2 given, 2 revoked.");
  });

  it("T33: neither an audit key nor a revocation secret is shown by anything above", () => {
    const audits = [0, 1, 3].map((slot) => auditKeyOf(MASTER, 1n, slot));
    const { secret } = parseDocument(REVOCATION_REQUEST, at.read("r.json"), "r.json");
    for (const shown of [MASTER, ...audits, secret]) {
      expect(at.shown.includes(String(shown))).to.equal(false);
      expect(at.shown.toLowerCase().includes(shown.toString(16))).to.equal(false);
    }
    expect(at.shown.length).to.be.greaterThan(10_000);
  });

  const stateOf = async (name: string): Promise<string | undefined> => {
    const { out } = await at.run("anna", "consents");
    const { consents } = JSON.parse(out) as { consents: { consent: string; state: string }[] };
    return consents.find(({ consent }) => consent === name)?.state;
  };
  const waiting = () => stateOf("1/0");
  const accountOf = async (address: string): Promise<number> => {
    const signers = await connection.ethers.getSigners();
    return signers.findIndex((each) => each.address === address);
  };
});
