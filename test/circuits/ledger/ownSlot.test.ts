// SPDX-License-Identifier: GPL-3.0-or-later
//
// H11: a slot is somebody's who knows the consent and the secret behind its handle, and nobody else's.
import { R } from "@vitalproof/hardhat-circom/attack";
import {
  bindSlotWitness,
  type OwnSlotRequest,
  ownSlotWitness,
  packRights,
  revokeActionOf,
} from "@vitalproof/sdk/ledger";
import { uncheckedOwnSlot } from "@vitalproof/sdk/measure";
import { expect } from "chai";
import { ADDRESS, pageOf, RIGHTS } from "../../support/ledgerPage.ts";
import { type Circuit, compileInstance } from "../support/circuit.ts";
import type { CircuitInput } from "../support/tester.ts";

describe("circuits: ledger, own slot", function () {
  this.timeout(120_000);
  let own: Circuit;
  let bind: Circuit;
  const { page, patients } = pageOf(200);
  const request: OwnSlotRequest = {
    leaves: page.leaves,
    slot: 103,
    ...patients[103]!,
    action: revokeActionOf(ADDRESS),
  };
  before(async () => {
    [own, bind] = await Promise.all([compileInstance("own-slot"), compileInstance("bind-slot")]);
  });

  const said = (changes: Partial<OwnSlotRequest>, change: Record<string, unknown> = {}): CircuitInput =>
    ({ ...uncheckedOwnSlot({ ...request, ...changes }).circuitInput(), ...change }) as CircuitInput;

  it("holds for every owner, at both ends of a page", async () => {
    for (const slot of [0, 15, 16, 103, 199]) {
      const witness = ownSlotWitness({ ...request, slot, ...patients[slot]! });
      expect(await own.accepts(witness.circuitInput() as CircuitInput), `${slot}`).to.equal(true);
      await own.honest(witness.circuitInput() as CircuitInput);
    }
  });

  const other = patients[104]!;
  const lies: readonly (readonly [string, Partial<OwnSlotRequest>, Record<string, unknown>?])[] = [
    ["another slot", { slot: 104 }],
    ["another patient's consent", { consent: other.consent }],
    ["the secret of another consent", { secret: other.secret }],
    ["an empty slot", { slot: 230 }],
    ["the root of another page", {}, { root: 5n }],
    ["a slot that is 256 more", {}, { slot: 103n + 256n }],
    ["a slot that is an alias", {}, { slot: R - 1n }],
    ["wider rights", {}, { rights: packRights({ ...RIGHTS, purposes: 255 }) }],
  ];
  for (const [title, changes, change] of lies) {
    it(`H11: not for ${title}`, async () => {
      expect(await own.accepts(said(changes, change))).to.equal(false);
      if (change === undefined)
        expect(() => ownSlotWitness({ ...request, ...changes })).to.throw(/is not one of this/);
    });
  }

  it("shows rights and grantee where a contract relies on them, and no others", async () => {
    const witness = bindSlotWitness(request);
    const input = witness.circuitInput() as CircuitInput;
    expect(await bind.accepts(input)).to.equal(true);
    expect(witness.publicInputs.slice(3)).to.deep.equal([
      packRights(RIGHTS),
      BigInt(patients[103]!.consent.grantee),
    ]);
    const others: readonly CircuitInput[] = [
      { rights: packRights({ ...RIGHTS, until: 50_000_000 }) },
      { grantee: 5n },
      { slot: 104n },
    ];
    for (const change of others) expect(await bind.accepts({ ...input, ...change })).to.equal(false);
  });
});
