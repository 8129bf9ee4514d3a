// SPDX-License-Identifier: GPL-3.0-or-later
//
// The contract of the health ledger: rules that no circuit can keep for it. Proofs are of the real circuits' keys, and
// true of whatever is asked.

import { anyValue } from "@nomicfoundation/hardhat-ethers-chai-matchers/withArgs";
import {
  accessDomainOf,
  consentDomainOf,
  grantDomainOf,
  type PageState,
  packRights,
  pageRootOf,
  revokeActionOf,
} from "@vitalproof/sdk/ledger";
import { expect } from "chai";
import { dataSlice, ZeroAddress } from "ethers";
import type { CallingAccount } from "../../types/ethers-contracts/index.js";
import { RIGHTS } from "../support/ledgerPage.ts";
import { deployLedger, LATE_TIME, minute, TestPage } from "./support/ledger.ts";
import { ethers, load, takesItsBlocksAlong, time } from "./support/network.ts";
import { familyOf, idOf, simulated } from "./support/realCircuits.ts";
import { delay } from "./support/values.ts";

const MINUTE = 60;

describe("HealthLedger", () => {
  takesItsBlocksAlong();

  const empty = async () => {
    const world = await deployLedger();
    return { ...world, page: await TestPage.open(world) };
  };
  const filled = async () => {
    const world = await deployLedger();
    const page = await TestPage.open(world);
    await page.grant(5);
    return { ...world, page };
  };
  const fresh = async <T extends { page: TestPage }>(fixture: () => Promise<T>): Promise<T> => {
    const loaded = await load(fixture);
    return { ...loaded, page: loaded.page.copy() };
  };

  it("is made of a registry, and of nothing else", async () => {
    const { ledger, circuits, stranger } = await load(empty);
    expect(await ledger.circuits()).to.equal(await circuits.getAddress());
    expect(await ledger.lateTime()).to.equal(LATE_TIME);
    const factory = await ethers.getContractFactory("HealthLedger");
    await expect(factory.deploy({ circuits: stranger.address, lateTime: 0 }))
      .to.be.revertedWithCustomError(ledger, "HealthLedger_NotAContract")
      .withArgs(stranger.address);
  });

  describe("pages", () => {
    it("open empty, with the SDK's root and domains", async () => {
      const { ledger, custodian, page } = await load(empty);
      const state = await ledger.pageOf(1n);
      expect([state.root, state.live, state.custodian]).to.deep.equal([
        pageRootOf([]),
        0n,
        custodian.address,
      ]);
      expect([state.since, state.logged]).to.deep.equal([BigInt(await minute()), BigInt(await minute())]);
      expect(await ledger.accessDomainOf(1n)).to.equal(accessDomainOf(page.address));
      expect(await ledger.consentDomainOf(1n)).to.equal(consentDomainOf(page.address));
      expect(await ledger.grantDomainOf(1n)).to.equal(grantDomainOf(page.address));
      expect(await ledger.revokeActionOf(1n)).to.equal(revokeActionOf(page.address));
      await expect(ledger.pageOf(2n))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_UnknownPage")
        .withArgs(2n);
      await expect(ledger.openPage(1n << 50n)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_InvalidForm",
      );
    });

    it("change hands in two steps, and consents stay", async () => {
      const { ledger, custodian, next, stranger, page } = await fresh(filled);
      await expect(ledger.connect(stranger).nominateCustodian(1n, stranger.address))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_NotCustodian")
        .withArgs(stranger.address, custodian.address);
      await expect(ledger.connect(custodian).nominateCustodian(2n, next.address))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_UnknownPage")
        .withArgs(2n);
      await expect(ledger.connect(custodian).nominateCustodian(1n, next.address))
        .to.emit(ledger, "CustodianNominated")
        .withArgs(1n, next.address);
      await expect(ledger.connect(stranger).acceptCustodian(1n))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_NotNominee")
        .withArgs(stranger.address, next.address);
      await ledger.connect(next).acceptCustodian(1n);
      await expect(ledger.connect(next).acceptCustodian(1n)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotNominee",
      );
      expect((await ledger.pageOf(1n)).custodian).to.equal(next.address);
      expect(await ledger.isLive(1n, 4)).to.equal(true);
      const batch = page.batch(page.newGrants(1).map(({ grant }) => grant));
      await expect(
        ledger.connect(custodian).changeConsents(...page.changes(batch)),
      ).to.be.revertedWithCustomError(ledger, "HealthLedger_NotCustodian");
      await ledger.connect(next).changeConsents(...page.changes(batch));
      await ledger.connect(next).nominateCustodian(1n, stranger.address);
      await ledger.connect(next).nominateCustodian(1n, ZeroAddress);
      await expect(ledger.connect(stranger).acceptCustodian(1n)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotNominee",
      );
    });
  });

  describe("consents", () => {
    it("are added by the custodian, in the order of slots, and each change is a version", async () => {
      const { ledger, custodian, stranger, page } = await fresh(empty);
      const batch = page.batch(page.newGrants(3).map(({ grant }) => grant));
      const changes = page.changes(batch);
      await expect(ledger.connect(stranger).changeConsents(...changes)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotCustodian",
      );
      await expect(ledger.connect(custodian).changeConsents(...changes))
        .to.emit(ledger, "ConsentsChanged")
        .withArgs(1n, 1n, batch.root, 0b111n, 3n, 0n);
      const state = await ledger.pageOf(1n);
      expect([state.root, state.live, state.filled, state.version]).to.deep.equal([
        batch.root,
        0b111n,
        3n,
        1n,
      ]);
    });

    it("H7 H11: a batch is for one state: the same again, or after a revocation by force, is void", async () => {
      const { ledger, custodian, stranger, page } = await fresh(filled);
      const batch = page.changes(page.batch(page.newGrants(1).map(({ grant }) => grant)));
      const forced = simulated("own-slot", [pageRootOf(page.state.leaves), 2n, revokeActionOf(page.address)]);
      await ledger.connect(stranger).revokeByForce(1n, idOf("own-slot"), 2, forced);
      await expect(ledger.connect(custodian).changeConsents(...batch)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_InvalidLiveBits",
      );
      page.state = { ...page.state, live: page.state.live & ~4n };
      const again = page.changes(page.batch(page.newGrants(1).map(({ grant }) => grant)));
      await ledger.connect(custodian).changeConsents(...again);
      await expect(ledger.connect(custodian).changeConsents(...again)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotProven",
      );
    });

    it("H10 H13: a stranger's batch of revocations is taken", async () => {
      const { ledger, page } = await fresh(filled);
      await page.revoke(0, 3);
      expect((await ledger.pageOf(1n)).live).to.equal(0b10110n);
      expect((await ledger.pageOf(1n)).root).to.equal(pageRootOf(page.state.leaves));
    });

    it("H2: no word can be another than the proven one", async () => {
      const { ledger, custodian, page } = await fresh(filled);
      const honest = page.changes(
        page.batch(
          page.newGrants(2).map(({ grant }) => grant),
          [page.revocation(1)],
        ),
      );
      const [id, circuit, revoked, root, live, digest, proof, leaves] = honest;
      const send = (...args: typeof honest) => ledger.connect(custodian).changeConsents(...args);
      for (const [title, args] of [
        ["revoked", [id, circuit, 2, root, live, digest, proof, leaves]],
        ["root", [id, circuit, revoked, root + 1n, live, digest, proof, leaves]],
        ["live", [id, circuit, revoked, root, live & ~1n, digest, proof, leaves]],
        ["digest", [id, circuit, revoked, root, live, digest + 1n, proof, leaves]],
        ["a leaf", [id, circuit, revoked, root, live, digest, proof, [leaves[0]!, leaves[1]! + 1n]]],
        ["a leaf less", [id, circuit, revoked, root, live & ~(1n << 6n), digest, proof, [leaves[0]!]]],
        ["a leaf more", [id, circuit, revoked, root, live, digest, proof, [...leaves, 0n]]],
      ] as readonly [string, typeof honest][]) {
        await expect(send(...args), title).to.be.revertedWithCustomError(ledger, "HealthLedger_NotProven");
      }
      await send(...honest);
    });

    it("H14: a leaf or a root that is not a field element is refused, since its alias would be proven", async () => {
      const { ledger, custodian, page } = await fresh(filled);
      const [id, circuit, revoked, root, live, digest, proof, leaves] = page.changes(
        page.batch(page.newGrants(1).map(({ grant }) => grant)),
      );
      const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
      const send = (r: bigint, l: readonly bigint[], d = digest) =>
        ledger.connect(custodian).changeConsents(id, circuit, revoked, r, live, d, proof, [...l]);
      await expect(send(root, [leaves[0]! + R])).to.be.revertedWithCustomError(
        { interface: ledger.interface },
        "Transcripts_NotInField",
      );
      await expect(send(root + R, leaves)).to.be.revertedWithCustomError(ledger, "HealthLedger_InvalidRoot");
      await expect(send(0n, leaves)).to.be.revertedWithCustomError(ledger, "HealthLedger_InvalidRoot");
      await expect(send(root, leaves, digest + R)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotProven",
      );
    });

    it("C2: whatever a circuit lets through, no used slot comes alive again, and none beyond the new ones", async () => {
      const { ledger, custodian, stranger, page } = await fresh(filled);
      await page.revoke(2);
      for (const live of [page.state.live | 4n, page.state.live | (1n << 5n)]) {
        await expect(
          ledger
            .connect(stranger)
            .changeConsents(
              1n,
              idOf("consent-batch"),
              1,
              5n,
              live,
              6n,
              simulated("consent-batch", [1n, 2n, 3n]),
              [],
            ),
        )
          .to.be.revertedWithCustomError(ledger, "HealthLedger_InvalidLiveBits")
          .withArgs(1n, live);
      }
      await expect(
        ledger
          .connect(custodian)
          .changeConsents(
            1n,
            idOf("consent-batch"),
            0,
            5n,
            0n,
            6n,
            simulated("consent-batch", [1n, 2n, 3n]),
            [],
          ),
      ).to.be.revertedWithCustomError(ledger, "HealthLedger_NothingChanges");
      const unproven = simulated("consent-batch", [1n, 2n, 3n]);
      const filling = (granted: number) => {
        const leaves = Array<bigint>(granted).fill(1n);
        return ledger
          .connect(custodian)
          .changeConsents(1n, idOf("consent-batch"), 0, 5n, 0n, 6n, unproven, leaves);
      };
      await expect(filling(252))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_PageFull")
        .withArgs(1n, 5n, 252n);
      // The last slot as well can be given.
      await expect(filling(251)).to.be.revertedWithCustomError(ledger, "HealthLedger_NotProven");
    });

    it("H19: the form of a page is one of its words", async () => {
      const world = await load(deployLedger);
      const form = packRights(RIGHTS);
      const page = await TestPage.open(world, form);
      const grants = page.newGrants(1).map(({ grant }) => grant);
      const without = page.changes(page.batch(grants, [], 0n));
      await expect(
        world.ledger.connect(world.custodian).changeConsents(...without),
      ).to.be.revertedWithCustomError(world.ledger, "HealthLedger_NotProven");
      await world.ledger.connect(world.custodian).changeConsents(...page.changes(page.batch(grants)));
    });

    it("H11: revoking by force takes the page's root, a live slot, this page, this contract", async () => {
      const { ledger, stranger, page } = await fresh(filled);
      const root = pageRootOf(page.state.leaves);
      const action = revokeActionOf(page.address);
      const force = (slot: number, inputs: readonly bigint[]) =>
        ledger.connect(stranger).revokeByForce(1n, idOf("own-slot"), slot, simulated("own-slot", inputs));
      for (const inputs of [
        [root, 1n, action],
        [pageRootOf(page.state.leaves.slice(1)), 2n, action],
        [root, 2n, revokeActionOf({ ...page.address, page: 2n })],
        [root, 2n, revokeActionOf({ ...page.address, ledger: stranger.address })],
        [root, 2n, revokeActionOf({ ...page.address, chainId: 1n })],
      ])
        await expect(force(2, inputs)).to.be.revertedWithCustomError(ledger, "HealthLedger_NotProven");
      await expect(force(2, [root, 2n, action]))
        .to.emit(ledger, "ConsentRevokedByForce")
        .withArgs(1n, 2n, 2n);
      expect(await ledger.isLive(1n, 2)).to.equal(false);
      await expect(force(2, [root, 2n, action]))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_NotLive")
        .withArgs(1n, 2n);
      await expect(force(9, [root, 9n, action])).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotLive",
      );
    });
  });

  it("takes batches of both kinds over a page whose live bits are in both halves of their word", async () => {
    const world = await deployLedger();
    const { ledger, custodian } = world;
    const page = await TestPage.open(world);
    for (let batch = 0; batch < 9; batch++) await page.grant(16);
    // Slots 128 to 143 are in the upper half: a new consent, a revocation, and an access there.
    await page.grant(1);
    await page.revoke(129);
    const base = await minute();
    await time.increase(10 * MINUTE);
    const { args } = page.accesses(base, 5, [page.access(143), page.access(3)]);
    await expect(ledger.connect(custodian).logAccesses(1n, ...args)).to.emit(ledger, "AccessesLogged");
    expect(await ledger.isLive(1n, 143)).to.equal(true);
    expect(await ledger.isLive(1n, 129)).to.equal(false);
  });

  describe("accesses", () => {
    it("are logged by the custodian, in windows that follow each other, and an empty one says that there were none", async () => {
      const { ledger, custodian, page } = await fresh(filled);
      const since = Number((await ledger.pageOf(1n)).since);
      await time.increase(300 * MINUTE);
      const first = page.accesses(since, 100, [
        page.access(0),
        page.access(4, { minute: 100, glass: 1, purpose: 7 }),
      ]);
      await expect(ledger.connect(custodian).logAccesses(1n, ...first.args))
        .to.emit(ledger, "AccessesLogged")
        .withArgs(1n, 1n, first.batch.headerWord);
      await expect(ledger.connect(custodian).logAccesses(1n, ...first.args), "H7: a batch again")
        .to.be.revertedWithCustomError(ledger, "HealthLedger_OutsideWindow")
        .withArgs(1n, since + 100, anyValue);
      const quiet = page.accesses(since + 100, 50, []);
      expect(quiet.batch.body).to.equal("0x");
      await ledger.connect(custodian).logAccesses(1n, ...quiet.args);
      expect((await ledger.pageOf(1n)).logged).to.equal(since + 150);
      const later = page.accesses(since + 200, 50, [page.access(1)]);
      await ledger.connect(custodian).logAccesses(1n, ...later.args);
    });

    it("H6: not before the version, not in the future, not under another version", async () => {
      const { ledger, custodian, page } = await fresh(filled);
      const since = Number((await ledger.pageOf(1n)).since);
      await time.increase(100 * MINUTE);
      const now = await minute();
      const log = (base: number, span: number, state?: PageState) =>
        ledger.connect(custodian).logAccesses(1n, ...page.accesses(base, span, [page.access(0)], state).args);
      await expect(log(since - 1, 5)).to.be.revertedWithCustomError(ledger, "HealthLedger_OutsideWindow");
      await expect(log(now - 5, 7)).to.be.revertedWithCustomError(ledger, "HealthLedger_OutsideWindow");
      const before = page.state;
      await page.revoke(3);
      await time.increase(100 * MINUTE);
      await expect(log(await minute(), 0, before)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotProven",
      );
      await log(await minute(), 0);
    });

    it("H2 H14: every byte of the body and every word of the head is bound, and no body is ragged", async () => {
      const { ledger, custodian, page } = await fresh(filled);
      const since = Number((await ledger.pageOf(1n)).since);
      await time.increase(300 * MINUTE);
      const accesses = Array.from({ length: 9 }, (_, i) => page.access(i % 5, { minute: i }));
      const [circuit, header, digest, proof, body] = page.accesses(since + (since % 2), 100, accesses).args;
      const log = (h: bigint, d: bigint, b: string) =>
        ledger.connect(custodian).logAccesses(1n, circuit, header ^ h, d, proof, b);
      const bytes = Buffer.from(body.slice(2), "hex");
      expect(bytes.length).to.equal(93);
      for (const at of [0, 30, 31, 61, 62, 92]) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1;
        await expect(
          log(0n, digest, `0x${flipped.toString("hex")}`),
          `byte ${at}`,
        ).to.be.revertedWithCustomError(ledger, "HealthLedger_NotProven");
      }
      // Other counts of as many words, emergencies, base, span, nonce, and a bit beyond all fields.
      for (const bit of [
        0b10n,
        0b11n,
        1n << 16n,
        1n << 32n,
        1n << 64n,
        1n << 80n,
        1n << 175n,
        1n << 176n,
        1n << 254n,
      ])
        await expect(log(bit, digest, body), `${bit}`).to.be.revertedWithCustomError(
          ledger,
          "HealthLedger_NotProven",
        );
      for (const ragged of [dataSlice(body, 0, 92), `${body}00`, `${body}${"00".repeat(31)}`, "0x"])
        await expect(log(0n, digest, ragged))
          .to.be.revertedWithCustomError(ledger, "HealthLedger_WrongBodyLength")
          .withArgs((ragged.length - 2) / 2, 93n);
      await expect(log(9n ^ 5n, digest, body)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_WrongBodyLength",
      );
      await log(0n, digest, body);
    });

    it("H7: a proof is for one page and one contract", async () => {
      const { ledger, custodian, page } = await fresh(filled);
      await ledger.connect(custodian).openPage(0n);
      await time.increase(300 * MINUTE);
      const base = (await minute()) - 10;
      const { args } = page.accesses(base, 5, [page.access(0)]);
      await expect(ledger.connect(custodian).logAccesses(2n, ...args)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_NotProven",
      );
    });

    it("come late under a version that ended, in time, and its windows follow each other too", async () => {
      const { ledger, custodian, page } = await fresh(filled);
      const started = await ledger.pageOf(1n);
      const since = Number(started.since);
      await time.increase(200 * MINUTE);
      const versions: {
        before: string;
        root: bigint;
        live: bigint;
        since: number;
        until: number;
        logged: number;
      }[] = [];
      const end = async (...slots: number[]) => {
        const was = await ledger.pageOf(1n);
        await page.revoke(...slots);
        const { history, root, live, logged } = was;
        const until = Number((await ledger.pageOf(1n)).since);
        versions.push({
          before: history,
          root,
          live,
          since: Number(was.since),
          until,
          logged: Number(logged),
        });
      };
      const before = page.state;
      await ledger.connect(custodian).logAccesses(1n, ...page.accesses(since, 50, [page.access(0)]).args);
      await end(3);
      await time.increase(20 * MINUTE);
      await end(4);
      const [ended] = versions;
      const late = (base: number, span: number, list = versions, state = before) =>
        ledger
          .connect(custodian)
          .logLate(1n, list, ...page.accesses(base, span, [page.access(0)], state).args);
      await expect(late(since + 49, 5))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_OutsideWindow")
        .withArgs(1n, since + 50, ended!.until);
      await expect(late(ended!.until - 5, 6)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_OutsideWindow",
      );
      for (const list of [
        [],
        versions.slice(0, 1),
        versions.toReversed(),
        [{ ...versions[0]!, until: ended!.until + 50 }, versions[1]!],
        [{ ...versions[0]!, logged: 0 }, versions[1]!],
        [{ ...versions[0]!, live: 0b11111n }, versions[1]!].map((each, i) =>
          i === 0 ? { ...each, since: 0 } : each,
        ),
      ])
        await expect(late(since + 50, 5, list as typeof versions)).to.be.revertedWithCustomError(
          ledger,
          "HealthLedger_OtherHistory",
        );
      await expect(late(since + 50, 100))
        .to.emit(ledger, "AccessesLogged")
        .withArgs(1n, 1n, anyValue);
      await expect(late(since + 100, 5), "again").to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_OutsideWindow",
      );
      await late(since + 150, 5);
      expect(await ledger.lateLogged(1n, versions[1]!.before)).to.equal(since + 155);
      const last = versions.slice(1);
      await late(last[0]!.since, 5, last, { ...before, live: last[0]!.live });
      const lastMinute = (ended!.until + Number(LATE_TIME)) * MINUTE;
      await time.increaseTo(lastMinute + MINUTE - 2);
      await late(since + 155, 5);
      await time.increaseTo(lastMinute + MINUTE);
      await expect(late(since + 160, 5))
        .to.be.revertedWithCustomError(ledger, "HealthLedger_TooLate")
        .withArgs(1n, ended!.until);
    });
  });

  describe("circuits", () => {
    it("V1 V2: of another family, unknown, suspended, retired: nothing is accepted, and what was suspended goes on afterwards", async () => {
      const { ledger, circuits, governor, guardian, custodian, page } = await fresh(filled);
      await time.increase(300 * MINUTE);
      const base = (await minute()) - 10;
      const { args } = page.accesses(base, 5, [page.access(0)]);
      const [, ...rest] = args;
      for (const other of [idOf("consent-batch"), `0x${"77".repeat(32)}`])
        await expect(ledger.connect(custodian).logAccesses(1n, other, ...rest))
          .to.be.revertedWithCustomError(ledger, "HealthLedger_CircuitNotUsable")
          .withArgs(other, `${familyOf("ledger-access")}`);
      await circuits.connect(guardian).suspend(idOf("access-batch-64"), "a test");
      await expect(ledger.connect(custodian).logAccesses(1n, ...args)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_CircuitNotUsable",
      );
      await circuits.connect(guardian).endSuspension(idOf("access-batch-64"));
      await ledger.connect(custodian).logAccesses(1n, ...args);
      await circuits.connect(governor).scheduleRetirement(idOf("access-batch-64"));
      await time.increase(delay);
      const later = page.accesses(await minute(), 0, [page.access(0)]);
      await expect(ledger.connect(custodian).logAccesses(1n, ...later.args)).to.be.revertedWithCustomError(
        ledger,
        "HealthLedger_CircuitNotUsable",
      );
    });
  });

  it("H12: consents and records are sent by accounts: in a contract's calldata nobody would find them", async () => {
    const { ledger, custodian, stranger, page } = await fresh(filled);
    const wallet = (await ethers.deployContract("CallingAccount")) as unknown as CallingAccount;
    type Call = "nominateCustodian" | "acceptCustodian" | "changeConsents" | "logAccesses";
    const call = (name: Call, args: readonly unknown[]) =>
      wallet
        .connect(stranger)
        .execute(ledger, ledger.interface.encodeFunctionData(name as "logAccesses", args as never));
    await time.increase(300 * MINUTE);
    const base = (await minute()) - 10;
    await ledger.connect(custodian).nominateCustodian(1n, wallet);
    await call("acceptCustodian", [1n]);
    await expect(call("logAccesses", [1n, ...page.accesses(base, 5, [page.access(0)]).args]))
      .to.be.revertedWithCustomError(ledger, "HealthLedger_NotDirect")
      .withArgs(await wallet.getAddress());
    const batch = page.batch(page.newGrants(1).map(({ grant }) => grant));
    await expect(call("changeConsents", page.changes(batch))).to.be.revertedWithCustomError(
      ledger,
      "HealthLedger_NotDirect",
    );
    // Nor by an account that is delegated to code (EIP-7702), in a call to itself.
    await ethers.provider.send("hardhat_setCode", [
      stranger.address,
      `0xef0100${(await wallet.getAddress()).slice(2)}`,
    ]);
    const delegated = wallet.attach(stranger.address) as typeof wallet;
    await call("nominateCustodian", [1n, stranger.address]);
    await ledger.connect(stranger).acceptCustodian(1n);
    const data = ledger.interface.encodeFunctionData("logAccesses", [
      1n,
      ...page.accesses(base, 5, [page.access(0)]).args,
    ]);
    await expect(delegated.connect(stranger).execute(ledger, data))
      .to.be.revertedWithCustomError(ledger, "HealthLedger_NotDirect")
      .withArgs(stranger.address);
    // What is in no calldata may come from anyone.
    const revoked = page.batch([], [page.revocation(1)]);
    await call("changeConsents", page.changes(revoked));
    expect(await ledger.isLive(1n, 1)).to.equal(false);
  });

  it("H12: nor by a contract that is being made, which has no code yet", async () => {
    const { ledger } = await fresh(filled);
    const { interface: calls } = ledger;
    const now = (await minute()) + 60;
    const header = BigInt(now) << 32n;
    const none = {
      a: [0n, 0n],
      b: [
        [0n, 0n],
        [0n, 0n],
      ],
      c: [0n, 0n],
    } as never;
    const logging = calls.encodeFunctionData("logAccesses", [
      2n,
      idOf("access-batch-64"),
      header,
      0n,
      none,
      "0x",
    ]);
    await time.setNextBlockTimestamp(now * MINUTE);
    const made = ethers.deployContract("CallingConstructor", [
      ledger.target,
      [calls.encodeFunctionData("openPage", [0n]), logging],
    ]);
    await expect(made).to.be.revertedWithCustomError(ledger, "HealthLedger_NotDirect");
  });
});
