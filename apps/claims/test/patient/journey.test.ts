// SPDX-License-Identifier: GPL-3.0-or-later
import { DAY } from "@vitalproof/sdk";
import { expect } from "chai";
import {
  type JourneyPeriod,
  type JourneyState,
  journeyOf,
  nextMoment,
  nextOf,
  type Step,
  type StepName,
} from "../../src/patient/journey.ts";

const NOW = 20_000 * DAY + 3600;

const period = (changes: Partial<JourneyPeriod> = {}): JourneyPeriod => ({
  period: 0,
  end: NOW - 2 * DAY,
  taken: true,
  lost: false,
  holds: true,
  anchorFrom: NOW - DAY,
  anchored: true,
  closesAt: NOW + 20 * DAY,
  state: "open",
  proven: false,
  ...changes,
});

const state = (changes: Partial<JourneyState> = {}): JourneyState => ({
  vault: "open",
  attester: true,
  restored: false,
  offers: 1,
  periods: [],
  ...changes,
});

const log = { pending: 0, nextEnd: NOW + 100, unsent: 0 };
const policy = { start: NOW - 3 * DAY, end: NOW + 4 * DAY, owed: 0n, paid: 0n };
const consent = { from: NOW - DAY, until: NOW + DAY, revoked: false };

function at(name: StepName, changes: Partial<JourneyState>, now = NOW): Step {
  return journeyOf(state(changes), now).find((step) => step.name === name)!;
}

describe("patient: journey", () => {
  it("begins with an identity", () => {
    for (const vault of ["none", "locked"] as const) {
      const steps = journeyOf(state({ vault, log, policy, consent, periods: [period()] }), NOW);
      expect(steps.map((step) => step.state)).to.deep.equal(Array(9).fill("no"));
      expect(steps[0]!.reason).to.match(vault === "none" ? /Create/ : /Unlock/);
    }
  });

  it("after a backup was restored: money first, the log is continued, and what was lost is not offered", () => {
    const owed = { ...policy, owed: 25n };
    const restored = { restored: true, policy: owed, periods: [period({ taken: false, holds: undefined })] };
    expect(at("enrol", restored)).to.deep.include({
      state: "can",
      reason: "The attester can continue your log.",
    });
    expect(at("payment", restored).state).to.equal("can");
    expect(at("prove", restored).state).to.equal("no");
    const lost = [period({ lost: true, taken: false, holds: undefined }), period({ period: 1 })];
    expect(at("prove", { ...restored, log, periods: lost })).to.deep.include({ state: "can", periods: [1] });
    expect(at("prove", { ...restored, log, periods: lost.slice(0, 1) })).to.deep.include({
      state: "no",
      reason: "The readings of the unclaimed periods are not in this vault.",
    });
  });

  it("lets a person enrol, and then import, seal and send", () => {
    const fresh = journeyOf(state(), NOW);
    expect(fresh.map(({ state: own }) => own)).to.deep.equal(["can", ...Array(8).fill("no")]);
    expect(at("enrol", { attester: false }).state).to.equal("no");
    expect(at("enrol", { log }).state).to.equal("done");
    expect(at("import", { log: { ...log, pending: 12 } }))
      .to.include({ state: "can" })
      .and.property("reason")
      .match(/12/);
    expect(at("seal", { log })).to.include({ state: "wait", at: NOW + 100 });
    expect(at("seal", { log }, NOW + 100).state).to.equal("can");
    expect(at("seal", { log: { ...log, unsent: 2 } }).reason).to.contain("2 sealed days");
    expect(at("seal", { log, attester: false }).state).to.equal("no");
  });

  it("lets a person apply once, and again when the application ran out", () => {
    expect(at("apply", { log }).state).to.equal("can");
    expect(at("apply", { log, offers: 0 }).reason).to.contain("No insurer");
    const application = { expiry: NOW + 10, begins: NOW + 20 };
    expect(at("apply", { log, application }).state).to.equal("wait");
    expect(at("apply", { log, application }, NOW + 11).reason).to.contain("ran out");
    expect(at("apply", { log, application: { ...application, begins: NOW } }).state).to.equal("can");
    expect(at("apply", { log, policy }).state).to.equal("done");
  });

  it("asks for a consent that is active", () => {
    expect(at("consent", { log }).state).to.equal("no");
    expect(at("consent", { log, policy }).state).to.equal("can");
    expect(at("consent", { log, policy, consent }).state).to.equal("done");
    expect(at("consent", { policy, consent: { ...consent, revoked: true } }).reason).to.contain("revoked");
    expect(at("consent", { policy, consent }, consent.until).reason).to.contain("ended");
    expect(at("revoke", { policy }).state).to.equal("no");
    expect(at("revoke", { policy, consent }).state).to.equal("can");
    expect(at("revoke", { policy, consent: { ...consent, revoked: true } }).state).to.equal("done");
    expect(at("revoke", { policy, consent }, consent.until).state).to.equal("done");
  });

  it("proves what is over, taken in, anchored and met, and says what is missing", () => {
    const prove = (changes: Partial<JourneyPeriod>, now = NOW) =>
      at("prove", { policy, periods: [period(changes)] }, now);
    expect(prove({})).to.deep.include({ state: "can", periods: [0] });
    const future = {
      end: NOW + 50,
      taken: false,
      holds: undefined,
      anchored: false,
      anchorFrom: NOW + 90,
      closesAt: 0,
    };
    expect(prove(future)).to.include({ state: "wait", at: NOW + 50 });
    expect(prove(future, NOW + 60).reason).to.contain("seal and send");
    expect(prove({ ...future, taken: true, holds: true }, NOW + 60)).to.include({
      state: "wait",
      at: NOW + 90,
    });
    expect(prove({ ...future, taken: true, holds: true }, NOW + 95)).not.to.have.property("at");
    expect(prove({ holds: false }).reason).to.contain("no open period meet");
    expect(prove({}, period().closesAt).reason).to.contain("has passed");
    expect(prove({ proven: true }).state).to.equal("done");
    expect(prove({ state: "credited" }).state).to.equal("done");
  });

  it("submits under an active consent only, and has the money paid out", () => {
    const proven = [period({ proven: true }), period({ period: 1 })];
    expect(at("submit", { policy, consent, periods: [period()] }).state).to.equal("no");
    expect(at("submit", { policy, periods: proven }).reason).to.contain("consent");
    expect(at("submit", { policy, consent, periods: proven })).to.deep.include({
      state: "can",
      periods: [0],
    });
    expect(at("submit", { policy, consent: { ...consent, revoked: true }, periods: proven }).state).to.equal(
      "no",
    );
    const credited = [period({ state: "credited", proven: true })];
    expect(at("submit", { policy, consent, periods: credited }).state).to.equal("done");
    expect(at("payment", { policy, periods: [period()] }).state).to.equal("no");
    expect(at("payment", { policy, periods: [period({ state: "under-review" })] })).to.deep.include({
      state: "wait",
      periods: [0],
    });
    expect(at("payment", { policy: { ...policy, owed: 5n }, periods: credited }).state).to.equal("can");
    expect(at("payment", { policy: { ...policy, paid: 5n }, periods: credited }).state).to.equal("done");
  });

  it("names what to do next: money before proofs, proofs before new readings", () => {
    const next = (changes: Partial<JourneyState>) => nextOf(journeyOf(state(changes), NOW))?.name;
    expect(next({})).to.equal("enrol");
    expect(next({ log })).to.equal("apply");
    expect(next({ log, policy })).to.equal("consent");
    expect(next({ log, policy, consent })).to.equal("import");
    expect(next({ log: { ...log, unsent: 1 }, policy, consent })).to.equal("seal");
    const owed = { ...policy, owed: 5n };
    expect(next({ log, policy: owed, consent, periods: [period()] })).to.equal("payment");
    expect(next({ log, policy, consent, periods: [period()] })).to.equal("prove");
    expect(next({ log, policy: owed, consent, periods: [period({ proven: true })] })).to.equal("submit");
    expect(next({ vault: "locked" })).to.equal(undefined);
  });

  it("knows the next moment at which something changes", () => {
    const future = period({ end: NOW + 50, taken: false, anchored: false, holds: undefined, closesAt: 0 });
    expect(nextMoment(journeyOf(state({ log, policy, periods: [future] }), NOW), NOW)).to.equal(NOW + 50);
    expect(nextMoment(journeyOf(state(), NOW), NOW)).to.equal(undefined);
  });
});
