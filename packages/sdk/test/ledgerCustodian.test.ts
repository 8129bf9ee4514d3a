// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { CustodianDesk } from "../../../test/support/custodianDesk.ts";
import { CustodianStory, type Tally } from "../../../test/support/custodianStory.ts";
import { Died } from "../../../test/support/dyingStore.ts";
import { RIGHTS } from "../../../test/support/ledgerPage.ts";
import { keysAlone, simulatingProver } from "../../../test/support/ledgerProver.ts";
import { MemoryLedger } from "../../../test/support/memoryLedger.ts";
import { refusalOf } from "../../../test/support/refusal.ts";
import { memoryStore, type VitalproofError } from "../src/index.ts";
import {
  type AccessBatch,
  accessBatch,
  auditKeyOf,
  bookedChain,
  CustodianPage,
  consentBatch,
  consentLeafOf,
  isLive,
  type LedgerChain,
  PadBook,
  packRights,
} from "../src/ledger/index.ts";

const CIRCUITS = { accesses: "access-batch-test", consents: "consent-batch-test" };
const LONG = process.env.LONG === "1";

describe("a custodian's page", () => {
  describe("offers", () => {
    it("are for one slot each, with its audit key, and never for a slot that was offered", async () => {
      const desk = await CustodianDesk.with(0);
      const request = { rights: RIGHTS, grantee: 9 };
      const first = await desk.page.offer(request);
      await desk.page.withdraw(first.slot);
      const second = await desk.page.offer(request);
      await desk.open();
      const third = await desk.page.offer(request);
      expect([first, second, third].map(({ slot }) => slot)).to.deep.equal([0, 1, 2]);
      expect(third.audit).to.equal(auditKeyOf(77n, 1n, 2));
      expect(third.expires).to.equal(desk.world.clock + 900);
      for (let slot = 3; slot < 256; slot++) await desk.page.offer(request);
      expect((await refusalOf(desk.page.offer(request))).code).to.equal("INVALID_ARGUMENT");
    });

    it("H19: of a page with a form have its rights", async () => {
      const desk = new CustodianDesk(new MemoryLedger(packRights(RIGHTS)));
      await desk.open({ fresh: true });
      const wider = { rights: { ...RIGHTS, purposes: 255 }, grantee: 9 };
      expect((await refusalOf(desk.page.offer(wider))).code).to.equal("INVALID_ARGUMENT");
      // Of three slots the second is not answered: what is put there has the form, too.
      const offers = [
        await desk.give(),
        await desk.page.offer({ rights: RIGHTS, grantee: 9 }),
        await desk.give(),
      ];
      await desk.page.withdraw(offers[1]!.slot);
      await desk.page.close();
      expect(await desk.world.chain.page(1n)).to.include({ filled: 3, live: 0b101n });
    });

    it("that nobody answers hold the others up until they expire, and their slots are never live", async () => {
      const desk = await CustodianDesk.with(0);
      const request = { rights: RIGHTS, grantee: 9 };
      const [first, second, third] = [
        await desk.page.offer(request),
        await desk.page.offer(request),
        await desk.page.offer(request),
      ];
      await desk.page.accept(desk.answer(third));
      await desk.page.accept(desk.answer(first));
      await desk.page.close();
      expect(await desk.world.chain.page(1n)).to.include({ filled: 1, live: 1n });
      desk.pass(16);
      await desk.page.close();
      expect(await desk.world.chain.page(1n)).to.include({ filled: 3, live: 0b101n });
      const late = await refusalOf(desk.page.accept(desk.answer(second)));
      expect(late.code).to.equal("GRANT_NOT_SIGNED");
    });
  });

  it("looks without making or sending anything, and judges by what it saw", async () => {
    const desk = await CustodianDesk.with(2);
    const open = await desk.page.offer({ rights: RIGHTS, grantee: 9 });
    const taken = await desk.give();
    await desk.page.revoke(1, desk.patients.get(1)!.secret);
    await desk.record(0);
    await desk.open();
    const before = new Map(desk.disk.texts);
    const status = await desk.page.look();
    expect(status).to.deep.include({ filled: 2, live: 2, offered: 4, toGive: [taken.slot], toRevoke: [1] });
    expect(status).to.deep.include({ waiting: 1, missed: [], unsettled: [] });
    expect(status.open).to.deep.equal([{ slot: open.slot, expires: open.expires }]);
    expect(desk.disk.texts).to.deep.equal(before);
    expect(await desk.world.chain.page(1n)).to.include({ filled: 2, live: 0b11n });
    desk.pass(16);
    await desk.page.close();
    const { toGive, toRevoke, live, filled } = await desk.page.look();
    expect({ toGive, toRevoke, live, filled }).to.deep.equal({
      toGive: [],
      toRevoke: [],
      live: 2,
      filled: 4,
    });
  });

  it("H9: takes a consent only as it was offered, and signed for its slot", async () => {
    const desk = await CustodianDesk.with(0);
    const offer = await desk.page.offer({ rights: RIGHTS, grantee: 9 });
    const other = await desk.page.offer({ rights: RIGHTS, grantee: 9 });
    const good = desk.answer(offer);
    const { signature } = desk.answer({ ...offer, slot: 7 });
    const before = new Map(desk.disk.texts);
    for (const bad of [
      desk.answer(offer, { rights: { ...RIGHTS, purposes: 255 } }),
      desk.answer(offer, { grantee: 10 }),
      desk.answer({ ...offer, audit: other.audit }),
      desk.answer({ ...offer, audit: 5n }),
      desk.answer({ ...offer, address: { ...offer.address, page: 2n } }),
      { ...good, signature },
      { ...good, key: desk.answer({ ...offer, slot: 7 }).key },
    ]) {
      expect((await refusalOf(desk.page.accept(bad))).code).to.equal("GRANT_NOT_SIGNED");
    }
    expect(desk.disk.texts).to.deep.equal(before);
    await desk.page.accept(good);
    await desk.page.accept(good);
    await desk.page.close();
    expect((await desk.world.chain.page(1n)).filled).to.equal(1);
  });

  it("H10: takes a revocation with its secret, and refuses accesses from then on", async () => {
    const desk = await CustodianDesk.with(3);
    const secretOf = (slot: number) => desk.patients.get(slot)!.secret;
    for (const [slot, secret] of [
      [1, secretOf(0)],
      [5, secretOf(0)],
    ] as const) {
      expect((await refusalOf(desk.page.revoke(slot, secret))).code).to.equal("REVOCATION_NOT_POSSIBLE");
    }
    desk.pass(1);
    await desk.record(1, { at: desk.world.clock - 1 });
    await desk.page.revoke(1, secretOf(1));
    await desk.page.revoke(1, secretOf(1));
    const { code, details } = await refusalOf(desk.record(1));
    expect([code, details.fault]).to.deep.equal(["ACCESS_NOT_ALLOWED", "not-live"]);
    const { actor } = await desk.record(1, { glass: 1 });
    await desk.page.advance();
    expect((await desk.world.chain.page(1n)).live).to.equal(0b101n);
    expect((await refusalOf(desk.page.revoke(1, secretOf(1)))).code).to.equal("REVOCATION_NOT_POSSIBLE");
    desk.pass(2);
    await desk.page.close();
    expect(await desk.actorsOf(1)).to.have.members([1, actor]);
  });

  it("H1: refuses what no consent allows, at once and with the reason, but not in an emergency", async () => {
    const desk = await CustodianDesk.with(2);
    await desk.give({ ...RIGHTS, until: Math.floor(desk.world.clock / 60) + 3 });
    await desk.page.close();
    // Its block is not final yet.
    expect((await refusalOf(desk.record(2))).details.fault).to.equal("not-in-page");
    await desk.finalise();
    desk.pass(3);
    const before = new Map(desk.disk.texts);
    for (const [fault, slot, changes] of [
      ["purpose", 0, { purpose: 3 }],
      ["role", 0, { role: 7 }],
      ["class", 0, { class: 1 }],
      ["expired", 2, {}],
      ["not-in-page", 3, {}],
      ["not-in-page", 3, { glass: 1 }],
      ["outside-window", 0, { at: desk.world.clock + 3_600 }],
      ["outside-window", 0, { at: 1_000_000_000 }],
    ] as const) {
      const { code, details } = await refusalOf(desk.record(slot, changes));
      expect([code, details.fault]).to.deep.equal(["ACCESS_NOT_ALLOWED", fault]);
    }
    for (const changes of [{ slot: 256 }, { role: 8 }, { actor: 2 ** 16 }, { at: -1 }, { key: "" }]) {
      expect((await refusalOf(desk.record(0, changes))).code).to.equal("INVALID_ARGUMENT");
    }
    expect(desk.disk.texts).to.deep.equal(before);
    const kept = [
      await desk.record(0, { purpose: 3, glass: 1 }),
      await desk.record(2, { glass: 1 }),
      await desk.record(2, { at: desk.world.clock - 60 }),
    ];
    desk.pass(2);
    await desk.page.close();
    expect([...(await desk.actorsOf(0)), ...(await desk.actorsOf(2))]).to.have.members(
      kept.map(({ actor }) => actor),
    );
  });

  it("logs an access once that is posted twice, also after its block is final and in another process", async () => {
    const desk = await CustodianDesk.with(1);
    const access = await desk.record(0, { key: "#1" });
    expect(await desk.page.record(access)).to.equal("known");
    await desk.open();
    await desk.page.advance();
    expect(await desk.page.record(access)).to.equal("known");
    const other = { ...access, actor: 900 };
    expect((await refusalOf(desk.page.record(other))).code).to.equal("INVALID_ARGUMENT");
    desk.pass(2);
    await desk.page.close();
    await desk.finalise();
    await desk.open();
    expect(await desk.page.record(access)).to.equal("known");
    expect((await refusalOf(desk.page.record(other))).code).to.equal("INVALID_ARGUMENT");
    desk.pass(2);
    await desk.page.close();
    expect(await desk.actorsOf(0)).to.deep.equal([access.actor]);
  });

  describe("windows", () => {
    it("follow each other, and end a minute before now or with a full batch", async () => {
      const desk = await CustodianDesk.with(1);
      const { since } = await desk.world.chain.page(1n);
      desk.pass(5);
      for (let i = 0; i < 11; i++) await desk.record(0, { at: desk.world.clock - 60 * (i < 9 ? 1 : 0) });
      // Eight fill a batch; what happened in this minute waits, and three do not fill one.
      const { waiting } = await desk.page.advance();
      expect(waiting).to.equal(3);
      expect(await desk.windows()).to.deep.equal([{ base: since, span: 4, version: 1, count: 8 }]);
      expect((await desk.page.close()).waiting).to.equal(3);
      desk.pass(1);
      await desk.page.close();
      const [, second] = await desk.windows();
      expect(second).to.deep.equal({ base: since + 4, span: 1, version: 1, count: 3 });
      const { details } = await refusalOf(desk.record(0, { at: desk.world.clock - 120 }));
      expect(details.fault).to.equal("outside-window");
      // Nothing to say, nothing sent.
      desk.pass(60);
      expect((await desk.page.close()).happened).to.deep.equal([]);
    });

    it("leave a gap after a silence that is longer than one can be", async () => {
      const desk = await CustodianDesk.with(1);
      desk.pass(5_000);
      const { at } = await desk.record(0);
      desk.pass(2);
      await desk.page.close();
      expect(await desk.windows()).to.deep.equal([
        { base: Math.floor(at / 60), span: 1, version: 1, count: 1 },
      ]);
    });
  });

  describe("versions", () => {
    it("H6: an access before a revocation by force is logged late, under the version of its time", async () => {
      const desk = await CustodianDesk.with(2);
      const { version } = await desk.world.chain.page(1n);
      await desk.record(0);
      desk.pass(3);
      await desk.world.forceRevoke(0);
      desk.pass(1);
      await desk.world.forceRevoke(1);
      const { happened } = await desk.page.advance();
      expect(happened.map(({ what, late, count }) => [what, late, count])).to.deep.equal([["sent", true, 1]]);
      expect((await desk.windows())[0]).to.include({ version, span: 3 });
      expect(await desk.actorsOf(0)).to.deep.equal([1]);
    });

    it("H6: an access that the chain's revocation forbids is reported as missed, and logged as an emergency when told", async () => {
      const desk = await CustodianDesk.with(2);
      await desk.world.forceRevoke(0);
      desk.pass(2);
      // The custodian has not seen it.
      const access = await desk.record(0);
      const allowed = await desk.record(1);
      desk.pass(2);
      const { missed } = await desk.page.close();
      expect(missed).to.deep.equal([{ access, reason: "not-live", isLeft: false }]);
      expect(await desk.actorsOf(0)).to.deep.equal([]);
      expect((await refusalOf(desk.page.breakGlass(allowed.key))).code).to.equal("INVALID_ARGUMENT");
      await desk.page.breakGlass(access.key);
      desk.pass(2);
      expect(await desk.page.record({ ...access, at: access.at })).to.equal("known");
      const after = await desk.page.close();
      expect([after.missed, after.waiting]).to.deep.equal([[], 0]);
      expect(await desk.actorsOf(0)).to.deep.equal([access.actor]);
    });

    it("H6: what waits behind a missed access goes on when it is left out, and after a day without an answer", async () => {
      for (const isAnswered of [true, false]) {
        const desk = await CustodianDesk.with(2);
        await desk.world.forceRevoke(0);
        desk.pass(2);
        const access = await desk.record(0);
        desk.pass(1);
        const { actor } = await desk.record(1);
        desk.pass(2);
        await desk.page.close();
        expect(await desk.actorsOf(1)).to.deep.equal([]);
        if (isAnswered) await desk.page.leaveOut(access.key);
        else desk.pass(24 * 60);
        const { missed } = await desk.page.close();
        expect(missed).to.deep.equal([{ access, reason: "not-live", isLeft: isAnswered }]);
        expect(await desk.actorsOf(1)).to.deep.equal([actor]);
      }
    });
  });

  describe("calldata", () => {
    /** Keeps what was sent, and ends the process before some of it. */
    const spying = (desk: CustodianDesk, { dies = false } = {}) => {
      const sent: unknown[] = [];
      const { chain } = desk.world;
      const spy: LedgerChain = {
        ...chain,
        async logAccesses(page, batch, proof) {
          const { header, headerWord, body, digest, witness } = batch;
          sent.push({ header, headerWord, body, digest, inputs: witness.publicInputs, proof });
          if (dies && sent.length === 1) {
            desk.disk.kill();
            throw new Died();
          }
          return chain.logAccesses(page, batch, proof);
        },
      };
      return { spy, sent };
    };

    it("H8: is the same when a process dies between proof and sending", async () => {
      const desk = await CustodianDesk.with(1);
      const { spy, sent } = spying(desk, { dies: true });
      await desk.open({ chain: spy });
      await desk.page.advance();
      await desk.record(0);
      desk.pass(2);
      await desk.page.close().then(
        () => expect.fail("the process did not die"),
        (error) => expect(error).to.be.instanceOf(Died),
      );
      let proofs = 0;
      await desk.open({ chain: spy, prover: simulatingProver(async () => void proofs++) });
      await desk.page.advance();
      expect(proofs).to.equal(0);
      expect(sent.length).to.equal(2);
      expect(sent[1]).to.deep.equal(sent[0]);
      expect(await desk.actorsOf(0)).to.deep.equal([1]);
    });

    it("H8: is the same after a reorganisation that left the page as it was, and new after one that did not", async () => {
      const desk = await CustodianDesk.with(2);
      const { spy, sent } = spying(desk);
      await desk.open({ chain: spy });
      await desk.page.advance();
      await desk.record(0);
      desk.pass(2);
      await desk.page.close();
      await desk.world.reorganise(() => false);
      const { happened } = await desk.page.advance();
      expect(happened.map(({ what }) => what)).to.deep.equal(["lost", "sent-again"]);
      expect(sent[1]).to.deep.equal(sent[0]);

      // Another batch is on the chain before it: a window that the first one does not fit behind.
      await desk.record(1);
      desk.pass(2);
      await desk.page.close();
      const [, , second] = sent as { header: { nonce: bigint } }[];
      await desk.world.reorganise(() => false);
      desk.pass(1);
      await desk.world.forceRevoke(1);
      await desk.page.close();
      expect(await desk.actorsOf(0)).to.deep.equal([1]);
      expect(await desk.actorsOf(1)).to.deep.equal([2]);
      const nonces = (await desk.world.logged()).map(({ header }) => header >> 80n);
      expect(new Set(nonces).size).to.equal(nonces.length);
      expect(second).to.not.equal(undefined);
    });

    it("H8: of two batches with one nonce and different content the second does not leave, whoever sends it", async () => {
      const desk = await CustodianDesk.with(2);
      const { live, logged: base } = await desk.world.chain.page(1n);
      const consents = [0, 1].map((slot) => desk.page.consentAt(slot)!);
      const make = (actor: number) =>
        accessBatch({
          ...{ circuit: "access-batch-test", address: desk.world.address, base, span: 0 },
          page: { leaves: consents.map(consentLeafOf), live },
          accesses: [
            { slot: 0, actor, role: 1, purpose: 2, class: 4, minute: 0, glass: 0, consent: consents[0]! },
          ],
        });
      const [one, two] = [make(1), make(2)];
      const forged: AccessBatch = { ...two, header: one.header, headerWord: one.headerWord };
      const store = memoryStore();
      const chain = () => bookedChain(desk.world.chain, new PadBook(store, "nonce/"));
      const proof = (await simulatingProver().prove(await keysAlone.load("access-batch-test"), one.witness))
        .proof;
      await chain().logAccesses(1n, one, proof);
      for (const send of [
        () => chain().logAccesses(1n, forged, proof),
        () => chain().logLate(1n, [], forged, proof),
        () => chain().logAccesses(1n, { ...one, headerWord: one.headerWord + 1n }, proof),
      ]) {
        expect((await refusalOf(send())).code).to.equal("NONCE_REUSED");
      }
      // Two at once, in one process.
      const book = new PadBook(memoryStore(), "");
      const results = await Promise.allSettled([book.book(one), book.book(forged), book.book(one)]);
      expect(results.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
      expect(await desk.actorsOf(0)).to.deep.equal([1]);
    });
  });

  it("dies at any write, and every access that it kept is logged once", async () => {
    const days = async (desk: CustodianDesk) => {
      await desk.page.advance();
      await desk.record(0);
      await desk.record(1);
      desk.pass(2);
      await desk.give();
      await desk.page.revoke(1, desk.patients.get(1)!.secret);
      await desk.page.close();
      await desk.finalise();
    };
    const whole = await CustodianDesk.with(2);
    const before = whole.disk.writes;
    await days(whole);
    const writes = whole.disk.writes - before;
    expect(writes).to.be.greaterThan(12);
    for (let k = 0; k < writes; k += LONG ? 1 : 3) {
      const desk = await CustodianDesk.with(2);
      desk.disk.isLastDone = k % 2 === 0;
      desk.disk.writesLeft = k;
      await days(desk).catch((error: unknown) => expect(error).to.be.instanceOf(Died));
      expect(desk.disk.isDead).to.equal(true);
      await desk.open();
      // The callers ask again for what was not answered: keys of accesses are theirs.
      await desk.page.advance();
      const kept: number[] = [];
      for (const actor of [1, 2]) {
        const again = { ...desk.access(actor - 1), key: `access ${actor}`, actor, at: 1_700_000_000 };
        try {
          await desk.page.record(again);
          kept.push(actor);
        } catch (error) {
          expect((error as VitalproofError).code).to.equal("ACCESS_NOT_ALLOWED");
        }
      }
      desk.pass(3);
      const { missed, waiting } = await desk.page.close();
      expect([missed, waiting]).to.deep.equal([[], 0]);
      const actors = [...(await desk.actorsOf(0)), ...(await desk.actorsOf(1))];
      expect(actors, `after write ${k}`).to.have.members(kept);
    }
  });

  it("stops after a write that failed, and goes on when it is opened again", async () => {
    const desk = await CustodianDesk.with(1);
    const store = memoryStore();
    for (const [key, text] of desk.disk.texts) await store.write(key, text);
    let fails = false;
    const failing = {
      ...store,
      write: async (key: string, text: string) => {
        if (fails) throw new Error("The disk is full.");
        return store.write(key, text);
      },
    };
    await desk.open({ store: failing });
    fails = true;
    const access = desk.access(0);
    await desk.page.record(access).catch((error: Error) => expect(error.message).to.match(/full/));
    fails = false;
    for (const act of [desk.page.record(access), desk.page.advance(), desk.give()]) {
      expect((await refusalOf(act)).code).to.equal("STORE_FAILED");
    }
    await desk.open({ store: failing });
    expect(await desk.page.record(access)).to.equal("recorded");
  });

  it("refuses a page with consents that it does not have, another form, another chain", async () => {
    const desk = await CustodianDesk.with(1);
    const { world } = desk;
    const { root: _, live, ...rest } = await world.chain.page(1n);
    const made = new CustodianDesk(new MemoryLedger());
    await made.open({ fresh: true });
    await made.give();
    const options = {
      ...{ store: memoryStore(), events: world.events, prover: simulatingProver(), artifacts: keysAlone },
      ...{ circuits: CIRCUITS, clock: () => world.clock },
    };
    const open = (chain: LedgerChain, fresh?: { fromBlock: number }) =>
      refusalOf(CustodianPage.open({ ...options, chain }, world.address, fresh));
    expect((await open(world.chain)).code).to.equal("INVALID_ARGUMENT");
    expect((await open(world.chain, { fromBlock: 1 })).code).to.equal("PAGE_DIVERGED");
    const elsewhere = { ...made.world.chain, pageAddress: async () => ({ ...world.address, chainId: 5n }) };
    expect((await open(elsewhere, { fromBlock: 1 })).code).to.equal("PAGE_DIVERGED");
    // Somebody adds a consent with the custodian's account.
    const consent = desk.page.consentAt(0)!;
    const batch = consentBatch({
      ...{ circuit: "consent-batch-test", address: world.address, form: 0n, revocations: [] },
      page: { leaves: [consentLeafOf(consent)], live },
      grants: [desk.answer({ ...(await desk.page.offer({ rights: RIGHTS, grantee: 9 })), slot: 1 })],
    });
    const artifacts = await keysAlone.load("consent-batch-test");
    await world.chain.changeConsents(
      1n,
      batch,
      (await simulatingProver().prove(artifacts, batch.witness)).proof,
    );
    expect((await refusalOf(desk.page.advance())).code).to.equal("PAGE_DIVERGED");
    expect(rest.filled).to.equal(1);
    expect(isLive(live, 0)).to.equal(true);
  });

  it("refuses what a node leaves out of the record", async () => {
    const desk = await CustodianDesk.with(2);
    await desk.world.forceRevoke(0);
    await desk.open({ events: { pageEvents: async () => [] } });
    expect((await refusalOf(desk.page.advance())).code).to.equal("CONTRACT_CALL_FAILED");
  });

  it("shows its secrets only when asked for the audit master", async () => {
    const desk = await CustodianDesk.with(1);
    expect(desk.page.auditMaster()).to.equal(77n);
    expect(JSON.stringify(desk.page)).to.equal('{"type":"CustodianPage","page":"1","state":"(secret)"}');
    const { secret, consent } = desk.patients.get(0)!;
    const refusals = await Promise.all([
      refusalOf(desk.page.revoke(0, secret + 1n)),
      refusalOf(
        desk.page.accept(
          desk.answer({ ...(await desk.page.offer(desk.patients.get(0)!.consent)), audit: 5n }),
        ),
      ),
      refusalOf(desk.record(0, { purpose: 3 })),
    ]);
    const told = refusals.map((error) => `${error.message} ${JSON.stringify(error)}`).join();
    for (const value of [secret, secret + 1n, consent.audit, consent.handle]) {
      expect(told).to.not.include(value.toString());
    }
  });

  describe("random days", () => {
    const total: Partial<Tally> = {};
    for (const seed of LONG ? Array.from({ length: 40 }, (_, i) => i + 1) : [1, 5]) {
      it(`H8 H11: log what was accepted exactly once, under the version of its time (${seed})`, async () => {
        const world = new MemoryLedger();
        const story = await CustodianStory.begin(world, CIRCUITS, seed);
        await story.run(LONG ? 200 : 90);
        await story.check();
        // What the chain would not take is never sent.
        expect(world.refused).to.equal(0);
        for (const [name, count] of Object.entries(story.tally) as [keyof Tally, number][])
          total[name] = (total[name] ?? 0) + count;
      });
    }

    it("had everything in them that can happen", () => {
      // What is rarer is told above.
      const { missed: _missed, broken: _broken, ...others } = total;
      expect(Object.entries(others).filter(([, count]) => count === 0)).to.deep.equal([]);
    });
  });
});
