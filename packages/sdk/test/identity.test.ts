// SPDX-License-Identifier: GPL-3.0-or-later
import { inspect } from "node:util";
import { expect } from "chai";
import {
  controllerOf,
  createIdentity,
  exportIdentity,
  FIELD,
  Identity,
  importIdentity,
  type PolicySlot,
} from "../src/index.ts";
import { codeRejected, codeThrown } from "./support.ts";

const PASSWORD = "correct horse battery";
const slot: PolicySlot = {
  chainId: 59_141n,
  claims: "0x00000000000000000000000000000000000000C1",
  program: 7n,
  index: 0,
};

describe("identity", () => {
  it("T33: a backup opens with its password and shows neither secret nor subject", async () => {
    const identity = createIdentity();
    const text = await exportIdentity(identity, PASSWORD, { logN: 14 });
    const back = await importIdentity(text, PASSWORD);
    expect(back.secret()).to.equal(identity.secret());
    for (const value of [identity.secret(), identity.subject]) {
      expect(text).to.not.contain(value.toString());
      expect(text).to.not.contain(value.toString(16));
    }
    const again = await exportIdentity(identity, PASSWORD, { logN: 14 });
    expect(JSON.parse(again).salt).to.not.equal(JSON.parse(text).salt);
    expect(JSON.parse(again).nonce).to.not.equal(JSON.parse(text).nonce);
  });

  it("T33: a wrong password or any changed field does not open it", async () => {
    const text = await exportIdentity(createIdentity(), PASSWORD, { logN: 14 });
    expect(await codeRejected(importIdentity(text, `${PASSWORD}!`))).to.equal("IDENTITY_WRONG_PASSWORD");
    const backup = JSON.parse(text) as Record<string, string>;
    for (const field of ["salt", "nonce", "sealed"]) {
      const flipped = (backup[field]!.startsWith("0") ? "1" : "0") + backup[field]!.slice(1);
      const changed = JSON.stringify({ ...backup, [field]: flipped });
      expect(await codeRejected(importIdentity(changed, PASSWORD)), field).to.equal(
        "IDENTITY_WRONG_PASSWORD",
      );
    }
    expect(await codeRejected(importIdentity(JSON.stringify({ ...backup, logN: 15 }), PASSWORD))).to.equal(
      "IDENTITY_WRONG_PASSWORD",
    );
  });

  it("texts of another form, hostile costs and weak passwords are refused", async () => {
    const text = await exportIdentity(createIdentity(), PASSWORD, { logN: 14 });
    const backup = JSON.parse(text) as Record<string, unknown>;
    const bad: unknown[] = [
      null,
      [],
      { ...backup, format: "vitalproof/identity/2" },
      { ...backup, logN: 40 },
      { ...backup, logN: 1.5 },
      { ...backup, salt: "xx" },
      { ...backup, sealed: undefined },
    ];
    for (const value of bad) {
      expect(await codeRejected(importIdentity(JSON.stringify(value), PASSWORD))).to.equal(
        "IDENTITY_NOT_UNDERSTOOD",
      );
    }
    expect(await codeRejected(importIdentity("{", PASSWORD))).to.equal("IDENTITY_NOT_UNDERSTOOD");
    expect(await codeRejected(exportIdentity(createIdentity(), "short"))).to.equal("INVALID_ARGUMENT");
    expect(await codeRejected(exportIdentity(createIdentity(), PASSWORD, { logN: 10 }))).to.equal(
      "INVALID_ARGUMENT",
    );
    for (const secret of [0n, FIELD, -1n])
      expect(codeThrown(() => new Identity(secret))).to.equal("NOT_A_FIELD_ELEMENT");
  });

  it("T32: every policy has its own controller, found again from the identity, unrelated to the others", () => {
    const identity = createIdentity();
    const again = new Identity(identity.secret());
    const slots: PolicySlot[] = [
      slot,
      { ...slot, index: 1 },
      { ...slot, program: 8n },
      { ...slot, chainId: 1n },
      { ...slot, claims: "0x00000000000000000000000000000000000000C2" },
      { ...slot, program: 70n, index: 1 },
    ];
    const keys = slots.map((one) => controllerOf(identity, one).privateKey);
    expect(new Set(keys).size).to.equal(slots.length);
    expect(slots.map((one) => controllerOf(again, one).privateKey)).to.deep.equal(keys);
    expect(controllerOf(identity, { ...slot, claims: slot.claims.toLowerCase() }).privateKey).to.equal(
      keys[0],
    );
    expect(controllerOf(createIdentity(), slot).privateKey).to.not.equal(keys[0]);
    for (const bad of [{ index: -1 }, { index: 0.5 }, { program: -1n }, { chainId: -1n }]) {
      expect(codeThrown(() => controllerOf(identity, { ...slot, ...bad }))).to.equal("INVALID_ARGUMENT");
    }
  });

  it("T32: holders of one person in two scopes are unlinkable by what is public, subjects stay apart from both", () => {
    const identity = createIdentity();
    const names = [identity.subject, identity.holder(1n), identity.holder(2n), identity.holder(0n)];
    expect(new Set(names).size).to.equal(names.length);
  });

  it("T33: printing or serialising an identity shows no secret", () => {
    const identity = createIdentity();
    const shown = [
      JSON.stringify(identity),
      inspect(identity, { depth: 9, showHidden: true }),
      String(identity),
    ].join();
    expect(shown).to.not.contain(identity.secret().toString());
    expect(shown).to.not.contain(identity.secret().toString(16));
  });
});
