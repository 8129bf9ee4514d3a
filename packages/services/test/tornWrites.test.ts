// SPDX-License-Identifier: GPL-3.0-or-later
//
// A machine that loses power while a gateway stores messages: the last writes of the file are torn.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { sql } from "kysely";
import { type Database, migrate, openDatabase } from "../src/store/index.ts";
import {
  attesterOver,
  DAY,
  FIRST_DAY,
  GRACE,
  logsOf,
  messageOf,
  TestClock,
  TestGateway,
} from "./support/gateways.ts";

const CUTS = process.env.LONG === undefined ? 12 : 300;
const LOGS = 3;
const SLOTS = 16;
const START = (FIRST_DAY + 1) * DAY;
const TEARS = ["short", "zeros", "noise", "a flipped bit"] as const;

const below = (most: number): number => Math.floor(Math.random() * most);

describe("gateway whose file is torn, SQLite", () => {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-torn-"));
  const open: Database[] = [];
  after(async () => {
    for (const database of open) await database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(path: string): Promise<Database> {
    const database = await openDatabase(`sqlite:${path}`);
    open.push(database);
    await migrate(database);
    return database;
  }

  it("has every message that was acknowledged before the tear, nothing of the others, and goes on when they come again", async function () {
    this.timeout(process.env.LONG === undefined ? 60_000 : 900_000);
    const records = await opened(join(folder, "attester.db"));
    const clock = new TestClock();
    const attester = attesterOver(records, () => clock.now);
    const path = join(folder, "gateway.db");
    const gateway = await TestGateway.start(await opened(path), clock, logsOf(LOGS, attester));
    await gateway.work("enrolment");
    clock.now = START + DAY - 1;
    const messages = Array.from({ length: LOGS * SLOTS }, (_, i) =>
      messageOf(`d${i % LOGS}`, [[START + Math.floor(i / LOGS) * 5_400, 1 + (i % 9)]], clock.now),
    );
    const wal = `${path}-wal`;
    const sizes = [statSync(wal).size];
    for (const message of messages) {
      await gateway.gateway.inbox.put(message);
      sizes.push(statSync(wal).size);
    }
    // Each in frames of its own, or the sizes would say nothing.
    for (let i = 1; i < sizes.length; i++) expect(sizes[i]).to.be.above(sizes[i - 1]!);
    copyFileSync(path, join(folder, "whole.db"));
    const log = readFileSync(wal);

    for (let i = 0; i < CUTS; i++) {
      const at = sizes[0]! + below(log.length - sizes[0]!);
      const copy = join(folder, `torn${i}.db`);
      copyFileSync(join(folder, "whole.db"), copy);
      writeFileSync(`${copy}-wal`, torn(log, at, TEARS[i % TEARS.length]!));
      const acknowledged = sizes.filter((size) => size <= at).length - 1;
      const what = `${TEARS[i % TEARS.length]} from byte ${at}`;
      const database = await opened(copy);
      const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(database.reads);
      expect(rows, what).to.deep.equal([{ integrity_check: "ok" }]);
      clock.now = START + DAY - 1;
      const again = await TestGateway.start(database, clock, logsOf(LOGS, attester));
      const given = async () =>
        (await again.gateway.state()).logs.reduce((sum, { readings }) => sum + readings.given, 0);
      expect(await given(), what).to.equal(acknowledged);
      // What a broker has no acknowledgement of, and some that it has one of.
      const from = below(acknowledged + 1);
      await Promise.all(messages.slice(from).map((message) => again.gateway.inbox.put(message)));
      clock.now = START + DAY + GRACE;
      await again.work("sealing");
      const { logs } = await again.gateway.state();
      expect(await given(), what).to.equal(acknowledged + messages.length - from);
      for (const { readings, sealed } of logs) {
        expect([sealed, readings.kept, readings.waiting], what).to.deep.equal([1, SLOTS, 0]);
        expect(readings.kept + readings.duplicate, what).to.equal(readings.given);
      }
    }
  });
});

/** What the disk has when the writes from a byte on did not come through, or not as they were. */
function torn(log: Buffer, at: number, how: (typeof TEARS)[number]): Buffer {
  const made = Buffer.from(log);
  switch (how) {
    case "short":
      return made.subarray(0, at);
    case "zeros":
      return made.fill(0, at);
    case "noise":
      for (let i = at; i < made.length; i++) made[i] = below(256);
      return made;
    case "a flipped bit":
      made[at] = made[at]! ^ (1 << below(8));
      return made;
  }
}
