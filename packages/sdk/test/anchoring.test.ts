// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import {
  Anchoring,
  createIdentity,
  gapHeadOf,
  Intake,
  leafOf,
  memoryStore,
  profileOf,
  rootOfPath,
  storeRecords,
} from "../src/index.ts";
import { attester, clinic, context, DAY, domain, FIRST, INTAKE_TIME, profile } from "./intakeClinic.ts";
import { codeRejected } from "./support.ts";

describe("anchoring", () => {
  it("T7: a day's tree holds every head of the day, gaps included, and hands out paths", async () => {
    const { intake, log, device, subject, anchoring, at } = await clinic();
    const silent = createIdentity().subject;
    at(FIRST * DAY + 3_700);
    await intake.registerPerson(silent);
    const opening = await intake.openLog({ subject: silent, profile: "test-16", offset: 0 });
    at((FIRST + 1) * DAY + 5);
    const receipt = await intake.submit(await log.sign(FIRST, device));
    expect(await codeRejected(anchoring.close(FIRST))).to.equal("ANCHOR_TOO_EARLY");
    at((FIRST + 1) * DAY + INTAKE_TIME);
    expect(await codeRejected(anchoring.close(FIRST))).to.equal("ANCHOR_TOO_EARLY");
    expect(await codeRejected(anchoring.path(FIRST, receipt.leaf))).to.equal("ANCHOR_DAY_UNKNOWN");
    at((FIRST + 1) * DAY + INTAKE_TIME + 1);
    const closed = await anchoring.close(FIRST);
    const gap = leafOf(silent, context(FIRST), gapHeadOf(profile, opening.genesis, context(FIRST)));
    expect(new Set(await anchoring.leaves(FIRST))).to.deep.equal(new Set([receipt.leaf, gap]));
    // Whose each leaf is.
    expect(await intake.leavesOf(FIRST, silent)).to.deep.equal([gap]);
    expect(await intake.leavesOf(FIRST, subject)).to.deep.equal([receipt.leaf]);
    expect(await intake.leavesOf(FIRST, createIdentity().subject)).to.deep.equal([]);
    for (const leaf of [receipt.leaf, gap]) {
      const path = await anchoring.path(FIRST, leaf);
      expect(path.root).to.equal(closed?.root);
      expect(rootOfPath(path)).to.equal(closed?.root);
    }
    expect(await codeRejected(anchoring.path(FIRST, 5n))).to.equal("ANCHOR_LEAF_UNKNOWN");
  });

  it("T22: a closed day never changes, and survives a restart; an empty day is not anchored", async () => {
    const { intake, log, device, anchoring, store, at } = await clinic();
    at((FIRST + 1) * DAY + 5);
    await intake.submit(await log.sign(FIRST, device));
    at((FIRST + 1) * DAY + INTAKE_TIME + 1);
    expect(await anchoring.close(FIRST - 1)).to.equal(undefined);
    const closed = await anchoring.close(FIRST);
    expect(await anchoring.close(FIRST)).to.deep.equal(closed);
    expect(await new Anchoring(storeRecords(store), intake).close(FIRST)).to.deep.equal(closed);
  });

  it("hours of one day stand in that day's tree", async () => {
    const store = memoryStore();
    const hours = profileOf("heart-rate-1s");
    let now = FIRST * DAY;
    const intake = new Intake({
      records: storeRecords(store),
      group: 1n,
      intakeTime: 600,
      domain,
      signer: attester,
      clock: () => now,
    });
    const { subject } = createIdentity();
    await intake.registerPerson(subject);
    await intake.openLog({ subject, profile: hours.name, offset: 0 });
    now = (FIRST + 1) * DAY + 601;
    const closed = await new Anchoring(storeRecords(store), intake).close(FIRST);
    expect(closed?.leaves).to.equal(24);
  });
});
