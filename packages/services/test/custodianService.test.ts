// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian as a service, from an EHR's posts to what patients read on the chain.
import type { Prover } from "@vitalproof/sdk";
import { auditKeyOf, CONSENT_OFFER, type PostedAccess } from "@vitalproof/sdk/ledger";
import { parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { sql } from "kysely";
import { takesItsBlocksAlong } from "../../../test/contracts/support/network.ts";
import { RIGHTS } from "../../../test/support/ledgerPage.ts";
import { send } from "../../../test/support/rawRequest.ts";
import {
  custodianMaster,
  type Database,
  migrate,
  openDatabase,
  type RunningCustodian,
} from "../src/index.ts";
import { accountOf } from "./support/accounts.ts";
import { type Custodians, forEachTest, GRANTEE } from "./support/custodians.ts";
import { until } from "./support/installations.ts";
import { codeOf, rejection } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";

onBothStores("custodian's service", (stores) => {
  takesItsBlocksAlong();
  let all: Custodians;
  let store: string;
  let service: RunningCustodian;
  forEachTest(
    () => stores.fresh(),
    (...given) => {
      [all, store, service] = given;
    },
  );

  const ehr = () => all.as(service, "recorder");
  const desk = () => all.as(service, "operator");
  const nextClosing = () => all.nextClosing;
  const isReady = () => all.isReady(service);
  const consents = (count: number) => all.consents(service, count);
  const actors = async () => (await all.logged()).map((batch) => batch.map(({ actor }) => actor));
  const post = (accesses: readonly PostedAccess[]) => Promise.all(accesses.map((each) => ehr().record(each)));

  it("H8: logs what an EHR posts once, in batches that close by size and by time", async function () {
    this.timeout(30_000);
    await consents(2);
    const many = Array.from({ length: 64 }, (_, i) => all.access(`many ${i}`, { slot: i % 2, actor: i }));
    expect(new Set(await post(many))).to.deep.equal(new Set(["recorded"]));
    expect(await ehr().record(many[3]!)).to.equal("known");
    expect(await codeOf(ehr().record({ ...many[3]!, actor: 99 }))).to.equal("INVALID_ARGUMENT");
    await all.passUntil(all.now + 180);
    await until("a full batch is logged", async () => (await all.logged()).length === 1);
    expect((await actors())[0]!.sort((a, b) => a - b)).to.deep.equal(many.map(({ actor }) => actor));

    await post([all.access("a", { actor: 1_001 }), all.access("b", { actor: 1_002, purpose: 7, glass: 1 })]);
    await all.passUntil(nextClosing() - 60);
    await until("a look", async () => (await desk().status()).waiting === 2);
    expect((await all.logged()).length).to.equal(1);
    await all.passUntil(nextClosing());
    await until("the closing time has come", async () => (await all.logged()).length === 2);
    const [, last] = await all.logged();
    expect(last!.map(({ actor, glass }) => [actor, glass])).to.have.deep.members([
      [1_001, 0],
      [1_002, 1],
    ]);
    await until("nothing waits", async () => (await desk().status()).waiting === 0);
    const status = await service.status();
    expect(status).to.deep.include({ missed: 0, problems: [], closesAt: nextClosing(), page: 1n });
  });

  it("refuses what no consent allows with the reason, and whoever has another role", async function () {
    this.timeout(20_000);
    await consents(1);
    const refused = await rejection(ehr().record(all.access("x", { purpose: 7 })));
    expect(refused.code).to.equal("ACCESS_NOT_ALLOWED");
    expect(refused.details).to.deep.include({ fault: "purpose", slot: 0, status: 409 });
    for (const change of [{ slot: 3 }, { role: 7 }, { class: 0 }])
      expect(await codeOf(ehr().record(all.access("y", change)))).to.equal("ACCESS_NOT_ALLOWED");

    const request = { rights: RIGHTS, grantee: GRANTEE };
    const revocation = { address: all.address, slot: 0, secret: all.secretOf(0) };
    for (const act of [
      () => ehr().offer(request),
      () => ehr().revoke(revocation),
      () => ehr().missed(),
      () => desk().record(all.access("z")),
      () => all.as(service, "monitor").record(all.access("z")),
    ])
      expect((await rejection(act)).details).to.deep.include({ status: 403 });
    const none = await send(service.url, "GET", "/custodian/status", {});
    expect(none.status).to.equal(401);

    expect(await codeOf(desk().revoke({ ...revocation, secret: 5n }))).to.equal("REVOCATION_NOT_POSSIBLE");
    const elsewhere = { ...revocation, address: { ...all.address, page: 2n } };
    expect(await codeOf(desk().revoke(elsewhere))).to.equal("INVALID_ARGUMENT");
    await desk().revoke(revocation);
    expect((await rejection(ehr().record(all.access("late")))).details).to.include({ fault: "not-live" });
    await until("the consent is revoked on the chain", async () => (await all.page()).live === 0n);
    const { offer } = await desk().offer(request);
    const body = JSON.stringify(request);
    const headers = {
      authorization: `Bearer ${all.tokens.operator.token}`,
      "content-type": "application/json",
    };
    const raw = await send(service.url, "POST", "/custodian/offers", { headers, body });
    const file = JSON.stringify((JSON.parse(raw.text) as { offer: object }).offer);
    expect(parseDocument(CONSENT_OFFER, file, "offer.json").slot, "what `ledger accept` reads").to.equal(2);
    const unsigned = all.answer(offer);
    const { signature } = unsigned.grant;
    const forged = {
      ...unsigned,
      grant: { ...unsigned.grant, signature: { ...signature, S: signature.S + 1n } },
    };
    expect(await codeOf(desk().accept(forged))).to.equal("GRANT_NOT_SIGNED");
    const said = all.lines.join("\n");
    for (const secret of [revocation.secret, offer.audit]) expect(said).not.to.include(String(secret));
  });

  it("gives the master of the page's audit keys from its store, and none before it has seen the page", async function () {
    this.timeout(20_000);
    await isReady();
    const { offer } = await desk().offer({ rights: RIGHTS, grantee: GRANTEE });
    const masterOf = async (url: string) => {
      const database = await openDatabase(url);
      try {
        await migrate(database);
        return await custodianMaster(await all.configOf(url), database, () => all.now);
      } finally {
        await database.close();
      }
    };
    expect(auditKeyOf(await masterOf(store), offer.address.page, offer.slot)).to.equal(offer.audit);
    const { code, shortMessage } = await rejection(masterOf(await stores.fresh()));
    expect([code, shortMessage]).to.deep.equal(["NOT_THERE", "The store has no page 1 yet."]);
  });

  it("H8: a process that ends anywhere loses nothing that it accepted, and logs nothing twice", async function () {
    this.timeout(30_000);
    await consents(1);
    const [one, two] = [all.access("one", { actor: 1 }), all.access("two", { actor: 2 })];
    await post([one, two]);
    await all.end(service);
    // One that ends in the middle of a proof.
    let isProving = false;
    const stuck: Prover = {
      prove: (_artifacts, _witness, { signal } = {}) => {
        isProving = true;
        return new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason as Error));
        });
      },
    };
    service = await all.start(store, { prover: stuck });
    await isReady();
    expect(await ehr().record(one)).to.equal("known");
    const three = all.access("three", { actor: 3 });
    await post([three]);
    await all.passUntil(nextClosing());
    await until("a proof is being made", () => isProving);
    // A window that is being proven takes nothing more.
    const before = ehr().record(all.access("before", { at: three.at }));
    expect((await rejection(before)).details).to.include({ fault: "outside-window" });
    await all.end(service);
    expect(await all.logged()).to.deep.equal([]);
    // One whose transactions nobody answers for.
    all.node.behave(async (method, _, pass) => {
      const answer = await pass();
      if (method === "eth_sendRawTransaction") throw new Error("ECONNRESET");
      return answer;
    });
    service = await all.start(store);
    await until("it is sent", async () => (await all.logged()).length === 1);
    await all.end(service);
    all.node.behave(() => Promise.reject(new Error("ECONNREFUSED")));
    service = await all.start(store);
    // It has not seen the page, and says nothing of it.
    for (const act of [() => ehr().record(one), () => ehr().status(), () => desk().missed()])
      expect((await rejection(act)).details).to.include({ status: 503 });
    expect(await service.status()).not.to.have.property("waiting");
    all.node.behave();
    await isReady();
    for (const access of [one, two, three]) expect(await ehr().record(access)).to.equal("known");
    await until("a round has ended", async () => (await service.status()).waiting !== undefined);
    await all.passUntil(nextClosing());
    // Not by HTTP, which answers 503 until the first round of this process has ended.
    await until("nothing waits", async () => (await service.status()).waiting === 0);
    expect((await actors()).flat().sort()).to.deep.equal([1, 2, 3]);
  });

  it("a page has one process: a second one takes it over, and the first one accepts nothing more", async function () {
    this.timeout(20_000);
    await consents(1);
    const first = service;
    service = await all.start(store);
    await isReady();
    expect(await ehr().record(all.access("new", { actor: 1 }))).to.equal("recorded");
    const old = all.as(first, "recorder");
    expect((await rejection(old.record(all.access("old", { actor: 2 })))).details).to.include({
      status: 503,
    });
    expect((await rejection(old.record(all.access("old", { actor: 2 })))).details).to.include({
      status: 503,
    });
    await until("the first one says it", async () => (await first.status()).problems.length === 1);
    await all.passUntil(nextClosing());
    await until("the second one logs", async () => (await all.logged()).length === 1);
    expect(await actors()).to.deep.equal([[1]]);
    expect((await service.status()).problems).to.deep.equal([]);
  });

  it("a page goes to another account: what waits is logged by that one, and the old one says that it cannot", async function () {
    this.timeout(30_000);
    await consents(1);
    await post([all.access("before", { actor: 1 })]);
    await all.handOver();
    await all.passUntil(nextClosing());
    await until("the old account is refused", async () =>
      (await service.status()).problems.some(({ what }) => what.includes("CONTRACT_REVERTED")),
    );
    expect(await all.logged()).to.deep.equal([]);
    await all.end(service);
    service = await all.start(store);
    await isReady();
    await until("it is logged", async () => (await all.logged()).length === 1);
    expect(await ehr().record(all.access("after", { actor: 2 }))).to.equal("recorded");
    await all.passUntil(nextClosing());
    await until("the next one too", async () => (await all.logged()).length === 2);
    expect(await actors()).to.deep.equal([[1], [2]]);
    expect((await service.status()).problems).to.deep.equal([]);
  });

  it("H11: an access that its patient outran is shown, and somebody says whether it was an emergency", async function () {
    this.timeout(30_000);
    await consents(2);
    // The node is away: the service does not see the revocation, and accesses are accepted all the same.
    all.node.behave(() => Promise.reject(new Error("ECONNREFUSED")));
    await until("a look fails", async () => (await service.status()).problems.length === 1);
    await all.forceRevoke(0);
    await all.passUntil(all.now + 120);
    await post([all.access("left", { actor: 1 }), all.access("emergency", { actor: 2 })]);
    await post([all.access("other", { slot: 1, actor: 3 })]);
    all.node.behave();
    await until("they are missed", async () => (await desk().status()).missed === 2);
    const [problem] = (await service.status()).problems;
    expect(problem?.what).to.match(/^2 accesses were accepted/);
    const { missed, more } = await desk().missed();
    expect(missed.map(({ access, reason, isLeft }) => [access.key, reason, isLeft])).to.deep.equal([
      ["left", "not-live", false],
      ["emergency", "not-live", false],
    ]);
    expect(more).to.equal(0);
    await desk().decide("left", "leave-out");
    await desk().decide("emergency", "emergency");
    expect(await codeOf(desk().decide("other", "leave-out"))).to.equal("INVALID_ARGUMENT");
    await all.passUntil(nextClosing());
    await until("they are logged", async () => (await all.logged()).length > 0);
    await until("one is missed", async () => (await desk().status()).waiting === 1);
    expect((await all.logged()).flat().map(({ actor, glass }) => [actor, glass])).to.have.deep.members([
      [2, 1],
      [3, 0],
    ]);
    expect((await service.status()).problems).to.deep.equal([]);
    expect(await service.status()).to.include({ missed: 1 });
  });

  it("goes on after a write that failed: what was not stored is not confirmed", async function () {
    this.timeout(20_000);
    await consents(1);
    const database = await stores.open(store);
    const mend = await breakWrites(database);
    expect((await rejection(ehr().record(all.access("a", { actor: 1 })))).details).to.include({
      status: 503,
    });
    await mend();
    const again = () => ehr().record(all.access("a", { actor: 1 }));
    await until("the page is opened again", async () => (await again().catch(() => "")) !== "");
    expect(await again()).to.equal("known");
    await all.passUntil(nextClosing());
    await until("it is logged", async () => (await all.logged()).length === 1);
    expect(await actors()).to.deep.equal([[1]]);
  });

  it("doctor looks at page, account and master key; monitors have numbers", async function () {
    this.timeout(20_000);
    await consents(1);
    const found = await all.doctor(store);
    for (const check of ["store", "master key", "page 1", "custodian's account"])
      expect(found[check]?.ok, JSON.stringify(found[check])).to.equal(true);
    expect(found["page 1"]?.text).to.match(/with 1 consents$/);
    for (const circuit of ["access-batch-64", "consent-batch"])
      expect(found[`circuit ${circuit} at the ledger`]).to.include({ ok: true, text: "is in force" });
    await all.suspend("consent-batch");
    const suspended = await all.doctor(store);
    expect(suspended["circuit access-batch-64 at the ledger"]?.ok).to.equal(true);
    expect(suspended["circuit consent-batch at the ledger"]?.ok).to.equal(false);
    expect(suspended["circuit consent-batch at the ledger"]?.hint).to.include(
      "--circuits access-batch-64,consent-batch",
    );
    const other = await all.doctor(store, accountOf(0).privateKey);
    expect(other["page 1"]).to.include({ ok: false });
    const headers = { authorization: `Bearer ${all.tokens.monitor.token}` };
    const { text } = await send(service.url, "GET", "/metrics", { headers });
    expect(text)
      .to.include("vitalproof_custodian_waiting 0\n")
      .and.include("vitalproof_custodian_problems 0\n");
    expect(text).to.include('vitalproof_custodian_batches_total{what="sent",kind="consents"} 1\n');
  });

  it("keeps its store sealed, and to its page", async function () {
    this.timeout(20_000);
    await consents(1);
    await post([all.access("PATIENT-17", { actor: 1 })]);
    const database = await stores.open(store);
    const rows = await database.reads.selectFrom("document").select(["key", "sealed"]).execute();
    expect(rows.some(({ key }) => key.includes("/queue/"))).to.equal(true);
    for (const { sealed } of rows)
      expect(Buffer.from(sealed).toString("latin1")).not.to.include("PATIENT-17");
    await all.end(service);
    expect(await codeOf(all.start(store, { page: 2n }))).to.equal("NOT_ALLOWED");
  });
});

/** Lets every write of a document fail. @returns what ends it */
async function breakWrites(database: Database): Promise<() => Promise<unknown>> {
  const run = (text: string) => database.step((queries) => sql.raw(text).execute(queries));
  if (!database.locks) {
    await run("create trigger refuse before insert on document begin select raise(abort, 'refused'); end");
    return () => run("drop trigger refuse");
  }
  await run(
    "create function refuse() returns trigger as $$ begin raise exception 'refused'; end $$ language plpgsql",
  );
  await run("create trigger refuse before insert on document for each row execute function refuse()");
  return () => run("drop trigger refuse on document");
}
