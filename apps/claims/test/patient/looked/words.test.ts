// SPDX-License-Identifier: GPL-3.0-or-later
import { createIdentity, VitalproofError } from "@vitalproof/sdk";
import { HEALTH_LEDGER_ABI, LedgerWallet } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { Interface } from "ethers";
import { forcePlan, LINKS } from "../../../src/patient/looked/forcePlan.ts";
import { readConsents } from "../../../src/patient/looked/reading.ts";
import { answerOf, type ReadingWorker, readInWorker } from "../../../src/patient/looked/readingProtocol.ts";
import type { ConsentView, StandingNow } from "../../../src/patient/looked/view.ts";
import { rightsInWords, standingInWords } from "../../../src/patient/looked/words.ts";
import { codeOf, PROOF } from "../helpers.ts";
import { BEGIN, HOSPITAL, MadePage, RIGHTS } from "./madePage.ts";

function viewWith(standing: StandingNow, askedAt?: number): ConsentView {
  const offer = new MadePage().offer();
  const { kept } = new LedgerWallet(createIdentity()).accept(offer);
  const signed = { offer, kept, custodian: HOSPITAL, name: "St. Example", signedAt: BEGIN * 60 };
  const asked = askedAt === undefined ? signed : { ...signed, askedAt };
  return { id: "x", hospital: "St. Example", standing, signed: asked };
}

describe("patient: words for consents", () => {
  it("says who, why, what and until when, and nothing else", () => {
    const words = rightsInWords(RIGHTS);
    expect(words).to.deep.include({
      who: ["Physician", "Nurse"],
      why: ["To treat the patient", "To bill or pay for care"],
      what: ["Laboratory results", "Medication"],
    });
    expect(words.until).to.match(/^\d+ Feb 2026/);
    expect(rightsInWords({ purposes: 128, roles: 0, classes: 255, until: 0 })).to.deep.include({
      who: [],
      why: ["For a legal matter"],
    });
  });

  it("calls given only what is given, and an asked revocation not yet revoked", () => {
    const since = BEGIN * 60;
    const end = { since, from: 1, at: since + 60, transaction: "0x" };
    const error = new VitalproofError("LEDGER_MISMATCH", "x");
    const cases: [StandingNow, number | undefined, string, string][] = [
      [{ name: "signed" }, undefined, "Signed, not given yet", "waiting"],
      [{ name: "other" }, undefined, "Not given", "wrong"],
      [{ name: "unreadable", error }, undefined, "Not known", "wrong"],
      [{ name: "given", since }, undefined, "Given", "given"],
      [{ name: "given", since }, since, "Given, you asked to end it", "waiting"],
      [{ name: "expired", since }, undefined, "Ended", "ended"],
      [{ name: "revoked", forced: true, ...end }, undefined, "Revoked", "ended"],
    ];
    for (const [standing, asked, word, kind] of cases)
      expect(standingInWords(viewWith(standing, asked))).to.deep.include({ word, kind });
  });
});

describe("patient: revoking by force", () => {
  it("is a call of the ledger, whose dialog repeats what becomes known", () => {
    const view = viewWith({ name: "given", since: 0 });
    const plan = forcePlan(view, PROOF);
    for (const line of LINKS) expect(plan.says).to.include(line);
    expect(plan.fixed).to.have.lengthOf(1);
    const { to, data } = plan.steps[0]!.call();
    const { ledger, page } = view.signed.kept.address;
    expect(to).to.equal(ledger);
    const { name, args } = new Interface(HEALTH_LEDGER_ABI).parseTransaction({ data })!;
    expect([name, args[0], args[2]]).to.deep.equal(["revokeByForce", page, 0n]);
  });
});

describe("patient: the worker that reads records", () => {
  type Listener = (event: { data: never }) => void;
  /** A worker without a thread: messages are cloned as between threads. */
  function fake(read: typeof readConsents, dies = false) {
    const listeners = new Map<string, Listener>();
    const worker = {
      ended: false,
      addEventListener: (type: string, listener: Listener) => void listeners.set(type, listener),
      terminate: () => {
        worker.ended = true;
      },
      postMessage(job: Parameters<typeof readConsents>[0]) {
        if (dies) listeners.get("error")!({ data: undefined as never });
        else
          listeners.get("message")!({ data: structuredClone(answerOf(structuredClone(job), read)) as never });
      },
    };
    return worker as typeof worker & ReadingWorker;
  }
  const page = new MadePage();
  const { kept } = new LedgerWallet(createIdentity()).accept(page.offer());

  it("gives what was read, errors of a page included, and ends", async () => {
    const history = page.history();
    const worker = fake(readConsents);
    const job = { consents: [kept], histories: [history] };
    expect((await readInWorker(job, () => worker)).standings).to.deep.equal([{ name: "signed" }]);
    expect(worker.ended).to.equal(true);
    const broken = { ...history, state: { ...history.state, live: 1n } };
    const { standings } = await readInWorker({ consents: [kept], histories: [broken] }, () =>
      fake(readConsents),
    );
    const [standing] = standings;
    if (standing?.name !== "unreadable") throw new Error("a page that does not fit was read");
    expect(standing.error).to.be.instanceOf(VitalproofError).and.include({ code: "LEDGER_MISMATCH" });
  });

  it("says when it fails or dies, and passes no foreign message on", async () => {
    const failing = fake(() => {
      throw new Error("secret 123");
    });
    const error = await readInWorker({ consents: [], histories: [] }, () => failing).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(VitalproofError);
    expect(String(error)).to.not.contain("123");
    const dead = readInWorker({ consents: [], histories: [] }, () => fake(readConsents, true));
    expect(await codeOf(dead)).to.equal("CONTRACT_CALL_FAILED");
  });
});
