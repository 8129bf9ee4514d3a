// SPDX-License-Identifier: GPL-3.0-or-later
import { inspect } from "node:util";
import {
  type Access,
  type AccessRecord,
  accountingOf,
  accountingOfCustodian,
  accountingOfPatient,
  auditKeyOf,
  type Disclosure,
  findAccesses,
  gapsOf,
  type KeptConsent,
  LEDGER_CLASSES,
  LEDGER_PURPOSES,
  LEDGER_ROLES,
  type LoggedBatch,
  limitsOf,
  minutesOf,
} from "@vitalproof/sdk/ledger";
import { uncheckedAccessBatch } from "@vitalproof/sdk/measure";
import { expect } from "chai";
import { id } from "ethers";
import fc from "fast-check";
import { ADDRESS, numberOf, pageOf, RIGHTS } from "../../../test/support/ledgerPage.ts";
import { FIELD, type VitalproofError } from "../src/index.ts";
import { BASE, MASTER, TestCustodian } from "./ledgerSupport.ts";
import { codeThrown } from "./support.ts";

const NAMES = ["ada", "bob", "eve", "kim"];

/** A page with three batches: everyday accesses, a revocation, and emergencies before and after it. */
function story() {
  const custodian = new TestCustodian();
  for (const name of NAMES) custodian.enrol(name);
  const [ada, bob, eve] = [0, 1, 2] as const;
  custodian.log(BASE, 60, [
    custodian.access(ada, { minute: 59, actor: 11, role: 0, purpose: 1, class: 5 }),
    custodian.access(bob, { minute: 0, actor: 12 }),
    custodian.access(ada, { minute: 0, actor: 13, role: 2, purpose: 4, class: 6 }),
    custodian.access(eve, { minute: 60, actor: 14, purpose: 7, glass: 1 }),
  ]);
  custodian.log(BASE + 60, 30, []);
  custodian.revoke(bob);
  custodian.log(BASE + 200, 100, [
    custodian.access(bob, { minute: 1, actor: 15, purpose: 0, role: 7, class: 7, glass: 1 }),
    custodian.access(ada, { minute: 100, actor: 16 }),
  ]);
  return custodian;
}

const timesOf = (rows: readonly Disclosure[]) => rows.map(({ at }) => at / 60 - BASE);

describe("ledger accounting: a patient", () => {
  const custodian = story();
  const { consents, batches } = custodian;
  const of = (slot: number) => accountingOf(consents[slot]!, batches);

  it("reads date, who, what and why of each own access, by time", () => {
    const { rows } = of(0);
    expect(timesOf(rows)).to.deep.equal([0, 59, 300]);
    expect(rows.map(({ actor }) => actor)).to.deep.equal([13, 11, 16]);
    expect(rows[0]).to.deep.equal({
      address: ADDRESS,
      slot: 0,
      at: BASE * 60,
      actor: 13,
      role: "pharmacist",
      purpose: "public-health",
      class: "mental-health",
      emergency: false,
      transaction: batches[0]!.transaction,
      index: 2,
      block: 100,
      logged: (BASE + 60) * 60 + 7,
      late: false,
      doubtful: false,
    });
  });

  it("H5: reads emergencies, also after the revocation", () => {
    const bob = of(1);
    expect(timesOf(bob.rows)).to.deep.equal([0, 201]);
    expect(bob.rows.map(({ emergency }) => emergency)).to.deep.equal([false, true]);
    expect(bob.counts).to.deep.equal({ rows: 2, emergencies: 1, late: 0, doubtful: 0 });
    expect(of(2).rows.map(({ emergency, purpose }) => [emergency, purpose])).to.deep.equal([[true, "legal"]]);
  });

  it("has no row where there was no access, and counts what stays hidden", () => {
    const kim = of(3);
    expect(kim.rows).to.deep.equal([]);
    expect(kim.tried).to.deep.equal({ keys: 1, batches: 3, records: 6, tries: 6 });
    expect(kim.hidden).to.deep.equal({ records: 6, emergencies: 2, impossible: 0 });
    expect(of(0).hidden).to.deep.equal({ records: 3, emergencies: 2, impossible: 0 });
    expect(limitsOf(kim).join("\n")).to.contain("6 records of 6 could not be opened");
  });

  it("a wrong key finds nothing: another patient's, one off by one, a right one for another slot", () => {
    const ada = consents[0]!;
    const wrong: KeptConsent[] = [
      { ...ada, consent: { ...ada.consent, audit: consents[1]!.consent.audit } },
      { ...ada, consent: { ...ada.consent, audit: ada.consent.audit + 1n } },
      { ...ada, slot: 3 },
    ];
    for (const kept of wrong) expect(accountingOf(kept, batches).rows).to.deep.equal([]);
  });

  it("reads consents of several custodians together, and refuses to leave one out", () => {
    const other = new TestCustodian({ ...ADDRESS, page: 2n });
    other.enrol("ada");
    other.log(BASE + 10, 10, [other.access(0, { minute: 5, actor: 13 })], true);
    const own = [consents[0]!, other.consents[0]!];
    const logs = [custodian, other];
    const { rows, counts, tried } = accountingOfPatient(own, logs);
    expect(timesOf(rows)).to.deep.equal([0, 15, 59, 300]);
    expect(rows.map(({ address }) => address.page)).to.deep.equal([1n, 2n, 1n, 1n]);
    expect([counts.late, tried.keys, tried.records, tried.tries]).to.deep.equal([1, 2, 7, 7]);
    expect(codeThrown(() => accountingOfPatient(own, [custodian]))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => accountingOfPatient([own[0]!, own[0]!], logs))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => accountingOfPatient(own, [custodian, other, custodian]))).to.equal(
      "INVALID_ARGUMENT",
    );
    // Keys of one page are not tried on another.
    expect(accountingOf({ ...consents[0]!, address: other.address }, other.batches).rows).to.deep.equal([]);
  });

  it("refuses a batch that is given twice or has another length, and says no key", () => {
    const [first] = batches as [LoggedBatch];
    const cut = { ...first, body: first.body.slice(0, -2) };
    const more = { ...first, header: { ...first.header, count: 5 } };
    for (const wrong of [[first, first], [cut], [more]]) {
      let error: unknown;
      try {
        accountingOf(consents[0]!, wrong);
      } catch (thrown) {
        error = thrown;
      }
      expect((error as VitalproofError).code).to.equal("INVALID_ARGUMENT");
      const text = inspect(error, { depth: 9 }) + JSON.stringify(error);
      expect(text).to.not.contain(consents[0]!.consent.audit.toString());
    }
  });

  it("H7: counts a batch once that somebody sent again", () => {
    const [first] = batches as [LoggedBatch];
    const again = { ...first, transaction: `0x${"77".repeat(32)}`, block: first.block + 9 };
    const once = accountingOf(consents[0]!, [first]);
    const twice = accountingOf(consents[0]!, [first, again]);
    expect(once.rows.length).to.be.greaterThan(0);
    expect([twice.rows, twice.tried]).to.deep.equal([once.rows, once.tried]);
    // Other content is another batch.
    const other = { ...again, version: first.version + 1 };
    expect(accountingOf(consents[0]!, [first, other]).rows).to.have.length(2 * once.rows.length);
  });

  it("leaves out and counts what a proof excludes, as foreign: outside of window, rights, or counted emergencies", () => {
    const forged = (changes: Partial<Access>, header: Partial<LoggedBatch["header"]> = {}): LoggedBatch => {
      const request = {
        circuit: "access-batch-test",
        address: ADDRESS,
        page: custodian.page,
        base: BASE,
        span: 10,
      };
      const accesses = [custodian.access(0, changes)];
      const made = uncheckedAccessBatch({ ...request, accesses }, { most: 8, nonce: 99n, salt: 1n });
      return { ...batches[0]!, body: made.body, header: { ...made.header, ...header } };
    };
    const count = (batch: LoggedBatch) => {
      const { rows, hidden } = accountingOf(consents[0]!, [batch]);
      return [rows.length, hidden.records, hidden.impossible];
    };
    expect(count(forged({}))).to.deep.equal([1, 0, 0]);
    expect(count(forged({ minute: 10 }))).to.deep.equal([1, 0, 0]);
    expect(count(forged({ minute: 11 }))).to.deep.equal([0, 1, 1]);
    expect(count(forged({ purpose: 7 }))).to.deep.equal([0, 1, 1]);
    expect(count(forged({ role: 4 }))).to.deep.equal([0, 1, 1]);
    expect(count(forged({ class: 0 }))).to.deep.equal([0, 1, 1]);
    expect(count(forged({ purpose: 7, glass: 1 }))).to.deep.equal([1, 0, 0]);
    expect(count(forged({ glass: 1 }, { emergencies: 0 }))).to.deep.equal([0, 1, 1]);
    expect(count(forged({}, { emergencies: 1 }))).to.deep.equal([0, 1, 1]);
    const until = BASE + 5;
    const kept = { ...consents[0]!, consent: { ...consents[0]!.consent, rights: { ...RIGHTS, until } } };
    expect(accountingOf(kept, [forged({ minute: 4 })]).rows.length).to.equal(1);
    expect(accountingOf(kept, [forged({ minute: 5 })]).hidden.impossible).to.equal(1);
  });
});

describe("ledger accounting: a regulator", () => {
  const custodian = story();
  const { batches } = custodian;

  it("reads all accesses of a page with the custodian's master", () => {
    const { rows, counts, tried, hidden } = accountingOfCustodian(MASTER, ADDRESS, 4, batches);
    expect(rows.map(({ slot, actor }) => [slot, actor])).to.deep.equal([
      [1, 12],
      [0, 13],
      [0, 11],
      [2, 14],
      [1, 15],
      [0, 16],
    ]);
    expect(counts).to.deep.equal({ rows: 6, emergencies: 2, late: 0, doubtful: 0 });
    expect(tried).to.deep.equal({ keys: 4, batches: 3, records: 6, tries: 24 });
    expect(hidden).to.deep.equal({ records: 0, emergencies: 0, impossible: 0 });
  });

  it("reads no more than its keys open: fewer slots, another master, another page's", () => {
    const slots = (...args: Parameters<typeof accountingOfCustodian>) => {
      const { rows, hidden } = accountingOfCustodian(...args);
      return [rows.map(({ slot }) => slot), hidden.records, hidden.emergencies];
    };
    expect(slots(MASTER, ADDRESS, 2, batches)).to.deep.equal([[1, 0, 0, 1, 0], 1, 1]);
    expect(slots(MASTER + 1n, ADDRESS, 4, batches)).to.deep.equal([[], 6, 2]);
    expect(slots(MASTER, { ...ADDRESS, page: 2n }, 4, batches)).to.deep.equal([[], 6, 2]);
    expect(slots(MASTER, ADDRESS, 0, batches)).to.deep.equal([[], 6, 2]);
    expect(codeThrown(() => slots(MASTER, ADDRESS, 257, batches))).to.equal("INVALID_ARGUMENT");
    expect(codeThrown(() => slots(MASTER, { ...ADDRESS, page: 0n }, 0, []))).to.equal("INVALID_ARGUMENT");
  });

  it("T33: a master out of the field is refused without its value", () => {
    const marker = FIELD + MASTER;
    try {
      accountingOfCustodian(marker, ADDRESS, 0, []);
      expect.fail("it was accepted");
    } catch (error) {
      expect((error as VitalproofError).code).to.equal("NOT_A_FIELD_ELEMENT");
      expect(inspect(error, { depth: 9 }) + JSON.stringify(error)).to.not.contain(marker.toString());
    }
  });

  it("counts accesses as hidden whose consent has an audit key that is not of the master", () => {
    const other = new TestCustodian();
    other.enrol("ada");
    const kept = other.enrol("bob", { audit: numberOf("an audit key of its own") });
    other.log(BASE, 10, [other.access(0), other.access(1), other.access(1, { glass: 1 })]);
    const { rows, hidden } = accountingOfCustodian(MASTER, ADDRESS, 2, other.batches);
    expect(rows.map(({ slot }) => slot)).to.deep.equal([0]);
    expect(hidden).to.deep.equal({ records: 2, emergencies: 1, impossible: 0 });
    // Its patient reads them.
    expect(accountingOf(kept, other.batches).counts.rows).to.equal(2);
  });

  it("shows both rows of a record that two keys open, and marks them", () => {
    // Found by trying 2,160 nonces: under this one the keys of slots 164 and 127 open one record to two.
    const [nonce, index, owner, other] = [2_159n, 0, 164, 127];
    const filled = 165;
    const { page, patients } = pageOf(filled);
    const audit = auditKeyOf(MASTER, 1n, owner);
    const consent = { ...patients[owner]!.consent, audit };
    const record: AccessRecord = {
      slot: owner,
      actor: 0,
      role: 0,
      purpose: 0,
      class: 0,
      minute: 0,
      glass: 0,
    };
    const { header, body } = uncheckedAccessBatch(
      {
        ...{ circuit: "access-batch-test", address: ADDRESS, page, base: BASE, span: 4_095 },
        accesses: [{ ...record, consent }],
      },
      { most: 8, nonce, salt: 1n },
    );
    const batch = {
      ...{ transaction: id("double"), block: 1, time: 1, version: 1, late: false },
      header,
      body,
    };
    const both = accountingOfCustodian(MASTER, ADDRESS, filled, [batch]);
    expect(both.rows.map((row) => [row.slot, row.index, row.doubtful]).sort()).to.deep.equal([
      [other, index, true],
      [owner, index, true],
    ]);
    expect([both.counts.doubtful, both.hidden.records, both.tried.tries]).to.deep.equal([2, 0, filled]);
    expect(limitsOf(both).join("\n")).to.contain("2 rows can be wrong");
    // With a window of a minute the batch's proof excludes the foreign one.
    const short = { ...batch, header: { ...header, span: 0 } };
    const one = accountingOfCustodian(MASTER, ADDRESS, filled, [short]);
    expect(one.rows.map((row) => [row.slot, row.doubtful])).to.deep.equal([[owner, false]]);
    expect(one.hidden.impossible).to.equal(1);
    expect(findAccesses([BigInt(`0x${body.slice(2)}`)], nonce, { slot: owner, audit })).to.have.length(1);
  }).timeout(20_000);
});

describe("ledger accounting: gaps", () => {
  const batch = (base: number, span: number): LoggedBatch => ({
    ...{ transaction: id(`${base} ${span}`), block: 1, time: 1, version: 1, late: false, body: "0x" },
    header: { count: 0, emergencies: 0, base, span, nonce: 1n },
  });

  it("are the minutes that no window covers, whatever the order and the overlap", () => {
    const batches = [batch(200, 50), batch(100, 10), batch(110, 20), batch(120, 5), batch(131, 9)];
    const gaps = [
      { from: 130, until: 131 },
      { from: 140, until: 200 },
    ];
    expect(gapsOf(batches)).to.deep.equal(gaps);
    expect(minutesOf(gaps)).to.equal(61);
    expect(gapsOf([...batches, batch(135, 65)])).to.deep.equal([gaps[0]]);
    expect(gapsOf([])).to.deep.equal([]);
    expect(gapsOf([batch(5, 0)])).to.deep.equal([]);
  });

  it("are looked for where the caller says, also before the first window and after the last", () => {
    const batches = [batch(100, 10), batch(120, 10)];
    expect(gapsOf(batches, { from: 90, until: 140 })).to.deep.equal([
      { from: 90, until: 100 },
      { from: 110, until: 120 },
      { from: 130, until: 140 },
    ]);
    expect(gapsOf(batches, { from: 105, until: 115 })).to.deep.equal([{ from: 110, until: 115 }]);
    expect(gapsOf(batches, { from: 112 })).to.deep.equal([{ from: 112, until: 120 }]);
    expect(gapsOf(batches, { until: 50 })).to.deep.equal([]);
    expect(gapsOf([], { from: 1, until: 3 })).to.deep.equal([{ from: 1, until: 3 }]);
    expect(codeThrown(() => gapsOf(batches, { from: 2, until: 1 }))).to.equal("INVALID_ARGUMENT");
  });

  it("are in the accounting of each page", () => {
    const custodian = story();
    const gap = { address: ADDRESS, from: BASE + 90, until: BASE + 200 };
    expect(accountingOf(custodian.consents[3]!, custodian.batches).gaps).to.deep.equal([gap]);
    const within = { from: BASE + 150, until: BASE + 310 };
    const { gaps } = accountingOfCustodian(MASTER, ADDRESS, 0, custodian.batches, { within });
    expect(gaps.map(({ from, until }) => [from - BASE, until - BASE])).to.deep.equal([
      [150, 200],
      [300, 310],
    ]);
  });
});

describe("ledger accounting: progress", () => {
  it("is told after each key and batch, up to all tries", () => {
    const custodian = story();
    const told: number[][] = [];
    const onProgress = (...each: number[]) => told.push(each);
    const { tried } = accountingOfCustodian(MASTER, ADDRESS, 3, custodian.batches, { onProgress });
    expect(told).to.have.length(3 * custodian.batches.length);
    expect(told.at(-1)).to.deep.equal([tried.tries, tried.tries]);
  });
});

describe("ledger accounting: random batches", () => {
  const custodian = new TestCustodian();
  for (const name of NAMES) custodian.enrol(name);
  custodian.revoke(3);

  const access = fc
    .record({
      slot: fc.integer({ min: 0, max: 3 }),
      actor: fc.integer({ min: 0, max: 65_535 }),
      role: fc.integer({ min: 0, max: 7 }),
      purpose: fc.integer({ min: 0, max: 7 }),
      class: fc.integer({ min: 0, max: 7 }),
      minute: fc.integer({ min: 0, max: 40 }),
      glass: fc.integer({ min: 0, max: 1 }),
    })
    // What the rights do not allow, or is revoked, breaks the glass.
    .map((each) => {
      const { purposes, roles, classes } = RIGHTS;
      const has = (mask: number, bit: number) => ((mask >> bit) & 1) === 1;
      const allowed = has(purposes, each.purpose) && has(roles, each.role) && has(classes, each.class);
      return { ...each, glass: allowed && each.slot !== 3 ? each.glass : 1 };
    });

  it("the rows of all patients are the accesses, each once, and the regulator's rows are theirs", () => {
    fc.assert(
      fc.property(fc.array(fc.array(access, { maxLength: 8 }), { minLength: 1, maxLength: 3 }), (made) => {
        custodian.batches.length = 0;
        made.forEach((accesses, i) => {
          custodian.log(
            BASE + 40 * i,
            40,
            accesses.map((each) => custodian.access(each.slot, each)),
          );
        });
        const key = (row: { slot: number; at: number; actor: number } & Record<string, unknown>) =>
          [
            row.slot,
            row.at,
            row.actor,
            row.role,
            row.purpose,
            row.class,
            row.emergency,
            row.transaction,
            row.index,
          ].join();
        const wanted = made.flatMap((accesses, i) =>
          accesses.map((each, index) =>
            key({
              slot: each.slot,
              at: (BASE + 40 * i + each.minute) * 60,
              actor: each.actor,
              role: LEDGER_ROLES[each.role],
              purpose: LEDGER_PURPOSES[each.purpose]!.name,
              class: LEDGER_CLASSES[each.class],
              emergency: each.glass === 1,
              transaction: custodian.batches[i]!.transaction,
              index,
            }),
          ),
        );
        const each = custodian.consents.map((kept) => accountingOf(kept, custodian.batches));
        const patients = each.flatMap(({ rows }) => rows.map(key));
        const regulator = accountingOfCustodian(MASTER, ADDRESS, 4, custodian.batches);
        expect(patients.sort()).to.deep.equal([...wanted].sort());
        expect(regulator.rows.map(key).sort()).to.deep.equal([...wanted].sort());
        expect(timesOf(regulator.rows)).to.deep.equal(timesOf(regulator.rows).sort((a, b) => a - b));
        expect(regulator.hidden).to.deep.equal({ records: 0, emergencies: 0, impossible: 0 });
        for (const { rows, hidden } of each) expect(rows.length + hidden.records).to.equal(wanted.length);
      }),
      { numRuns: 12 },
    );
  }).timeout(60_000);
});
