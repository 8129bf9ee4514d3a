// SPDX-License-Identifier: GPL-3.0-or-later
//
// H1, H4, H5, H6: every access that is outside of its consent makes a batch that no witness satisfies. The liar's witness
// generator has no checks of its own, so it is the constraints that refuse.

import { Forger, survivors } from "@vitalproof/hardhat-circom/attack";
import {
  type Access,
  type AccessBatch,
  accessFault,
  ciphersOf,
  consentLeafOf,
  findAccesses,
  type PageState,
  unpackRights,
} from "@vitalproof/sdk/ledger";
import { uncheckedAccessBatch } from "@vitalproof/sdk/measure";
import { expect } from "chai";
import { ADDRESS, numberOf, pageOf, RIGHTS } from "../../support/ledgerPage.ts";
import { type Circuit, compileCircuit, compileInstance } from "../support/circuit.ts";
import { inputWires } from "../support/inputs.ts";
import type { CircuitInput } from "../support/tester.ts";

const MOST = 8;
const BASE = 29_500_000;
const SPAN = 4_000;
const NONCE = numberOf("nonce") & ((1n << 96n) - 1n);
const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

describe("circuits: ledger, access batch", function () {
  this.timeout(300_000);
  let circuit: Circuit;
  const { page, patients } = pageOf(200);
  before(async () => {
    circuit = await compileInstance("access-batch-test");
  });

  const access = (slot: number, changes: Partial<Access> = {}): Access => ({
    ...{ slot, actor: 7 * slot, role: 2, purpose: 1, class: 5, minute: 100 + slot, glass: 0 },
    consent: patients[slot]!.consent,
    ...changes,
  });
  const honest = [access(3), access(17), access(3, { minute: 0 }), access(199, { class: 7 }), access(0)];

  type Changes = { page?: PageState; base?: number; span?: number; nonce?: bigint };
  const batchOf = (accesses: readonly Access[], changes: Changes = {}): AccessBatch => {
    const { nonce = NONCE, ...rest } = changes;
    return uncheckedAccessBatch(
      { circuit: "access-batch-64", address: ADDRESS, page, base: BASE, span: SPAN, accesses, ...rest },
      { most: MOST, nonce, salt: numberOf("salt") },
    );
  };
  const inputOf = (accesses: readonly Access[], changes: Changes = {}): CircuitInput =>
    batchOf(accesses, changes).witness.circuitInput() as CircuitInput;
  const accepts = (accesses: readonly Access[], changes: Changes = {}) =>
    circuit.accepts(inputOf(accesses, changes));
  const faultOf = (one: Access, changes: Changes = {}) =>
    accessFault(one, { page, base: BASE, span: SPAN, ...changes });
  const dead = (slot: number): PageState => ({ ...page, live: page.live & ~(1n << BigInt(slot)) });
  /** A page in which one consent has other rights. */
  const withRights = (slot: number, rights: Partial<typeof RIGHTS>) => {
    const consent = { ...patients[slot]!.consent, rights: { ...RIGHTS, ...rights } };
    const leaves = page.leaves.map((leaf, s) => (s === slot ? consentLeafOf(consent) : leaf));
    return { page: { ...page, leaves }, consent };
  };

  it("holds for honest batches, from one access to all, and SDK and circuit have one digest and one point", async () => {
    for (const accesses of [
      honest.slice(0, 1),
      honest,
      Array.from({ length: MOST }, (_, i) => access(20 * i)),
    ]) {
      await circuit.honest(inputOf(accesses));
      expect(await accepts(accesses)).to.equal(true);
    }
  });

  it("H4: the patient reads exactly their own accesses, out of the body alone", () => {
    const { body, header } = batchOf(honest);
    const found = findAccesses(ciphersOf(body, header.count), header.nonce, {
      slot: 3,
      audit: patients[3]!.consent.audit,
    });
    const records = honest.map(({ consent: _, ...record }) => record);
    expect(found).to.deep.equal([
      { index: 0, record: records[0] },
      { index: 2, record: records[2] },
    ]);
    const stranger = { slot: 5, audit: patients[5]!.consent.audit };
    expect(findAccesses(ciphersOf(body, header.count), header.nonce, stranger)).to.deep.equal([]);
  });

  const lies: readonly (readonly [string, () => readonly [readonly Access[], Changes?]])[] = [
    ["purpose that is not allowed", () => [[...honest, access(9, { purpose: 3 })]]],
    ["role that is not allowed", () => [[...honest, access(9, { role: 4 })]]],
    ["class that is not allowed", () => [[...honest, access(9, { class: 0 })]]],
    ["revoked consent", () => [[...honest, access(9)], { page: dead(9) }]],
    [
      "consent that is in no page",
      () => [[...honest, access(9, { consent: { ...patients[9]!.consent, audit: 5n } })]],
    ],
    [
      "rights widened",
      () => [
        [
          ...honest,
          access(9, {
            purpose: 3,
            consent: { ...patients[9]!.consent, rights: { ...RIGHTS, purposes: 255 } },
          }),
        ],
      ],
    ],
    ["consent of another slot", () => [[...honest, access(9, { slot: 10 })]]],
    ["slot that is empty", () => [[...honest, access(9, { slot: 210 })]]],
    ["glass broken over an empty slot", () => [[...honest, access(9, { slot: 210, glass: 1 })]]],
    ["minute after the window", () => [[...honest, access(9, { minute: SPAN + 1 })]]],
  ];
  for (const [title, make] of lies) {
    it(`H1 H5: ${title}`, async () => {
      const [accesses, changes] = make();
      expect(faultOf(accesses.at(-1)!, changes)).not.to.equal(undefined);
      expect(await accepts(accesses, changes)).to.equal(false);
    });
  }

  it("H6: the last minute of a consent is in, and the first after it is out", async () => {
    for (const [minute, fits] of [
      [99, true],
      [100, false],
    ] as const) {
      const { page: other, consent } = withRights(9, { until: BASE + 100 });
      const accesses = [access(9, { minute, consent })];
      expect(await accepts(accesses, { page: other }), `${minute}`).to.equal(fits);
      expect(faultOf(accesses[0]!, { page: other })).to.equal(fits ? undefined : "expired");
    }
    const { page: over, consent } = withRights(9, { until: 0 });
    expect(await accepts([access(9, { consent })], { page: over })).to.equal(false);
  });

  it("H5: broken glass opens a revoked consent, for any purpose, and is counted and read by its patient", async () => {
    const accesses = [...honest, access(9, { glass: 1, purpose: 3, role: 7, class: 0 })];
    const changes = { page: dead(9) };
    expect(await accepts(accesses, changes)).to.equal(true);
    const { body, header } = batchOf(accesses, changes);
    expect(header.emergencies).to.equal(1);
    const mine = { slot: 9, audit: patients[9]!.consent.audit };
    const [found] = findAccesses(ciphersOf(body, header.count), header.nonce, mine);
    expect(found?.record).to.include({ glass: 1, purpose: 3 });
  });

  /** Inputs whose public words say something else, with transcript and point made anew for what is said. */
  const said = (change: (words: Record<string, unknown>) => void, accesses = honest): CircuitInput => {
    const input = { ...inputOf(accesses) } as Record<string, unknown>;
    change(input);
    return input as CircuitInput;
  };

  it("H5: an emergency is not hidden: not the flag, and not its count", async () => {
    const glass = [...honest, access(9, { glass: 1, purpose: 3 })];
    // The flag dropped from the record and kept for the policy.
    const { body } = batchOf(glass);
    expect(body).not.to.equal(batchOf([...honest, access(9, { purpose: 3 })]).body);
    expect(
      await circuit.accepts(
        said((input) => {
          input.glass = [0, 0, 0, 0, 0, 0, 0, 0];
        }, glass),
      ),
    ).to.equal(false);
  });

  it("H1: a field beyond its bits, and glass that is no bit, in a record or without one", async () => {
    for (const [name, value] of [
      ["glass", 2n],
      ["glass", R - 1n],
      ["role", 8n],
      ["slot", 256n],
      ["actor", 1n << 16n],
      ["minute", R - 1n],
      ["until", 1n << 26n],
    ] as const) {
      for (const i of [0, MOST - 1]) {
        const input = said((inputs) => {
          inputs[name] = (inputs[name] as bigint[]).map((was, k) => (k === i ? value : was));
        });
        expect(await circuit.accepts(input), `${name} ${i}`).to.equal(false);
      }
    }
  });

  it("H1: fewer accesses counted than logged, or more", async () => {
    for (const count of [honest.length - 1, honest.length + 1, MOST + 1, -1]) {
      expect(
        await circuit.accepts(
          said((input) => {
            input.count = count;
          }),
        ),
        `${count}`,
      ).to.equal(false);
    }
  });

  it("H2: digest, point and value are one: another of any is refused", async () => {
    for (const name of ["digest", "x", "y", "salt"]) {
      expect(
        await circuit.accepts(
          said((input) => {
            input[name] = (input[name] as bigint) + 1n;
          }),
        ),
        name,
      ).to.equal(false);
    }
  });

  it("H4: one cipher for one record: no hint of the split can be another, but for digits of one number", async () => {
    const encrypt = await compileCircuit({ file: "ledger/record.circom", call: "Encrypt()" });
    const input = { record: 123_456_789n, audit: patients[3]!.consent.audit, nonce: NONCE };
    const witness = await encrypt.honest(input);
    const forger = new Forger(encrypt.system, inputWires(encrypt, Object.keys(input)));
    const { found, tried } = survivors(forger, witness, forger.hints);
    expect(tried).to.be.greaterThan(1_000);
    expect(found.filter(({ signal }) => !/AtMost_\d+_\d+\.digits/.test(signal))).to.deep.equal([]);
  });

  it("H8: each access of a batch has a pad of its own, and so has each batch", () => {
    const same = [access(3), access(3)];
    const [first, second] = ciphersOf(batchOf(same).body, 2);
    expect(first).not.to.equal(second);
    expect(batchOf(same, { nonce: NONCE + 1n }).body).not.to.equal(batchOf(same).body);
  });

  it("rights are read as they were packed", () => {
    expect(unpackRights((40_000_000n << 24n) | 0xf0_0f_16n)).to.deep.equal(RIGHTS);
  });
});
