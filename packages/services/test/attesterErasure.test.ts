// SPDX-License-Identifier: GPL-3.0-or-later
//
// A person is erased from an attester: nothing of them is left but leaves that other people's paths need.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Anchoring,
  type AttesterRecords,
  createIdentity,
  Intake,
  Log,
  memoryStore,
  type SignedHead,
  SimulatedDevice,
} from "@vitalproof/sdk";
import { expect } from "chai";
import { Wallet } from "ethers";
import { sql } from "kysely";
import { attesterErasures } from "../src/attester/erase.ts";
import { sqlRecords } from "../src/attester/sqlRecords.ts";
import { notedBackup, readErasures, writeErasures } from "../src/sealed/index.ts";
import { type Database, fieldText, restore } from "../src/store/index.ts";
import { KEYS, type TableName } from "../src/store/tables.ts";
import { rejection } from "./support/rejection.ts";
import { onBothStores } from "./support/stores.ts";

const DAY = 86_400;
const FIRST = 20_000;
const INTAKE_TIME = 7_200;
const PROFILE = "test-16";
const signer = Wallet.createRandom();
const domain = { chainId: 31_337n, anchors: `0x${"a1".repeat(20)}` };

const folder = mkdtempSync(join(tmpdir(), "vitalproof-attester-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** An attester over a store. */
function clinicOver(database: Database, clock: () => number) {
  const records = sqlRecords(database, clock);
  const intake = new Intake({ records, group: 1n, intakeTime: INTAKE_TIME, domain, signer, clock });
  return {
    records,
    intake,
    anchoring: new Anchoring(records, intake),
    erasures: attesterErasures({ database, clock, patience: 2_000 }),
  };
}

class Patient {
  readonly subject = createIdentity().subject;
  readonly device = new SimulatedDevice();
  readonly name = fieldText(this.subject);
  #log: Log | undefined;

  async join({ intake }: ReturnType<typeof clinicOver>): Promise<void> {
    const { subject, device } = this;
    await intake.registerPerson(subject);
    await intake.enrolDevice({ device, subject, profile: PROFILE });
    const opening = await intake.openLog({ subject, profile: PROFILE, offset: 0 });
    this.#log = await Log.create(memoryStore(), "log", opening);
  }

  /** Epochs that are over and have no receipt. */
  async open(now: number): Promise<number[]> {
    const log = this.#log!;
    await log.seal(now);
    const open = log.epochs.filter(({ receipt, status }) => status !== "gap" && receipt === undefined);
    return open.map(({ epoch }) => epoch);
  }

  async heads(now: number): Promise<SignedHead[]> {
    const open = await this.open(now);
    return Promise.all(open.map((epoch) => this.#log!.sign(epoch, this.device)));
  }

  async report({ intake }: ReturnType<typeof clinicOver>, now: number): Promise<void> {
    for (const epoch of await this.open(now))
      await this.#log!.accept(epoch, await intake.submit(await this.#log!.sign(epoch, this.device)));
  }
}

/** Tables with a text in any of their rows. */
async function tablesWith({ reads }: Database, text: string): Promise<string[]> {
  const tables = Object.keys(KEYS) as TableName[];
  const held = await Promise.all(tables.map((table) => reads.selectFrom(table).selectAll().execute()));
  return tables.filter((_, i) => JSON.stringify(held[i]).includes(text));
}

onBothStores("attester, erasure", (stores) => {
  let now: number;
  const clock = () => now;
  beforeEach(() => {
    now = FIRST * DAY + 3_600;
  });

  /** Two people with heads under a day that is closed and one that is open. */
  async function clinicOfTwo() {
    const database = await stores.open(await stores.fresh());
    const clinic = clinicOver(database, clock);
    const [anna, bert] = [new Patient(), new Patient()];
    for (const each of [anna, bert]) await each.join(clinic);
    now = (FIRST + 1) * DAY + INTAKE_TIME - 600;
    for (const each of [anna, bert]) await each.report(clinic, now);
    now = (FIRST + 1) * DAY + INTAKE_TIME + 600;
    const closed = (await clinic.anchoring.close(FIRST))!;
    now = (FIRST + 2) * DAY + 600;
    for (const each of [anna, bert]) await each.report(clinic, now);
    return { database, clinic, anna, bert, closed };
  }

  it("removes everything but leaves, and closed and open days keep their trees", async () => {
    const { database, clinic, anna, bert, closed } = await clinicOfTwo();
    const { records, intake, anchoring, erasures } = clinic;
    const [before, open] = [await records.leavesOf(FIRST), await records.leavesOf(FIRST + 1)];
    const hers = await records.leavesOf(FIRST + 1, anna.subject);
    expect(hers).not.to.have.length(0);
    const preview = await erasures.preview(anna.name);
    expect(await records.isRegistered(anna.subject), "a preview changes nothing").to.equal(true);

    const erased = await erasures.erase(anna.name, { by: "Ward 3", onChain: ["a root"] });
    expect(erased.evidence.destroyed).to.deep.equal(preview.destroys);
    expect(preview.destroys).to.include({ attester_log: 1, attester_device: 1 });
    expect([erased.before, erased.cleaned]).to.deep.equal([false, true]);
    expect(await tablesWith(database, anna.name)).to.deep.equal(["attester_person", "erasure"]);
    expect(await tablesWith(database, anna.device.publicKey)).to.deep.equal([]);
    expect(await records.leavesOf(FIRST + 1, anna.subject)).to.deep.equal([]);

    expect(await records.leavesOf(FIRST)).to.deep.equal(before);
    expect(await records.day(FIRST)).to.have.length(closed.leaves);
    expect((await anchoring.close(FIRST))?.root).to.equal(closed.root);
    const [bertsLeaf] = await records.leavesOf(FIRST, bert.subject);
    expect((await anchoring.path(FIRST, bertsLeaf!)).index).to.be.a("number");
    expect(await records.leavesOf(FIRST + 1)).to.deep.equal(open);
    now = (FIRST + 2) * DAY + INTAKE_TIME + 600;
    await bert.report(clinic, now);
    expect(await anchoring.close(FIRST + 1)).to.include({ leaves: open.length });

    const again = await erasures.erase(anna.name, { by: "another" });
    expect([again.before, again.hash]).to.deep.equal([true, erased.hash]);
    expect((await rejection(erasures.preview(anna.name))).code).to.equal("PERSON_ERASED");
    const unknown = rejection(erasures.erase(fieldText(5n), { by: "x" }));
    expect((await unknown).code).to.equal("INTAKE_SUBJECT_UNKNOWN");
    expect((await rejection(intake.registerPerson(anna.subject))).code).to.equal("PERSON_ERASED");
  });

  it("accepts no head of who was erased, lets nobody begin a second history, and frees the device", async () => {
    const { clinic, anna } = await clinicOfTwo();
    const { intake, erasures } = clinic;
    now = (FIRST + 3) * DAY + 600;
    const heads = await anna.heads(now);
    expect(heads).not.to.have.length(0);
    await erasures.erase(anna.name, { by: "Ward 3" });
    for (const head of heads)
      expect((await rejection(intake.submit(head))).code).to.equal("INTAKE_DEVICE_UNKNOWN");
    const { subject, device } = anna;
    const enrolment = { subject, device, profile: PROFILE, offset: 0 } as const;
    expect((await rejection(intake.enrol(enrolment))).code).to.equal("PERSON_ERASED");
    expect((await rejection(intake.openLog(enrolment))).code).to.equal("INTAKE_SUBJECT_UNKNOWN");
    const other = createIdentity().subject;
    await intake.enrol({ ...enrolment, subject: other });
    for (const head of heads)
      expect((await rejection(intake.submit(head))).code).to.equal("INTAKE_DEVICE_OTHER_SUBJECT");
  });

  it("is repeated after a restore, and a name of another store's evidence is kept from use", async () => {
    const { database, clinic, anna } = await clinicOfTwo();
    const file = join(folder, `${++files}.backup`);
    await notedBackup(database, file, { clock, keptUntil: now + DAY });
    const erased = await clinic.erasures.erase(anna.name, { by: "Ward 3" });
    expect(erased.evidence.backups.map(({ place }) => place)).to.deep.equal([file]);

    const back = await stores.open(await stores.fresh());
    await restore(file, back);
    const restored = clinicOver(back, clock);
    const list = readErasures(writeErasures([erased]));
    expect(await restored.erasures.returned(list)).to.deep.equal([anna.name]);
    expect(await restored.erasures.reapply(list, { by: "Ward 3" })).to.deep.equal({
      returned: [anna.name],
      cleaned: true,
    });
    expect(await restored.erasures.reapply(list, { by: "Ward 3" })).to.deep.equal({
      returned: [],
      cleaned: true,
    });
    expect(await tablesWith(back, anna.name)).to.deep.equal(["attester_person", "erasure"]);

    const fresh = clinicOver(await stores.open(await stores.fresh()), clock);
    expect(await fresh.erasures.reapply(list, { by: "Ward 3" })).to.deep.equal({
      returned: [],
      cleaned: true,
    });
    expect((await rejection(fresh.intake.registerPerson(anna.subject))).code).to.equal("PERSON_ERASED");
  });

  it("goes on closing a day when somebody who is behind is erased meanwhile", async () => {
    const { database, clinic, anna } = await clinicOfTwo();
    now = (FIRST + 4) * DAY;
    const records: AttesterRecords = sqlRecords(database, clock);
    const behind = records.behind.bind(records);
    let isErased = false;
    records.behind = async (...asked) => {
      const keys = await behind(...asked);
      if (!isErased) {
        isErased = true;
        await clinic.erasures.erase(anna.name, { by: "Ward 3" });
      }
      return keys;
    };
    const intake = new Intake({ records, group: 1n, intakeTime: INTAKE_TIME, domain, signer, clock });
    const closed = await new Anchoring(records, intake).close(FIRST + 1);
    expect(closed?.leaves).to.equal((await clinic.records.leavesOf(FIRST + 1)).length);
  });

  it("asked for twice at one moment gives one evidence", async () => {
    for (let round = 0; round < 4; round++) {
      const url = await stores.fresh();
      const [clinic, other] = [await stores.open(url), await stores.open(url)].map((each) =>
        clinicOver(each, clock),
      ) as [ReturnType<typeof clinicOver>, ReturnType<typeof clinicOver>];
      const anna = new Patient();
      await anna.join(clinic);
      const both = await Promise.all(
        [clinic, other].map(({ erasures }) => erasures.erase(anna.name, { by: "Ward 3" })),
      );
      expect(new Set(both.map(({ hash }) => hash)).size).to.equal(1);
      expect(both.map(({ before }) => before).sort()).to.deep.equal([false, true]);
    }
  });

  it("leaves of several people are in no order that tells them apart", async () => {
    const { database, clinic, anna, bert } = await clinicOfTwo();
    for (const each of [anna, bert]) await clinic.erasures.erase(each.name, { by: "Ward 3" });
    const { rows } = await sql<{ leaf: string }>`select leaf from attester_erased_leaf`.execute(
      database.reads,
    );
    const leaves = rows.map(({ leaf }) => leaf);
    expect(leaves.length).to.be.greaterThan(2);
    expect(leaves).to.deep.equal([...leaves].sort());
  });

  it("leaves no plain byte in PostgreSQL's files", async function () {
    const { postgres } = stores;
    if (postgres === undefined) return this.skip();
    const { database, clinic, anna } = await clinicOfTwo();
    expect((await clinic.erasures.erase(anna.name, { by: "Ward 3" })).cleaned).to.equal(true);
    await sql`checkpoint`.execute(database.reads);
    for (const table of ["attester_head", "attester_log", "attester_device", "attester_log_key"]) {
      const { rows } = await sql<{ path: string }>`
        select current_setting('data_directory') || '/' || pg_relation_filepath(${table}) as path`.execute(
        database.reads,
      );
      const bytes = readFileSync(rows[0]!.path);
      for (const text of [anna.name, anna.device.publicKey])
        expect(bytes.includes(text), table).to.equal(false);
    }
  });

  it("while heads arrive and a day closes, leaves all of a day's leaves, and no name", async function () {
    this.timeout(60_000);
    for (let round = 0; round < 6; round++) {
      now = FIRST * DAY + 3_600;
      const url = await stores.fresh();
      const [one, two] = [await stores.open(url), await stores.open(url)];
      const [clinic, other] = [clinicOver(one, clock), clinicOver(two, clock)];
      const [anna, bert] = [new Patient(), new Patient()];
      for (const each of [anna, bert]) await each.join(clinic);
      now = (FIRST + 1) * DAY + INTAKE_TIME - 600;
      const heads = [await anna.heads(now), await bert.heads(now)];
      await other.intake.submit(heads[1]![0]!);
      const late = now + 1_200;
      const [accepted] = await Promise.allSettled([
        (async () => {
          const receipts = [];
          for (const head of heads[0]!) receipts.push(await other.intake.submit(head));
          return receipts;
        })(),
        clinic.erasures.erase(anna.name, { by: "Ward 3" }),
      ]);
      if (accepted.status === "rejected")
        expect(accepted.reason.code).to.be.oneOf([
          "INTAKE_DEVICE_UNKNOWN",
          "INTAKE_SUBJECT_UNKNOWN",
          "INTAKE_LOG_UNKNOWN",
        ]);
      now = late;
      const closed = await Promise.all([clinic.anchoring.close(FIRST), other.anchoring.close(FIRST)]);
      const leaves = await clinic.records.leavesOf(FIRST);
      expect(closed.map((each) => each?.leaves)).to.deep.equal([leaves.length, leaves.length]);
      expect(closed[0]?.root).to.equal(closed[1]?.root);
      expect(await tablesWith(one, anna.name)).to.deep.equal(["attester_person", "erasure"]);
    }
  });
});
