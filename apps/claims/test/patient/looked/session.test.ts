// SPDX-License-Identifier: GPL-3.0-or-later
import { memoryBackend, VitalproofError } from "@vitalproof/sdk";
import {
  CONSENT_OFFER,
  type ConsentOffer,
  ownSlotWitness,
  packRights,
  pageRootOf,
  REVOCATION_REQUEST,
  revokeActionOf,
  SIGNED_GRANT,
} from "@vitalproof/sdk/ledger";
import { documentText, parseDocument } from "@vitalproof/sdk/wire";
import { expect } from "chai";
import { leavesOf, readConsents } from "../../../src/patient/looked/reading.ts";
import { LookedSession } from "../../../src/patient/looked/session.ts";
import type { PageTask } from "../../../src/patient/proverProtocol.ts";
import { Vault } from "../../../src/patient/vault.ts";
import { codeOf, PROOF } from "../helpers.ts";
import { BEGIN, chainOf, HOSPITAL, MadePage, RIGHTS } from "./madePage.ts";

const PASSPHRASE = "vier Wörter und ein Pferd";
const FAST = { logN: 14 };

async function stage(pages = [new MadePage()], vault?: Vault, grantees: Record<string, number> = {}) {
  const own = vault ?? (await Vault.create(memoryBackend(), PASSPHRASE, FAST));
  const { chain, forgotten } = chainOf(pages, grantees);
  const tasks: PageTask[] = [];
  let reads = 0;
  const session = new LookedSession({
    vault: own,
    chain,
    hospitals: [{ account: `0x${"d2".repeat(20)}`, name: "University Clinic" }],
    prover: {
      prove: async (task) => {
        tasks.push(task);
        return { circuit: "own-slot", proof: PROOF, publicInputs: [] };
      },
    },
    read: async (job) => {
      reads += 1;
      return readConsents(structuredClone(job));
    },
  });
  const open = (offer: ConsentOffer) => session.open(documentText(CONSENT_OFFER, offer), "offer.json");
  const sign = async (offer: ConsentOffer) => session.sign(await open(offer), " St. Example ");
  const enter = (page: MadePage, answer: string) =>
    page.enter(parseDocument(SIGNED_GRANT, answer, "answer.json").grant);
  return { page: pages[0]!, vault: own, session, tasks, forgotten, open, sign, enter, reads: () => reads };
}
const standings = async (session: LookedSession) =>
  (await session.view()).consents.map(({ standing }) => standing.name);

describe("patient: consents to hospitals", () => {
  it("opens an offer, and shows a signed consent as given only when the page's leaf is it", async () => {
    const { page, session, open, sign, enter } = await stage();
    const opened = await open(page.offer());
    expect(opened).to.deep.include({ custodian: HOSPITAL, name: undefined, known: "new" });
    expect(await standings(session)).to.deep.equal([]);
    const answer = await sign(page.offer());
    expect((await session.view()).consents[0]).to.deep.include({
      hospital: "St. Example",
      standing: { name: "signed" },
    });
    enter(page, answer);
    expect(await standings(session)).to.deep.equal(["given"]);
    page.now = RIGHTS.until;
    expect(await standings(session)).to.deep.equal(["expired"]);
  });

  it("never shows a consent as given whose place holds another one", async () => {
    const { page, session, sign } = await stage();
    await sign(page.offer());
    page.enterOther();
    expect(await standings(session)).to.deep.equal(["other"]);
    expect((await session.view()).accounting.tried.keys).to.equal(0);
  });

  it("refuses offers that lead to nothing, with the reason", async () => {
    const form = packRights(RIGHTS);
    const [page, research] = [new MadePage(), new MadePage(2n, form)];
    const { session, open, sign } = await stage([page, research]);
    const other = { ...page.address, chainId: 1n };
    expect(await codeOf(open(page.offer({ address: other })))).to.equal("DOCUMENT_INVALID");
    const elsewhere = { ...page.address, ledger: HOSPITAL };
    expect(await codeOf(open(page.offer({ address: elsewhere })))).to.equal("DOCUMENT_INVALID");
    expect(await codeOf(session.open("{}", "x.json"))).to.equal("DOCUMENT_INVALID");
    const ended = { ...RIGHTS, until: BEGIN };
    expect(await codeOf(open(page.offer({ rights: ended })))).to.equal("NOT_ALLOWED");
    expect(await codeOf(open(page.offer({ form })))).to.equal("NOT_ALLOWED");
    expect(await codeOf(open(research.offer()))).to.equal("NOT_ALLOWED");
    expect((await open(research.offer({ form }))).known).to.equal("new");
    const taken = page.offer();
    page.enterOther();
    expect(await codeOf(open(taken))).to.equal("NOT_ALLOWED");
    // Two offers for one place would let the hospital choose.
    await sign(page.offer());
    expect((await open(page.offer())).known).to.equal("signed");
    const wider = { ...RIGHTS, classes: 255 };
    expect(await codeOf(open(page.offer({ rights: wider })))).to.equal("NOT_ALLOWED");
  });

  it("says whom a consent names", async () => {
    const university = `0x${"d2".repeat(20)}`;
    const { page, open } = await stage([new MadePage()], undefined, { [HOSPITAL]: 4, [university]: 5 });
    const who = async (grantee: number) => (await open(page.offer({ grantee }))).grantee;
    expect(await who(0)).to.deep.equal({ who: "nobody" });
    expect(await who(4)).to.deep.equal({ who: "hospital" });
    expect(await who(5)).to.deep.equal({ who: "named", name: "University Clinic" });
    expect(await who(6)).to.deep.equal({ who: "unknown" });
  });

  it("keeps consents in the vault and its copy; after a backup the offer's file brings one back", async () => {
    const page = new MadePage();
    const backend = memoryBackend();
    const first = await stage([page], await Vault.create(backend, PASSPHRASE, FAST));
    const offer = page.offer();
    const answer = await first.sign(offer);
    expect(await first.sign(offer), "signed again").to.equal(answer);
    first.enter(page, answer);
    const [copy, backup] = [await first.vault.copy(), await first.vault.backup(PASSPHRASE)];
    first.vault.lock();

    const again = await stage([page], await Vault.unlock(backend, PASSPHRASE));
    expect(await standings(again.session)).to.deep.equal(["given"]);
    const copied = await stage([page], await Vault.restoreCopy(memoryBackend(), copy, PASSPHRASE));
    expect(await standings(copied.session)).to.deep.equal(["given"]);
    const restored = await stage([page], await Vault.restore(memoryBackend(), backup, PASSPHRASE, FAST));
    expect(await standings(restored.session)).to.deep.equal([]);
    expect((await restored.open(offer)).known).to.equal("entered");
    await restored.sign(offer);
    expect(await standings(restored.session)).to.deep.equal(["given"]);
    // Somebody else's place stays somebody else's.
    const stranger = await stage([page]);
    expect(await codeOf(stranger.open(offer))).to.equal("NOT_ALLOWED");
  });
});

describe("patient: revoking a consent", () => {
  const given = async () => {
    const all = await stage();
    all.enter(all.page, await all.sign(all.page.offer()));
    all.page.enterOther();
    all.page.now += 5;
    return { ...all, view: (await all.session.view()).consents[0]! };
  };

  it("asks the hospital by a file with the secret of this consent, and waits for the chain", async () => {
    const { page, session, view } = await given();
    const text = await session.askToRevoke(view);
    const { slot, secret, address } = parseDocument(REVOCATION_REQUEST, text, "request.json");
    const [asked] = (await session.view()).consents;
    expect(asked!.standing.name).to.equal("given");
    expect(asked!.signed.askedAt).to.equal(page.now * 60 + 30);
    expect(address).to.deep.equal(page.address);
    page.revoke({ slot, secret, consent: view.signed.kept.consent });
    const [after] = (await session.view()).consents;
    expect(after!.standing).to.deep.include({ name: "revoked", forced: false, at: page.now * 60 + 7 });
    expect(await session.askToRevoke(asked!), "the same again").to.equal(text);
  });

  it("proves by the chain's leaves that the consent is its own and is to end", async () => {
    const { page, session, tasks, view } = await given();
    expect(await session.proveRevocation(view)).to.equal(PROOF);
    const [task] = tasks;
    if (task?.kind !== "own-slot") throw new Error("another proof was made");
    expect(ownSlotWitness(structuredClone(task.request)).publicInputs).to.deep.equal([
      pageRootOf(leavesOf(page.history())),
      0n,
      revokeActionOf(page.address),
    ]);
    page.force(0);
    const [after] = (await session.view()).consents;
    expect(after!.standing).to.deep.include({ name: "revoked", forced: true, since: BEGIN * 60 + 7 });
  });
});

describe("patient: who looked", () => {
  it("lists own accesses with emergencies, what was reported, and the times without a report", async () => {
    const { page, session, sign, enter, reads } = await stage();
    page.enterOther();
    enter(page, await sign(page.offer()));
    expect((await session.view()).accounting.gaps).to.deep.equal([]);
    page.now = BEGIN + 60;
    page.log(BEGIN, [
      { slot: 1, minute: 10, actor: 7 },
      { slot: 0, minute: 20 },
      { slot: 1, minute: 30, class: 6, glass: 1 },
    ]);
    page.now = BEGIN + 200;
    page.log(BEGIN + 180, []);
    page.now = BEGIN + 230;
    const view = await session.view();
    expect(
      view.accounting.rows.map(({ at, actor, emergency }) => [at / 60 - BEGIN, actor, emergency]),
    ).to.deep.equal([
      [10, 7, false],
      [30, 5, true],
    ]);
    expect(view.accounting.gaps.map(({ from, until }) => [from - BEGIN, until - BEGIN])).to.deep.equal([
      [60, 180],
      [200, 230],
    ]);
    expect(view.reported).to.deep.equal([
      { hospital: "St. Example", from: BEGIN * 60, until: (BEGIN + 200) * 60 },
    ]);
    // Keys are not tried again while nothing was added.
    const before = reads();
    page.now += 5;
    expect((await session.view()).accounting.gaps.at(-1)!.until).to.equal(BEGIN + 235);
    expect(reads()).to.equal(before);
  });

  it("shows emergencies after a revocation, and by whom the page was kept then", async () => {
    const { page, session, sign, enter } = await stage();
    enter(page, await sign(page.offer()));
    page.now += 10;
    page.force(0);
    page.now += 10;
    page.log(BEGIN + 10, [{ slot: 0, minute: 3, glass: 1 }]);
    page.now += 10;
    page.handOver(`0x${"d2".repeat(20)}`);
    page.now += 10;
    page.log(BEGIN + 20, [{ slot: 0, minute: 15, glass: 1 }]);
    const view = await session.view();
    expect(view.accounting.counts.emergencies).to.equal(2);
    const { custodianOf } = session.report(view);
    expect(view.accounting.rows.map(({ address, at }) => custodianOf(address, at).name)).to.deep.equal([
      "St. Example",
      "University Clinic",
    ]);
  });

  it("shows the other pages when one cannot be read, with the reason", async () => {
    const [page, lost] = [new MadePage(), new MadePage(2n)];
    const { session, sign, enter, forgotten } = await stage([page, lost]);
    enter(page, await sign(page.offer()));
    enter(lost, await sign(lost.offer()));
    page.now += 10;
    page.log(BEGIN, [{ slot: 0, minute: 3 }]);
    const whole = lost.history.bind(lost);
    lost.history = () => {
      throw new VitalproofError("CONTRACT_CALL_FAILED", "The node no longer has block 11.");
    };
    const view = await session.view();
    expect(
      view.consents.map(({ signed, standing }) => [signed.kept.address.page, standing.name]),
    ).to.have.deep.members([
      [1n, "given"],
      [2n, "unreadable"],
    ]);
    expect(view.faults.map(({ shortMessage }) => shortMessage)).to.deep.equal([
      "The node no longer has block 11.",
    ]);
    expect(view.accounting.rows).to.have.length(1);
    expect(view.reported).to.have.length(1);
    expect(session.report(view).custodianOf(page.address, BEGIN * 60).name).to.equal("St. Example");
    expect(forgotten).to.deep.equal([2n]);
    lost.history = whole;
    const after = await session.view();
    expect(after.consents.map(({ standing }) => standing.name)).to.deep.equal(["given", "given"]);
    expect(after.faults).to.deep.equal([]);
  });

  it("shows nothing of a page whose history does not fit, after it was read again", async () => {
    const { page, session, sign, enter, forgotten } = await stage();
    enter(page, await sign(page.offer()));
    page.enterOther();
    const whole = page.history.bind(page);
    // A node that leaves out the last batch.
    page.history = () => {
      const { entries, ...rest } = whole();
      return { ...rest, entries: entries.slice(0, -1) };
    };
    const view = await session.view();
    expect(view.consents.map(({ standing }) => standing.name)).to.deep.equal(["unreadable"]);
    expect(view.faults.map(({ code }) => code)).to.deep.equal(["LEDGER_MISMATCH"]);
    expect(forgotten).to.deep.equal([1n]);
    page.history = whole;
    expect(await standings(session)).to.deep.equal(["given"]);
  });
});
