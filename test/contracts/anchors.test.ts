// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { domainOf, ethers, load, time } from "./support/network.ts";
import { Assurance, correctionTime, DAY, graceTime, HOUR, intakeTime, R } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

describe("AnchorRegistry", () => {
  /** World at the first second of the anchoring window of a day. */
  async function opened() {
    const world = await deployWorld();
    const day = BigInt(await time.latest()) / DAY + 2n;
    const dayEnd = (day + 1n) * DAY;
    const from = dayEnd + intakeTime;
    const until = from + graceTime;
    const correctableUntil = until + correctionTime;
    const as = world.anchors.connect(world.attester);
    return { ...world, day, from, until, correctableUntil, as };
  }

  it("A1: writes a root once, in time, by its attester", async () => {
    const { anchors, as, day, from, until, correctableUntil } = await load(opened);
    expect(await anchors.anchorWindow(1n, day)).to.deep.equal([from, until, correctableUntil]);
    await time.setNextBlockTimestamp(from);
    await expect(as.anchor(1n, day, 5n))
      .to.emit(anchors, "DayAnchored")
      .withArgs(1n, day, 5n);
    expect(await anchors.anchorOf(1n, day)).to.deep.equal([5n, from, false]);
    for (const root of [5n, 6n]) {
      await expect(as.anchor(1n, day, root))
        .to.be.revertedWithCustomError(anchors, "AnchorRegistry_AlreadyAnchored")
        .withArgs(1n, day, 5n);
    }
  });

  it("T22, A1: not a second before the window", async () => {
    const { anchors, as, day, from } = await load(opened);
    await time.setNextBlockTimestamp(from - 1n);
    await expect(as.anchor(1n, day, 5n))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_TooEarly")
      .withArgs(1n, day, from);
  });

  it("T22, A1: in the last second of the window, and not after it", async () => {
    const { anchors, as, day, until } = await load(opened);
    await time.setNextBlockTimestamp(until);
    await as.anchor(1n, day, 5n);
    await expect(as.anchor(1n, day - 1n, 5n))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_TooLate")
      .withArgs(1n, day - 1n, until - DAY);
  });

  it("T22: a future day cannot be anchored", async () => {
    const { anchors, as } = await load(opened);
    for (const day of [30_000n, 2n ** 32n - 1n]) {
      await expect(as.anchor(1n, day, 5n)).to.be.revertedWithCustomError(anchors, "AnchorRegistry_TooEarly");
    }
  });

  it("T22: strangers cannot write", async () => {
    const { anchors, day, from, stranger, insurer } = await load(opened);
    await time.setNextBlockTimestamp(from);
    for (const who of [stranger, insurer]) {
      await expect(anchors.connect(who).anchor(1n, day, 5n))
        .to.be.revertedWithCustomError(anchors, "AnchorRegistry_NotAttester")
        .withArgs(1n, who.address);
      await expect(anchors.connect(who).correct(1n, day, 5n, "why")).to.be.revertedWithCustomError(
        anchors,
        "AnchorRegistry_NotAttester",
      );
    }
  });

  it("T22: a root is a field element other than zero", async () => {
    const { anchors, as, day, from, until } = await load(opened);
    await time.setNextBlockTimestamp(from);
    for (const root of [0n, R, R + 1n, 2n ** 256n - 1n]) {
      await expect(as.anchor(1n, day, root))
        .to.be.revertedWithCustomError(anchors, "AnchorRegistry_InvalidRoot")
        .withArgs(root);
    }
    await as.anchor(1n, day, R - 1n);
    await time.setNextBlockTimestamp(until);
    for (const root of [0n, R]) {
      await expect(as.correct(1n, day, root, "why")).to.be.revertedWithCustomError(
        anchors,
        "AnchorRegistry_InvalidRoot",
      );
    }
  });

  it("T22: a correction replaces a root once, with the old root and a reason on record", async () => {
    const { anchors, as, day, from } = await load(opened);
    await time.setNextBlockTimestamp(from);
    await as.anchor(1n, day, 5n);
    await expect(as.correct(1n, day, 5n, "why")).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_SameRoot",
    );
    await expect(as.correct(1n, day, 6n, "")).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_NoReason",
    );
    await time.setNextBlockTimestamp(from + HOUR);
    await expect(as.correct(1n, day, 6n, "a leaf was left out"))
      .to.emit(anchors, "DayCorrected")
      .withArgs(1n, day, 5n, 6n, "a leaf was left out");
    expect(await anchors.anchorOf(1n, day)).to.deep.equal([6n, from + HOUR, true]);
    await expect(as.correct(1n, day, 7n, "again"))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_AlreadyCorrected")
      .withArgs(1n, day);
    await expect(as.anchor(1n, day, 7n)).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_AlreadyAnchored",
    );
  });

  it("T22: a missed day is written by correction, after the window and until the end of the correction time", async () => {
    const { anchors, as, day, until, correctableUntil } = await load(opened);
    await time.setNextBlockTimestamp(until);
    await expect(as.correct(1n, day, 6n, "missed"))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_StillInTime")
      .withArgs(1n, day, until);
    await time.setNextBlockTimestamp(correctableUntil);
    await expect(as.correct(1n, day, 6n, "missed"))
      .to.emit(anchors, "DayCorrected")
      .withArgs(1n, day, 0n, 6n, "missed");
    expect(await anchors.anchorOf(1n, day)).to.deep.equal([6n, correctableUntil, true]);
  });

  it("T22: nothing is written after the correction time", async () => {
    const { anchors, as, day, from, correctableUntil } = await load(opened);
    await time.setNextBlockTimestamp(from);
    await as.anchor(1n, day, 5n);
    await time.setNextBlockTimestamp(correctableUntil + 1n);
    await expect(as.correct(1n, day, 6n, "late"))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_TooLate")
      .withArgs(1n, day, correctableUntil);
    await expect(as.correct(1n, day - 1n, 6n, "late")).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_TooLate",
    );
  });

  it("T22, T28: an attester changes in two steps, and in the middle of a day", async () => {
    const { anchors, as, day, from, correctableUntil, attester, other, stranger } = await load(opened);
    // The last second of the day that is anchored below: the nominee never writes it.
    await time.setNextBlockTimestamp(from - intakeTime - 1n);
    const acceptableFrom = correctableUntil + 1n;
    await expect(as.nominateAttester(1n, other.address))
      .to.emit(anchors, "AttesterNominated")
      .withArgs(1n, attester.address, other.address, acceptableFrom);
    expect(await anchors.nominationOf(1n)).to.deep.equal([other.address, acceptableFrom]);
    await expect(anchors.connect(stranger).acceptAttester(1n))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_NotNominee")
      .withArgs(1n, stranger.address, other.address);
    await time.setNextBlockTimestamp(from);
    await as.anchor(1n, day, 5n);
    await expect(anchors.connect(other).correct(1n, day, 6n, "not yet")).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_NotAttester",
    );
    await time.setNextBlockTimestamp(acceptableFrom - 1n);
    await expect(anchors.connect(other).acceptAttester(1n))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_NominationTooEarly")
      .withArgs(1n, acceptableFrom);
    await time.setNextBlockTimestamp(acceptableFrom);
    await expect(anchors.connect(other).acceptAttester(1n))
      .to.emit(anchors, "AttesterChanged")
      .withArgs(1n, attester.address, other.address);
    expect(await anchors.attesterOf(1n)).to.equal(other.address);
    expect(await anchors.nominationOf(1n)).to.deep.equal([ZeroAddress, 0n]);
    // Nothing that ended before the nomination was public can be changed by who takes over.
    await expect(anchors.connect(other).correct(1n, day, 6n, "too late"))
      .to.be.revertedWithCustomError(anchors, "AnchorRegistry_TooLate")
      .withArgs(1n, day, correctableUntil);
    await expect(as.anchor(1n, day + 1n, 6n)).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_NotAttester",
    );
    await anchors.connect(other).correct(1n, day + 1n, 6n, "missed");
    await expect(anchors.connect(other).acceptAttester(1n)).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_NotNominee",
    );
  });

  it("T22: a nomination is withdrawn by nominating nobody, and begins anew with another", async () => {
    const { anchors, as, other, stranger } = await load(opened);
    await as.nominateAttester(1n, other.address);
    await as.nominateAttester(1n, ZeroAddress);
    const { acceptableFrom } = await anchors.nominationOf(1n);
    await time.increaseTo(acceptableFrom);
    await expect(anchors.connect(other).acceptAttester(1n)).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_NotNominee",
    );
    await as.nominateAttester(1n, stranger.address);
    await expect(anchors.connect(stranger).acceptAttester(1n)).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_NominationTooEarly",
    );
  });

  it("groups are numbered from 1 and keep their times", async () => {
    const { anchors, stranger } = await load(opened);
    await expect(anchors.connect(stranger).createGroup(0n, HOUR, DAY, Assurance.SelfAttested))
      .to.emit(anchors, "GroupCreated")
      .withArgs(2n, stranger.address, 0n, HOUR, DAY, Assurance.SelfAttested);
    expect(await anchors.groupCount()).to.equal(2n);
    expect(await anchors.group(2n)).to.deep.equal([stranger.address, 0n, HOUR, DAY, Assurance.SelfAttested]);
  });

  it("groups may take 180 days together, to the second", async () => {
    const { anchors, stranger } = await load(opened);
    await anchors.connect(stranger).createGroup(60n * DAY, 60n * DAY, 60n * DAY, Assurance.SelfAttested);
    const [, until, correctableUntil] = await anchors.anchorWindow(2n, 0n);
    expect([until, correctableUntil]).to.deep.equal([121n * DAY, 181n * DAY]);
  });

  for (const [what, times] of [
    ["less than an hour of grace", [0n, HOUR - 1n, 0n]],
    ["more than 180 days together", [60n * DAY, 60n * DAY, 60n * DAY + 1n]],
    ["times that would overflow", [2n ** 32n - 1n, 2n ** 32n - 1n, 2n ** 32n - 1n]],
  ] as const) {
    it(`refuses a group with ${what}`, async () => {
      const { anchors } = await load(opened);
      await expect(anchors.createGroup(...times, Assurance.SelfAttested))
        .to.be.revertedWithCustomError(anchors, "AnchorRegistry_InvalidTimes")
        .withArgs(...times);
    });
  }

  it("unknown groups are named as such", async () => {
    const { anchors } = await load(opened);
    for (const group of [0n, 2n]) {
      const calls = [
        () => anchors.group(group),
        () => anchors.attesterOf(group),
        () => anchors.anchorWindow(group, 1n),
        () => anchors.anchor(group, 1n, 1n),
        () => anchors.correct(group, 1n, 1n, "why"),
        () => anchors.nominateAttester(group, ZeroAddress),
      ];
      for (const call of calls) {
        await expect(call())
          .to.be.revertedWithCustomError(anchors, "AnchorRegistry_UnknownGroup")
          .withArgs(group);
      }
    }
  });

  it("T29: receipts can be held against the current attester", async () => {
    const { anchors, attester, stranger } = await load(opened);
    const types = {
      Receipt: [
        { name: "group", type: "uint256" },
        { name: "leaf", type: "uint256" },
        { name: "ctx", type: "uint64" },
        { name: "receivedAt", type: "uint64" },
        { name: "anchorDay", type: "uint32" },
      ],
    };
    const value = {
      group: 1n,
      leaf: R - 1n,
      ctx: 2n ** 56n - 1n,
      receivedAt: 1_800_000_000n,
      anchorDay: 20_833n,
    };
    const args = [value.group, value.leaf, value.ctx, value.receivedAt, value.anchorDay] as const;
    const domain = await domainOf("Vitalproof Anchors", anchors);
    expect(await anchors.receiptDigest(...args)).to.equal(ethers.TypedDataEncoder.hash(domain, types, value));
    const signature = await attester.signTypedData(domain, types, value);
    expect(await anchors.isReceiptOfAttester(...args, signature)).to.equal(true);
    expect(
      await anchors.isReceiptOfAttester(
        1n,
        value.leaf - 1n,
        value.ctx,
        value.receivedAt,
        value.anchorDay,
        signature,
      ),
    ).to.equal(false);
    expect(
      await anchors.isReceiptOfAttester(...args, await stranger.signTypedData(domain, types, value)),
    ).to.equal(false);
  });
});
