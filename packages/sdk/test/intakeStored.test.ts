// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  Anchoring,
  createIdentity,
  headAfter,
  Intake,
  Log,
  leafOf,
  SimulatedDevice,
  storeRecords,
} from "../src/index.ts";
import { fileStore } from "../src/node/index.ts";
import { attester, clinic, context, DAY, domain, FIRST, INTAKE_TIME } from "./intakeClinic.ts";
import { codeRejected } from "./support.ts";

describe("intake over crashes and restarts", () => {
  it("T21: a crash at any write loses nothing that was promised and promises nothing that is lost", async () => {
    for (let allowed = 0; allowed < 4; allowed++) {
      const { store, log, device, forge, at, intake } = await clinic();
      let left = allowed;
      const now = (FIRST + 1) * DAY + 5;
      const options = { group: 1n, intakeTime: INTAKE_TIME, domain, signer: attester, clock: () => now };
      const failing = {
        ...store,
        write: async (key: string, text: string): Promise<void> => {
          if (left-- <= 0) throw new Error("crash");
          await store.write(key, text);
        },
      };
      const receipt = await new Intake({ ...options, records: storeRecords(failing) })
        .submit(await log.sign(FIRST, device))
        .catch(() => undefined);
      expect(receipt === undefined, `after ${allowed} writes`).to.equal(allowed < 2);
      at(now);
      // Without a receipt another head may still be taken; with one, it may not.
      const other = await codeRejected(intake.submit(await forge({ inner: 123n })));
      expect(other).to.equal(receipt === undefined ? "nothing" : "INTAKE_EPOCH_TAKEN");
      at((FIRST + 1) * DAY + INTAKE_TIME + 1);
      expect(await intake.leavesOf(FIRST)).to.deep.equal([
        receipt?.leaf ?? leafOf(log.opening.subject, context(FIRST), headAfter(log.opening.genesis, 123n)),
      ]);
    }
  });

  it("T21: a new process over the same folder continues, also beside a log in the same folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vitalproof-intake-"));
    try {
      let now = FIRST * DAY + 3_600;
      const start = () =>
        new Intake({
          records: storeRecords(fileStore(folder)),
          group: 1n,
          intakeTime: INTAKE_TIME,
          domain,
          signer: attester,
          clock: () => now,
        });
      const { subject } = createIdentity();
      const device = new SimulatedDevice();
      await start().registerPerson(subject);
      await start().enrolDevice({ device, subject, profile: "test-16" });
      const opening = await start().openLog({ subject, profile: "test-16", offset: 0 });
      const log = await Log.create(fileStore(folder), "mine", opening);
      now = (FIRST + 1) * DAY;
      await log.seal(now);
      const receipt = await start().submit(await log.sign(FIRST, device));
      expect((await start().stateOf(subject, "test-16")).head).to.equal(log.head);
      now += INTAKE_TIME + 1;
      const closed = await new Anchoring(storeRecords(fileStore(folder)), start()).close(FIRST);
      expect(closed).to.deep.equal({ day: FIRST, root: receipt.leaf, leaves: 1 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
