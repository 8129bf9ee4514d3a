// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import { ethers } from "./support/network.ts";
import { sum, withToken } from "./support/oddToken.ts";
import { benefit } from "./support/values.ts";

describe("T24: odd tokens on every money path", () => {
  for (const [name, args] of [
    ["TestToken", ["None", "N", 0]],
    ["TestToken", ["Yocto", "Y", 24]],
    ["NoReturnToken", []],
    ["FalseReturnToken", []],
    ["LyingToken", []],
    ["BlocklistToken", []],
    ["PausableToken", []],
    ["CallbackToken", []],
    ["ReturnBombToken", []],
    ["ZeroRevertToken", []],
    ["ApprovalRaceToken", []],
    ["RebasingToken", []],
    ["HostileToken", []],
  ] as [string, unknown[]][]) {
    it(`T24: ${name} ${args.join(" ")} as long as it behaves: funded, withdrawn, paid, to the last unit`, async () => {
      const { claims, odd, controller, other, stranger, program, fundOdd, credit, ledger, withdraw } =
        await withToken(name, args);
      await fundOdd();
      expect(await ledger()).to.deep.equal({ free: sum, committed: 0n, balance: sum, accounted: sum });
      const [one, two] = await credit();
      await claims.connect(stranger).pay(one);
      await claims.connect(stranger).pay(two);
      expect(await odd.balanceOf(controller)).to.equal(benefit);
      expect(await odd.balanceOf(other)).to.equal(benefit);
      await withdraw(program, benefit);
      expect(await ledger()).to.deep.equal({ free: 0n, committed: 0n, balance: 0n, accounted: 0n });
    });
  }

  it("T24: fee on transfer: what arrives is what counts, and everything owed can be paid", async () => {
    const { claims, odd, controller, fundOdd, credit, ledger } = await withToken("FeeOnTransferToken");
    await fundOdd();
    const arrived = sum - sum / 100n;
    expect(await ledger()).to.deep.equal({
      free: arrived,
      committed: 0n,
      balance: arrived,
      accounted: arrived,
    });
    const [one] = await credit();
    await claims.pay(one);
    expect(await odd.balanceOf(controller)).to.equal(benefit - benefit / 100n);
    const after = await ledger();
    expect(after.balance).to.equal(after.free + after.committed);
  });

  it("T24, P6: a token that takes more than it was told pays nobody at other programs' cost", async () => {
    const { claims, odd, program, fundOdd, credit, ledger, custody, withdraw } =
      await withToken("SenderFeeToken");
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await expect(claims.pay(one))
      .to.be.revertedWithCustomError(custody, "Custody_UnexpectedTransfer")
      .withArgs(await odd.getAddress(), benefit, benefit + benefit / 100n);
    await expect(withdraw(program, benefit)).to.be.revertedWithCustomError(
      custody,
      "Custody_UnexpectedTransfer",
    );
    expect(await ledger()).to.deep.equal(before);
  });

  it("T24: a token that leaves custody with more than before a transfer is refused, and books nothing", async () => {
    const { claims, odd, fundOdd, credit, ledger, custody } = await withToken("HostileToken");
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    // While it sends the benefit, it gives custody that much and one unit more.
    const gift = odd.interface.encodeFunctionData("mint", [await custody.getAddress(), benefit + 1n]);
    await odd.getFunction("arm")(odd, gift, "0x");
    await expect(claims.pay(one))
      .to.be.revertedWithCustomError(custody, "Custody_UnexpectedTransfer")
      .withArgs(await odd.getAddress(), benefit, 0n);
    expect(await ledger()).to.deep.equal(before);
  });

  it("T24: a token that returns false moves no ledger", async () => {
    const { claims, odd, program, fundOdd, credit, ledger, custody, withdraw } =
      await withToken("FalseReturnToken");
    await odd.getFunction("fail")(true);
    await expect(fundOdd()).to.be.revertedWithCustomError(custody, "SafeERC20FailedOperation");
    await odd.getFunction("fail")(false);
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await odd.getFunction("fail")(true);
    await expect(claims.pay(one)).to.be.revertedWithCustomError(custody, "SafeERC20FailedOperation");
    await expect(withdraw(program, 1n)).to.be.revertedWithCustomError(custody, "SafeERC20FailedOperation");
    expect(await ledger()).to.deep.equal(before);
    await odd.getFunction("fail")(false);
    await claims.pay(one);
  });

  it("T24: a token that lies books nothing: neither funding nor payment", async () => {
    const { claims, odd, program, fundOdd, credit, ledger, custody, withdraw } =
      await withToken("LyingToken");
    await odd.getFunction("lie")(true);
    await expect(fundOdd()).to.be.revertedWithCustomError(custody, "Custody_NothingReceived");
    await odd.getFunction("lie")(false);
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await odd.getFunction("lie")(true);
    await expect(claims.pay(one))
      .to.be.revertedWithCustomError(custody, "Custody_UnexpectedTransfer")
      .withArgs(await odd.getAddress(), benefit, 0n);
    await expect(withdraw(program, 1n)).to.be.revertedWithCustomError(custody, "Custody_UnexpectedTransfer");
    expect(await ledger()).to.deep.equal(before);
    await odd.getFunction("lie")(false);
    await claims.pay(one);
  });

  it("T25: a blocked payee stops nobody, and is redirected by its controller", async () => {
    const { claims, odd, controller, other, payee, fundOdd, credit } = await withToken("BlocklistToken");
    await fundOdd();
    const [one, two] = await credit();
    await odd.getFunction("block_")(controller.address, true);
    await expect(claims.pay(one)).to.be.revertedWith("blocked");
    await claims.pay(two);
    expect(await odd.balanceOf(other)).to.equal(benefit);
    expect(await claims.owedOf(one)).to.equal(benefit);
    await claims.connect(controller).setPayee(one, payee.address);
    await claims.pay(one);
    expect(await odd.balanceOf(payee)).to.equal(benefit);
  });

  it("T24: a blocked custody keeps its ledgers until it is let go", async () => {
    const { claims, odd, fundOdd, credit, ledger, custody } = await withToken("BlocklistToken");
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await odd.getFunction("block_")(custody, true);
    await expect(claims.pay(one)).to.be.revertedWith("blocked");
    expect(await ledger()).to.deep.equal(before);
    await odd.getFunction("block_")(custody, false);
    await claims.pay(one);
  });

  it("T24: a paused token delays payment; claims go on and money in other tokens moves", async () => {
    const { claims, odd, fundOdd, credit, ledger, program, withdraw, moneyOf } =
      await withToken("PausableToken");
    await fundOdd();
    await odd.getFunction("pause")(true);
    const [one] = await credit();
    await expect(claims.pay(one)).to.be.revertedWith("paused");
    await withdraw(1n, 1n);
    await odd.getFunction("pause")(false);
    await claims.pay(one);
    expect((await ledger()).accounted).to.equal(sum - benefit);
    expect((await moneyOf(program)).committed).to.equal(benefit);
  });

  it("T24: a return bomb costs little, whether it returns or reverts", async () => {
    const { claims, odd, fundOdd, credit } = await withToken("ReturnBombToken");
    await fundOdd();
    const [one, two] = await credit();
    const receipt = await (await claims.pay(one)).wait();
    expect(receipt!.gasUsed).to.be.lessThan(200_000n);
    await odd.getFunction("explode")(true);
    await expect(claims.pay(two, { gasLimit: 1_000_000n })).to.be.revert(ethers);
    expect(await claims.owedOf(two)).to.equal(benefit);
  });

  it("T24: nothing of value 0 is ever sent, so a token that reverts on it never blocks", async () => {
    const { claims, fundOdd, credit, program, withdraw } = await withToken("ZeroRevertToken");
    await fundOdd();
    const [one] = await credit();
    await claims.pay(one);
    await expect(claims.pay(one)).to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingOwed");
    await expect(withdraw(program, 0n)).to.be.revertedWith("zero");
  });

  it("T24: an approval race in the token changes nothing: this contract never approves", async () => {
    const { custody, odd, insurer, program, fundOdd, escrowOf } = await withToken("ApprovalRaceToken");
    await expect(odd.connect(insurer).approve(custody, 1n)).to.be.revertedWith("approval race");
    await fundOdd();
    await odd.connect(insurer).approve(custody, 7n);
    await custody.connect(insurer).fund(await escrowOf(program), 7n);
    expect(await odd.allowance(custody, insurer)).to.equal(0n);
  });

  it("T24: a callback of the payee finds the period paid already and cannot be paid twice", async () => {
    const { claims, claimsAddress, odd, controller, fundOdd, credit } = await withToken("CallbackToken");
    await fundOdd();
    const [one] = await credit();
    const payee = await ethers.deployContract("HostilePayee");
    await payee.getFunction("arm")(claimsAddress, claims.interface.encodeFunctionData("pay", [one]));
    await claims.connect(controller).setPayee(one, await payee.getAddress());
    await claims.pay(one);
    expect(await payee.getFunction("calls")()).to.equal(1n);
    expect(await payee.getFunction("attackSucceeded")()).to.equal(false);
    expect(await odd.balanceOf(payee)).to.equal(benefit);
  });

  it("T24: rebasing down (documented as unsupported) harms its own token's programs only", async () => {
    const { claims, odd, fundOdd, credit, token, custody, withdraw } = await withToken("RebasingToken");
    await fundOdd();
    const [one, two] = await credit();
    await odd.getFunction("rebase")(50n);
    await claims.pay(one);
    await expect(claims.pay(two)).to.be.revertedWith("balance");
    expect(await claims.owedOf(two)).to.equal(benefit);
    await withdraw(1n, 1n);
    expect(await token.balanceOf(custody)).to.equal(await custody.accountedIn(token));
    // Whoever makes up for the loss lets the rest be paid.
    await odd.mint(custody, sum * 2n);
    await claims.pay(two);
  });

  it("T26: a benefit of 1 wei in a token without decimals is paid exactly", async () => {
    const {
      claims,
      custody,
      escrowOf,
      odd,
      insurer,
      controller,
      createProgram,
      issue,
      grant,
      anchorPeriod,
      claim,
      moneyOf,
    } = await withToken("TestToken", ["None", "N", 0]);
    const program = await createProgram({ token: await odd.getAddress(), benefit: 1n });
    await custody.connect(insurer).fund(await escrowOf(program), 3n);
    const policy = await issue({ program, periods: 3n });
    await anchorPeriod(policy, 0n);
    await claim(policy, 0n, await grant({ program }));
    await claims.pay(policy);
    expect(await odd.balanceOf(controller)).to.equal(1n);
    expect((await moneyOf(program)).committed).to.equal(2n);
  });
});
