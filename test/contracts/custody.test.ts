// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { load } from "./support/network.ts";
import { deployWorld } from "./support/world.ts";

describe("Custody", () => {
  /** An escrow that no product has opened: `stranger` is its module, `other` its owner, with 100 in it. */
  async function opened() {
    const world = await deployWorld();
    const { custody, token, stranger, other, insurer } = world;
    await custody.connect(stranger).open(token, other.address);
    const escrow = await custody.escrowCount();
    await token.mint(insurer.address, 1000n);
    await token.connect(insurer).approve(custody, 1000n);
    await custody.connect(insurer).fund(escrow, 100n);
    const money = async (id = escrow) => {
      const { free, committed } = await custody.escrow(id);
      return [free, committed];
    };
    return { ...world, escrow, money, module: custody.connect(stranger), owner: custody.connect(other) };
  }

  it("opens an escrow for an owner, with the caller as its module", async () => {
    const { custody, token, stranger, other, escrow } = await load(opened);
    await expect(custody.connect(stranger).open(token, other.address))
      .to.emit(custody, "EscrowOpened")
      .withArgs(escrow + 1n, stranger.address, other.address, await token.getAddress());
    expect(await custody.escrow(escrow + 1n)).to.deep.equal([
      await token.getAddress(),
      other.address,
      stranger.address,
      0n,
      0n,
    ]);
  });

  it("refuses a token without code, and no owner", async () => {
    const { custody, token, stranger } = await load(opened);
    await expect(custody.open(stranger.address, stranger.address))
      .to.be.revertedWithCustomError(custody, "Custody_NotAContract")
      .withArgs(stranger.address);
    await expect(custody.open(token, ZeroAddress)).to.be.revertedWithCustomError(
      custody,
      "Custody_ZeroAddress",
    );
  });

  it("P2: what arrives is free, what is withdrawn is gone", async () => {
    const { custody, owner, token, insurer, payee, escrow, money } = await load(opened);
    const accounted = await custody.accountedIn(token);
    await expect(custody.connect(insurer).fund(escrow, 7n))
      .to.emit(custody, "EscrowFunded")
      .withArgs(escrow, insurer.address, 7n);
    expect(await money()).to.deep.equal([107n, 0n]);
    expect(await custody.accountedIn(token)).to.equal(accounted + 7n);
    await expect(owner.withdraw(escrow, 107n, payee.address))
      .to.emit(custody, "EscrowWithdrawn")
      .withArgs(escrow, payee.address, 107n);
    expect(await money()).to.deep.equal([0n, 0n]);
    expect(await token.balanceOf(payee)).to.equal(107n);
    expect(await custody.accountedIn(token)).to.equal(accounted - 100n);
    expect(await token.balanceOf(custody)).to.equal(accounted - 100n);
  });

  it("P1: committed money is the module's to release or pay, and nobody's to withdraw", async () => {
    const { custody, module, owner, token, payee, escrow, money } = await load(opened);
    await module.commit(escrow, 60n);
    expect(await money()).to.deep.equal([40n, 60n]);
    await expect(owner.withdraw(escrow, 41n, payee.address))
      .to.be.revertedWithCustomError(custody, "Custody_InsufficientFree")
      .withArgs(escrow, 40n, 41n);
    await expect(module.commit(escrow, 41n))
      .to.be.revertedWithCustomError(custody, "Custody_InsufficientFree")
      .withArgs(escrow, 40n, 41n);
    await module.release(escrow, 10n);
    expect(await money()).to.deep.equal([50n, 50n]);
    await module.pay(escrow, 30n, payee.address);
    expect(await money()).to.deep.equal([50n, 20n]);
    expect(await token.balanceOf(payee)).to.equal(30n);
    for (const call of [module.release(escrow, 21n), module.pay(escrow, 21n, payee.address)]) {
      await expect(call)
        .to.be.revertedWithCustomError(custody, "Custody_InsufficientCommitted")
        .withArgs(escrow, 20n, 21n);
    }
  });

  it("P6: a module reaches the escrows that it opened and no other; an owner is no module", async () => {
    const { custody, module, owner, payee, insurer, escrow, program, escrowOf, moneyOf } = await load(opened);
    const before = await moneyOf(program);
    const foreign = await escrowOf(program);
    for (const [contract, id] of [
      [module, foreign],
      [owner, escrow],
      [custody.connect(insurer), foreign],
      [module, 99n],
    ] as const) {
      for (const call of [
        contract.commit(id, 1n),
        contract.release(id, 1n),
        contract.pay(id, 1n, payee.address),
      ]) {
        await expect(call).to.be.revertedWithCustomError(custody, "Custody_NotModule");
      }
    }
    await expect(module.withdraw(escrow, 1n, payee.address)).to.be.revertedWithCustomError(
      custody,
      "Custody_NotOwner",
    );
    expect(await moneyOf(program)).to.deep.equal(before);
  });

  it("P6: escrows in one token do not touch each other's money", async () => {
    const { custody, module, owner, token, stranger, other, insurer, payee, escrow, money } =
      await load(opened);
    await custody.connect(stranger).open(token, other.address);
    await custody.connect(insurer).fund(escrow + 1n, 3n);
    await expect(owner.withdraw(escrow + 1n, 4n, payee.address)).to.be.revertedWithCustomError(
      custody,
      "Custody_InsufficientFree",
    );
    await module.commit(escrow + 1n, 3n);
    await module.pay(escrow + 1n, 3n, payee.address);
    expect(await money()).to.deep.equal([100n, 0n]);
  });

  it("refuses to send to nobody or to itself", async () => {
    const { custody, module, owner, escrow } = await load(opened);
    await module.commit(escrow, 1n);
    for (const to of [ZeroAddress, await custody.getAddress()]) {
      for (const call of [owner.withdraw(escrow, 1n, to), module.pay(escrow, 1n, to)]) {
        await expect(call).to.be.revertedWithCustomError(custody, "Custody_InvalidRecipient").withArgs(to);
      }
    }
  });

  it("refuses to be funded with nothing, or beyond 128 bits with what is committed", async () => {
    const { custody, module, token, insurer, escrow } = await load(opened);
    await expect(custody.connect(insurer).fund(escrow, 0n))
      .to.be.revertedWithCustomError(custody, "Custody_NothingReceived")
      .withArgs(escrow, 0n);
    await module.commit(escrow, 60n);
    const most = 2n ** 128n - 1n - 100n;
    await token.mint(insurer.address, most + 1n);
    await token.connect(insurer).approve(custody, most + 1n);
    await expect(custody.connect(insurer).fund(escrow, most + 1n)).to.be.revertedWithCustomError(
      custody,
      "SafeCastOverflowedUintDowncast",
    );
    await custody.connect(insurer).fund(escrow, most);
    await module.release(escrow, 60n);
    expect((await custody.escrow(escrow)).free).to.equal(2n ** 128n - 1n);
  });

  it("T26: a direct donation changes no entitlement, cannot be taken out, and is nobody's funding", async () => {
    const { custody, owner, token, insurer, payee, escrow, money } = await load(opened);
    await token.mint(await custody.getAddress(), 1_000_000n);
    expect(await money()).to.deep.equal([100n, 0n]);
    await expect(owner.withdraw(escrow, 101n, payee.address)).to.be.revertedWithCustomError(
      custody,
      "Custody_InsufficientFree",
    );
    await custody.connect(insurer).fund(escrow, 5n);
    expect(await money()).to.deep.equal([105n, 0n]);
  });

  it("unknown escrows are named as such", async () => {
    const { custody, payee } = await load(opened);
    for (const id of [0n, 99n]) {
      for (const call of [
        custody.escrow(id),
        custody.fund(id, 1n),
        custody.withdraw(id, 1n, payee.address),
      ]) {
        await expect(call).to.be.revertedWithCustomError(custody, "Custody_UnknownEscrow").withArgs(id);
      }
    }
  });
});
