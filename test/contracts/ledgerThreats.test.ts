// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the ledger's chain shows to everybody, and what somebody who only wants to disturb can do.
import { ownSlotWitness, packRights, readHistory, rebuildPage, revokeActionOf } from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { toBeHex } from "ethers";
import { patientOf, RIGHTS } from "../support/ledgerPage.ts";
import { deployLedger, minute, TestPage } from "./support/ledger.ts";
import { ethers, takesItsBlocksAlong, time } from "./support/network.ts";
import { idOf, simulated } from "./support/realCircuits.ts";

const MINUTE = 60;

describe("HealthLedger: threats", () => {
  takesItsBlocksAlong();

  it("H15: who disturbs by force pays with slots of their own, and what was logged before still goes, late", async () => {
    const world = await deployLedger();
    const { ledger, custodian, stranger } = world;
    const page = await TestPage.open(world);
    await page.grant(6);
    const before = page.state;
    const since = Number((await ledger.pageOf(1n)).since);
    await time.increase(60 * MINUTE);
    const force = async (slot: number, by = slot) => {
      const { consent, secret } = page.patients[by]!;
      const action = revokeActionOf(page.address);
      const witness = ownSlotWitness({ leaves: page.state.leaves, slot: by, consent, secret, action });
      const proof = simulated("own-slot", witness.publicInputs);
      return ledger.connect(stranger).revokeByForce(1n, idOf("own-slot"), slot, proof);
    };
    // A proof about one's own slot ends no other.
    await expect(force(0, 3)).to.be.revertedWithCustomError(ledger, "HealthLedger_NotProven");
    for (const slot of [3, 4, 5]) {
      expect((await (await force(slot)).wait())!.gasUsed > 150_000n, "it is not cheap").to.equal(true);
      await expect(force(slot), "once").to.be.revertedWithCustomError(ledger, "HealthLedger_NotLive");
    }
    const { args } = page.accesses(since, 30, [page.access(0), page.access(3)], before);
    await expect(ledger.connect(custodian).logAccesses(1n, ...args)).to.be.revertedWithCustomError(
      ledger,
      "HealthLedger_OutsideWindow",
    );
    const { versions } = rebuildPage(await readHistory(page.address.ledger, stranger, 1n));
    const way = versions.slice(versions.findLastIndex((each) => each.live === before.live));
    await expect(ledger.connect(custodian).logLate(1n, way, ...args)).to.emit(ledger, "AccessesLogged");
  });

  it("H15: a stranger closes no window: not with a batch of none, nor a patient with their own emergencies, now or late", async () => {
    const world = await deployLedger();
    const { ledger, custodian, next, stranger } = world;
    const page = await TestPage.open(world);
    await page.grant(3);
    const since = Number((await ledger.pageOf(1n)).since);
    await time.increase(60 * MINUTE);
    // Both are proven, and true: an empty batch takes no opening, an emergency that of the patient's own consent.
    const empty = page.accesses(since, 50, []);
    const emergency = page.accesses(since, 50, [page.access(2, { glass: 1 })]);
    const before = page.state;
    const refuses = (sent: Promise<unknown>) =>
      expect(sent).to.be.revertedWithCustomError(ledger, "HealthLedger_NotCustodian");
    for (const { args } of [empty, emergency])
      await refuses(ledger.connect(stranger).logAccesses(1n, ...args));
    await page.revoke(1);
    const { versions } = rebuildPage(await readHistory(page.address.ledger, stranger, 1n));
    const way = versions.slice(versions.findLastIndex((each) => each.live === before.live));
    for (const { args } of [empty, emergency])
      await refuses(ledger.connect(stranger).logLate(1n, way, ...args));
    // After a hand-over it is the next custodian who logs, also what came before it.
    await ledger.connect(custodian).nominateCustodian(1n, next.address);
    await ledger.connect(next).acceptCustodian(1n);
    const { args } = page.accesses(since, 50, [page.access(1)], before);
    await refuses(ledger.connect(custodian).logLate(1n, way, ...args));
    await expect(ledger.connect(next).logLate(1n, way, ...args)).to.emit(ledger, "AccessesLogged");
  });

  it("H12: a batch whose last word lacks its zeros is taken by the contract, and read all the same", async () => {
    const world = await deployLedger();
    const { ledger, custodian } = world;
    const page = await TestPage.open(world);
    await page.grant(2);
    const since = Number((await ledger.pageOf(1n)).since);
    await time.increase(60 * MINUTE);
    const { args, batch } = page.accesses(since, 50, [page.access(1)]);
    const data = ledger.interface.encodeFunctionData("logAccesses", [1n, ...args]);
    // The body has 31 bytes of the last word; a contract reads a zero beyond its input.
    expect(data.endsWith("00")).to.equal(true);
    const sent = await custodian.sendTransaction({ to: page.address.ledger, data: data.slice(0, -2) });
    expect((await sent.wait())!.status).to.equal(1);
    // The same with a body that begins between two words: then the input without its last zero has whole words.
    const later = page.accesses(since + 50, 5, [page.access(0)]);
    const plain = ledger.interface.encodeFunctionData("logAccesses", [1n, ...later.args]);
    const [offset, length] = [plain.slice(0, 10 + 64 * 12), plain.slice(10 + 64 * 13, 10 + 64 * 14)];
    const shifted = `${offset}${(13 * 32 + 1).toString(16).padStart(64, "0")}00${length}${later.batch.body.slice(2)}`;
    expect((shifted.length - 10) % 64).to.equal(0);
    await (await custodian.sendTransaction({ to: page.address.ledger, data: shifted })).wait();
    const { batches } = rebuildPage(await readHistory(page.address.ledger, custodian, 1n));
    expect(batches.map(({ body }) => body)).to.deep.equal([batch.body, later.batch.body]);
  });

  it("H17: a custodian can invent a patient, which nothing here shows: a stated limit", async () => {
    const world = await deployLedger();
    const page = await TestPage.open(world);
    // Keys that the custodian made: nobody is behind them.
    await page.grant(1, () => patientOf("nobody", { ...RIGHTS }));
    expect(await world.ledger.isLive(1n, 0)).to.equal(true);
  });

  it("H18: calldata and events have no key, secret, right, grantee, actor or record of a consent in them", async () => {
    const world = await deployLedger();
    const { ledger, custodian } = world;
    const page = await TestPage.open(world);
    await page.grant(4);
    const since = Number((await ledger.pageOf(1n)).since);
    await time.increase(90 * MINUTE);
    const accesses = [0, 1, 2, 3, 0].map((slot, i) =>
      page.access(slot, { minute: 7 * i, actor: 0xbe00 + i }),
    );
    const logged = page.accesses(since, 60, accesses);
    await ledger.connect(custodian).logAccesses(1n, ...logged.args);
    await page.revoke(2);

    const blocks = Array.from({ length: (await ethers.provider.getBlockNumber()) + 1 }, (_, i) => i);
    const all: string[] = [];
    for (const number of blocks) {
      const block = await ethers.provider.getBlock(number, true);
      for (const { to, data, hash } of block!.prefetchedTransactions) {
        if (to !== page.address.ledger) continue;
        const { logs } = (await ethers.provider.getTransactionReceipt(hash))!;
        all.push(data, ...logs.flatMap((log) => [log.data, ...log.topics]));
      }
    }
    const text = all.join("|").toLowerCase();
    expect(text.length).to.be.greaterThan(4_000);
    const words = [0, 1, 2, 3].flatMap((slot) => {
      const { consent, secret, key } = page.patients[slot]!;
      return [consent.audit, consent.signer, consent.handle, secret, ...key.publicKey];
    });
    for (const word of words) {
      const hex = toBeHex(word).slice(2);
      expect(hex.length).to.be.greaterThan(56);
      expect(text).to.not.include(hex);
    }
    // Shorter values, as whole words and with what stands beside them where they are packed.
    for (const { consent } of page.patients) {
      expect(text).to.not.include(packRights(consent.rights).toString(16).padStart(64, "0"));
      expect(text).to.not.include(packRights(consent.rights).toString(16));
      expect(text).to.not.include(toBeHex(consent.grantee, 32).slice(2));
    }
    // With the key of the consent everything is there; without it nothing is.
    expect(text).to.not.include("be00be01");
    expect(await minute()).to.be.greaterThan(since);
  });
});
