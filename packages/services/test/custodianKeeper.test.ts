// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's service in trouble: another period, a clock that was wrong, a circuit that the ledger does not take,
// accesses that time ran out for.
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Prover, VitalproofError } from "@vitalproof/sdk";
import { expect } from "chai";
import { LEDGER_LATE_TIME } from "../../../ignition/parameters.ts";
import { takesItsBlocksAlong } from "../../../test/contracts/support/network.ts";
import { RIGHTS } from "../../../test/support/ledgerPage.ts";
import { simulatingProver } from "../../../test/support/ledgerProver.ts";
import type { RunningCustodian } from "../src/index.ts";
import { type Custodians, forEachTest, GRANTEE } from "./support/custodians.ts";
import { until } from "./support/installations.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;

describe("custodian's service in trouble", () => {
  takesItsBlocksAlong();
  let all: Custodians;
  let store: string;
  let service: RunningCustodian;
  forEachTest(
    ({ folder }) => `sqlite:${join(folder, "store.db")}`,
    (...given) => {
      [all, store, service] = given;
    },
  );

  const ehr = () => all.as(service, "recorder");
  const desk = () => all.as(service, "operator");
  const problems = async () => (await service.status()).problems.map(({ what }) => what);
  const logged = async () => (await all.logged()).flat().map(({ actor }) => actor);

  it("closings go on with longer periods, and after a clock that was a year ahead", async function () {
    this.timeout(60_000);
    await all.consents(service, 1);
    await all.end(service);
    service = await all.start(store, { closeEvery: 1_440 });
    await all.isReady(service);
    await ehr().record(all.access("a", { actor: 1 }));
    await all.passUntil((Math.floor(all.now / DAY) + 1) * DAY);
    await until("a day's closing", async () => (await logged()).length === 1);

    // The machine's clock alone, not the chain's.
    const right = all.now;
    all.now += 365 * DAY;
    await until("it closed there", async () => (await service.status()).closesAt > all.now);
    await until("a round", async () => (await desk().status()).closesAt > all.now);
    all.now = right;
    await ehr().record(all.access("b", { actor: 2 }));
    await all.passUntil((Math.floor(all.now / DAY) + 1) * DAY);
    await until("the next day's closing", async () => (await logged()).length === 2);
  });

  it("H13: a revocation is on the chain and final while the circuit of accesses is suspended", async function () {
    this.timeout(60_000);
    await all.consents(service, 2);
    await ehr().record(all.access("a", { actor: 1 }));
    await all.suspend("access-batch-64");
    await all.passUntil((Math.floor(all.now / HOUR) + 1) * HOUR);
    await until("the batch is refused", async () => (await problems()).length === 1);
    await desk().revoke({ address: all.address, slot: 1, secret: all.secretOf(1) });
    await until("it is revoked", async () => (await all.page()).live === 1n);
    await all.finalise();
    await until("it is final", async () => (await desk().status()).unsettled.length === 0);
    expect(await logged()).to.deep.equal([]);
    await all.endSuspension("access-batch-64");
    await all.passUntil(all.now + 120);
    await until("the access is logged, late", async () => (await logged()).length === 1);
  });

  it("H13: a revocation does not wait for accesses that cannot be proven, and consents keep their closings", async function () {
    this.timeout(60_000);
    await all.end(service);
    const { prove } = simulatingProver();
    let isBroken = true;
    const prover: Prover = {
      prove: async (artifacts, witness, options) => {
        if (isBroken && witness.circuit === "access-batch-64")
          throw new VitalproofError("ARTIFACT_MISSING", "Its key is not here.");
        return prove(artifacts, witness, options);
      },
    };
    service = await all.start(store, { prover });
    await all.consents(service, 2);
    await ehr().record(all.access("a", { actor: 1 }));
    await all.passUntil(all.nextClosing);
    await until("it is said", async () =>
      (await problems()).some((what) => what.includes("ARTIFACT_MISSING")),
    );
    const { version } = await all.page();
    const { offer } = await desk().offer({ rights: RIGHTS, grantee: GRANTEE });
    await desk().accept(all.answer(offer));
    await desk().revoke({ address: all.address, slot: 1, secret: all.secretOf(1) });
    await until("it is revoked", async () => (await all.page()).live === 0b101n);
    // What was said of a batch in the same round is not lost with the fault.
    const sent = () => all.lines.filter((line) => line.includes('"sent"') && line.includes('"consents"'));
    await until("it is told", () => sent().length === 2);
    const another = await desk().offer({ rights: RIGHTS, grantee: GRANTEE });
    await desk().accept(all.answer(another.offer));
    await until("a later round", async () => (await service.status()).at >= all.now);
    await setTimeout(1_500);
    expect((await all.page()).version, "a consent alone waits for its closing").to.equal(version + 1n);
    isBroken = false;
    await until("the access is logged", async () => (await logged()).length === 1);
    await until("nothing is wrong", async () => (await problems()).length === 0);
  });

  it("accesses that time ran out for are a problem, until somebody says that they are dealt with", async function () {
    this.timeout(60_000);
    await all.consents(service, 2);
    await ehr().record(all.access("lost", { actor: 1 }));
    await all.suspend("access-batch-64");
    // Not in the minute of the access: there it could be under the version after it.
    await all.passUntil(all.now + 120);
    await all.forceRevoke(0);
    await all.passUntil(all.now + (LEDGER_LATE_TIME + 2) * 60);
    await until("it is lost", async () => (await desk().status()).missed === 1);
    const about = (what: string) => what.startsWith("1 accesses were accepted and cannot be logged");
    await until("it is a problem", async () => (await problems()).some(about));
    const { missed } = await desk().missed();
    expect(missed.map(({ access, reason }) => [access.key, reason])).to.deep.equal([["lost", "too-late"]]);
    await desk().decide("lost", "leave-out");
    await until("nobody has to look any more", async () => !(await problems()).some(about));
    expect((await desk().missed()).missed[0]).to.include({ isLeft: true });
  });
});
