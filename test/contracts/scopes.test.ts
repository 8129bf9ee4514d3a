// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ethers, load } from "./support/network.ts";
import { deployWorld } from "./support/world.ts";

describe("scopes", () => {
  it("needs an anchor registry", async () => {
    const factory = await ethers.getContractFactory("ScopeRegistry");
    await expect(factory.deploy(ZeroAddress))
      .to.be.revertedWithCustomError(factory, "ScopeRegistry_NotAContract")
      .withArgs(ZeroAddress);
  });

  it("T12: a scope's element is a hash over chain, registry and number, mod r", async () => {
    const { scopes, anchors, insurer, stranger, scopeElement } = await load(deployWorld);
    expect(await scopes.elementOf(1n)).to.equal(await scopeElement(1n));
    expect(await scopes.scope(1n)).to.deep.equal([insurer.address, 1n]);
    expect(await scopes.anchors()).to.equal(await anchors.getAddress());
    await expect(scopes.connect(stranger).createScope(1n))
      .to.emit(scopes, "ScopeCreated")
      .withArgs(2n, stranger.address, 1n, await scopeElement(2n));
    expect(await scopeElement(2n)).not.to.equal(await scopeElement(1n));
    expect(await scopes.scopeCount()).to.equal(2n);
    const other = await ethers.deployContract("ScopeRegistry", [anchors]);
    expect(await other.getFunction("elementOf")(1n)).not.to.equal(await scopeElement(1n));
  });

  it("a scope needs a group that exists", async () => {
    const { scopes, anchors } = await load(deployWorld);
    await expect(scopes.createScope(2n)).to.be.revertedWithCustomError(
      anchors,
      "AnchorRegistry_UnknownGroup",
    );
  });

  it("its creator lets others in, and out again; programs that exist stay", async () => {
    const { scopes, claims, insurer, stranger, offer } = await load(deployWorld);
    await expect(scopes.connect(stranger).setMember(1n, stranger.address, true))
      .to.be.revertedWithCustomError(scopes, "ScopeRegistry_NotCreator")
      .withArgs(1n, stranger.address);
    await expect(claims.connect(stranger).createProgram(await offer()))
      .to.be.revertedWithCustomError(scopes, "ScopeRegistry_NotInScope")
      .withArgs(1n, stranger.address);
    await expect(scopes.connect(insurer).setMember(1n, stranger.address, true))
      .to.emit(scopes, "ScopeMembershipChanged")
      .withArgs(1n, stranger.address, true);
    expect(await scopes.groupFor(1n, stranger.address)).to.equal(1n);
    await claims.connect(stranger).createProgram(await offer());
    const program = await claims.programCount();

    await scopes.connect(insurer).setMember(1n, stranger.address, false);
    expect(await scopes.isMember(1n, stranger.address)).to.equal(false);
    await expect(claims.connect(stranger).createProgram(await offer())).to.be.revertedWithCustomError(
      scopes,
      "ScopeRegistry_NotInScope",
    );
    expect((await claims.program(program)).insurer).to.equal(stranger.address);
  });

  it("a member lets nobody in", async () => {
    const { scopes, insurer, stranger, other } = await load(deployWorld);
    await scopes.connect(insurer).setMember(1n, stranger.address, true);
    await expect(scopes.connect(stranger).setMember(1n, other.address, true))
      .to.be.revertedWithCustomError(scopes, "ScopeRegistry_NotCreator")
      .withArgs(1n, stranger.address);
  });

  it("nothing is offered in a scope that does not exist", async () => {
    const { scopes, claims, stranger, offer } = await load(deployWorld);
    for (const scope of [0n, 3n]) {
      for (const call of [
        () => scopes.scope(scope),
        () => scopes.groupFor(scope, stranger.address),
        () => scopes.setMember(scope, stranger.address, true),
        async () => claims.createProgram(await offer({ scope })),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(scopes, "ScopeRegistry_UnknownScope")
          .withArgs(scope);
      }
    }
  });

  it("the claims contract takes its anchors from the registry of its scopes", async () => {
    const { claims, scopes, anchors } = await load(deployWorld);
    expect(await claims.scopes()).to.equal(await scopes.getAddress());
    expect(await claims.anchors()).to.equal(await anchors.getAddress());
  });
});
