// SPDX-License-Identifier: GPL-3.0-or-later
//
// A custodian's page when one kind of batch is refused, when somebody else's batch looks like its own, and when an access
// cannot be logged any more.
import { expect } from "chai";
import { CustodianDesk } from "../../../test/support/custodianDesk.ts";
import { refusalOf } from "../../../test/support/refusal.ts";
import { eventOfBatch } from "../src/ledger/custodian/batches.ts";
import type { StoredAccesses } from "../src/ledger/custodian/state.ts";
import { type LedgerChain, packAccessHeader } from "../src/ledger/index.ts";

/** A chain that refuses calls of one name while its switch is on. */
function refusing(
  chain: LedgerChain,
  name: "logAccesses" | "changeConsents",
  isOn: () => boolean,
): LedgerChain {
  const call = chain[name] as (...args: unknown[]) => Promise<never>;
  return {
    ...chain,
    [name]: async (...args: unknown[]) => {
      if (isOn()) throw new Error("CircuitNotUsable");
      return call(...args);
    },
  };
}

const codeOf = async (act: Promise<unknown>) => (await refusalOf(act)).code;
const messageOf = (act: Promise<unknown>) =>
  act.then(
    () => "nothing",
    (error: Error) => error.message,
  );

describe("a custodian's page in trouble", () => {
  it("H13: revokes while its accesses are refused, and logs them once they are not", async () => {
    const desk = await CustodianDesk.with(2);
    let isSuspended = true;
    await desk.open({ chain: refusing(desk.world.chain, "logAccesses", () => isSuspended) });
    await desk.page.look();
    const { actor } = await desk.record(0);
    desk.pass(2);
    // The batch is made, stored and refused.
    expect(await messageOf(desk.page.close())).to.equal("CircuitNotUsable");
    await desk.page.revoke(1, desk.patients.get(1)!.secret);
    expect(await messageOf(desk.page.advance())).to.equal("CircuitNotUsable");
    expect((await desk.world.chain.page(1n)).live).to.equal(1n);
    expect(await desk.actorsOf(0)).to.deep.equal([]);
    isSuspended = false;
    desk.pass(1);
    expect((await desk.page.close()).waiting).to.equal(0);
    expect(await desk.actorsOf(0)).to.deep.equal([actor]);
  });

  it("logs accesses while its consents are refused", async () => {
    const desk = await CustodianDesk.with(1);
    await desk.open({ chain: refusing(desk.world.chain, "changeConsents", () => true) });
    await desk.page.look();
    await desk.give();
    const { actor } = await desk.record(0);
    desk.pass(2);
    expect(await messageOf(desk.page.close())).to.equal("CircuitNotUsable");
    expect(await desk.actorsOf(0)).to.deep.equal([actor]);
  });

  it("H8: does not take a batch with the nonce of its own, and another header, for its own", () => {
    const header = { count: 1, emergencies: 0, base: 28_000_000, span: 5, nonce: 77n };
    const batch = { kind: "accesses", header } as StoredAccesses;
    const event = { kind: "logged", hash: "0x1", blockNumber: 1, time: 0, version: 1 } as const;
    const own = { ...event, header: packAccessHeader(header) };
    const copied = { ...event, header: packAccessHeader({ ...header, count: 0 }) };
    expect(eventOfBatch(batch, [copied])).to.equal(undefined);
    expect(eventOfBatch(batch, [copied, own])).to.equal(own);
  });

  it("an access that time ran out for stays in the reports, and can be left out, also as an emergency", async () => {
    const desk = await CustodianDesk.with(2);
    const ordinary = await desk.record(0);
    const urgent = await desk.record(1, { glass: 1 });
    desk.pass(2);
    await desk.world.forceRevoke(0);
    desk.pass(8 * 24 * 60);
    const { missed } = await desk.page.close();
    expect(missed.map(({ access, reason }) => [access.key, reason])).to.deep.equal([
      [ordinary.key, "too-late"],
      [urgent.key, "too-late"],
    ]);
    expect(await codeOf(desk.page.breakGlass(ordinary.key))).to.equal("INVALID_ARGUMENT");
    for (const { key } of [ordinary, urgent]) await desk.page.leaveOut(key);
    expect((await desk.page.close()).missed.map(({ isLeft }) => isLeft)).to.deep.equal([true, true]);
  });

  it("a key of an access that is no Unicode is refused before anything is written", async () => {
    const desk = await CustodianDesk.with(1);
    expect(await codeOf(desk.page.record(desk.access(0, { key: "half \ud800" })))).to.equal(
      "INVALID_ARGUMENT",
    );
    expect((await desk.page.look()).waiting).to.equal(0);
  });

  it("a store whose parts are not whole is refused with the record's name", async () => {
    for (const damage of [
      (text: string) => text.replace(/"offered":\d+/, '"offered":"x"'),
      (text: string) => text.replace(/"page":"#1"/, '"page":"#2"'),
      (text: string) => text.replace(/"final":\{/, '"final":[],"_":{'),
    ]) {
      const desk = await CustodianDesk.with(1);
      const store = desk.disk.start();
      const [key] = (await store.keys("ledger/")).filter((each) => each.endsWith("/state"));
      const text = (await store.read(key!))!;
      expect(damage(text)).to.not.equal(text);
      await store.write(key!, damage(text));
      expect(await codeOf(desk.open())).to.equal("LOG_CORRUPT");
    }
  });
});
