// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { FunctionFragment } from "ethers";
import type { TestToken } from "../../types/ethers-contracts/index.js";
import { benefit, deployWorld, ethers, holder, load, networkHelpers, root } from "./support/world.ts";

const sum = benefit * 3n;

/** A program in an odd token, funded, with two credited policies: one of the controller, one of `other`. */
async function withToken(name: string, args: unknown[] = []) {
  const world = await load(deployWorld);
  const { claims, insurer, controller, other, createProgram, issue, grant, anchorPeriod, claim, nextEpoch } =
    world;
  const odd = (await ethers.deployContract(name, args)) as unknown as TestToken;
  const program = await createProgram({ token: await odd.getAddress() });
  await odd.mint(insurer.address, sum * 2n);
  await odd.connect(insurer).approve(claims, sum);
  return {
    ...world,
    odd,
    program,
    fundOdd: async () => claims.connect(insurer).fund(program, sum),
    credit: async () => {
      const firstEpoch = await nextEpoch();
      const one = await issue({ program, periods: 1n, firstEpoch });
      const two = await issue({
        program,
        periods: 1n,
        firstEpoch,
        holder: holder + 1n,
        controller: other.address,
      });
      await anchorPeriod(one, 0n, root);
      await claim(one, 0n, await grant({ program }, controller));
      await claim(two, 0n, await grant({ program, patient: other.address }, other));
      return [one, two] as const;
    },
    ledger: async () => {
      const { free, committed } = await claims.program(program);
      return {
        free,
        committed,
        balance: await odd.balanceOf(claims),
        accounted: await claims.accountedIn(odd),
      };
    },
  };
}

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
      const { claims, odd, insurer, controller, other, stranger, program, fundOdd, credit, ledger } =
        await withToken(name, args);
      await fundOdd();
      expect(await ledger()).to.deep.equal({ free: sum, committed: 0n, balance: sum, accounted: sum });
      const [one, two] = await credit();
      await claims.connect(stranger).pay(one);
      await claims.connect(stranger).pay(two);
      expect(await odd.balanceOf(controller)).to.equal(benefit);
      expect(await odd.balanceOf(other)).to.equal(benefit);
      await claims.connect(insurer).withdraw(program, benefit, insurer.address);
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
    const { claims, odd, insurer, program, fundOdd, credit, ledger } = await withToken("SenderFeeToken");
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await expect(claims.pay(one))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_UnexpectedTransfer")
      .withArgs(await odd.getAddress(), benefit, benefit + benefit / 100n);
    await expect(
      claims.connect(insurer).withdraw(program, benefit, insurer.address),
    ).to.be.revertedWithCustomError(claims, "ClaimsPayout_UnexpectedTransfer");
    expect(await ledger()).to.deep.equal(before);
  });

  it("T24: a token that returns false moves no ledger", async () => {
    const { claims, odd, insurer, program, fundOdd, credit, ledger } = await withToken("FalseReturnToken");
    await odd.getFunction("fail")(true);
    await expect(fundOdd()).to.be.revertedWithCustomError(claims, "SafeERC20FailedOperation");
    await odd.getFunction("fail")(false);
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await odd.getFunction("fail")(true);
    await expect(claims.pay(one)).to.be.revertedWithCustomError(claims, "SafeERC20FailedOperation");
    await expect(
      claims.connect(insurer).withdraw(program, 1n, insurer.address),
    ).to.be.revertedWithCustomError(claims, "SafeERC20FailedOperation");
    expect(await ledger()).to.deep.equal(before);
    await odd.getFunction("fail")(false);
    await claims.pay(one);
  });

  it("T24: a token that lies books nothing: neither funding nor payment", async () => {
    const { claims, odd, insurer, program, fundOdd, credit, ledger } = await withToken("LyingToken");
    await odd.getFunction("lie")(true);
    await expect(fundOdd()).to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingReceived");
    await odd.getFunction("lie")(false);
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await odd.getFunction("lie")(true);
    await expect(claims.pay(one))
      .to.be.revertedWithCustomError(claims, "ClaimsPayout_UnexpectedTransfer")
      .withArgs(await odd.getAddress(), benefit, 0n);
    await expect(
      claims.connect(insurer).withdraw(program, 1n, insurer.address),
    ).to.be.revertedWithCustomError(claims, "ClaimsPayout_UnexpectedTransfer");
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

  it("T24: a blocked contract keeps its ledgers until it is let go", async () => {
    const { claims, claimsAddress, odd, fundOdd, credit, ledger } = await withToken("BlocklistToken");
    await fundOdd();
    const [one] = await credit();
    const before = await ledger();
    await odd.getFunction("block_")(claimsAddress, true);
    await expect(claims.pay(one)).to.be.revertedWith("blocked");
    expect(await ledger()).to.deep.equal(before);
    await odd.getFunction("block_")(claimsAddress, false);
    await claims.pay(one);
  });

  it("T24: a paused token delays payment; claims go on and money in other tokens moves", async () => {
    const { claims, odd, insurer, fundOdd, credit, ledger, program } = await withToken("PausableToken");
    await fundOdd();
    await odd.getFunction("pause")(true);
    const [one] = await credit();
    await expect(claims.pay(one)).to.be.revertedWith("paused");
    await claims.connect(insurer).withdraw(1n, 1n, insurer.address);
    await odd.getFunction("pause")(false);
    await claims.pay(one);
    expect((await ledger()).accounted).to.equal(sum - benefit);
    expect((await claims.program(program)).committed).to.equal(benefit);
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
    const { claims, fundOdd, credit, insurer, program } = await withToken("ZeroRevertToken");
    await fundOdd();
    const [one] = await credit();
    await claims.pay(one);
    await expect(claims.pay(one)).to.be.revertedWithCustomError(claims, "ClaimsPayout_NothingOwed");
    await expect(claims.connect(insurer).withdraw(program, 0n, insurer.address)).to.be.revertedWith("zero");
  });

  it("T24: an approval race in the token changes nothing: this contract never approves", async () => {
    const { claims, odd, insurer, program, fundOdd } = await withToken("ApprovalRaceToken");
    await expect(odd.connect(insurer).approve(claims, 1n)).to.be.revertedWith("approval race");
    await fundOdd();
    await odd.connect(insurer).approve(claims, 7n);
    await claims.connect(insurer).fund(program, 7n);
    expect(await odd.allowance(claims, insurer)).to.equal(0n);
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
    const { claims, odd, insurer, fundOdd, credit, token } = await withToken("RebasingToken");
    await fundOdd();
    const [one, two] = await credit();
    await odd.getFunction("rebase")(50n);
    await claims.pay(one);
    await expect(claims.pay(two)).to.be.revertedWith("balance");
    expect(await claims.owedOf(two)).to.equal(benefit);
    await claims.connect(insurer).withdraw(1n, 1n, insurer.address);
    expect(await token.balanceOf(claims)).to.equal(await claims.accountedIn(token));
    // Whoever makes up for the loss lets the rest be paid.
    await odd.mint(claims, sum * 2n);
    await claims.pay(two);
  });

  it("T26: a benefit of 1 wei in a token without decimals is paid exactly", async () => {
    const { claims, odd, insurer, controller, createProgram, issue, grant, anchorPeriod, claim } =
      await withToken("TestToken", ["None", "N", 0]);
    const program = await createProgram({ token: await odd.getAddress(), benefit: 1n });
    await claims.connect(insurer).fund(program, 3n);
    const policy = await issue({ program, periods: 3n });
    await anchorPeriod(policy, 0n);
    await claim(policy, 0n, await grant({ program }));
    await claims.pay(policy);
    expect(await odd.balanceOf(controller)).to.equal(1n);
    expect((await claims.program(program)).committed).to.equal(2n);
  });
});

describe("T23: re-entrance through a hostile token", () => {
  /** The token itself is insurer, scope creator and funder, so that no role stands in its way. */
  async function hostile() {
    const world = await deployWorld();
    const { claims, offer, issue, grant, anchorPeriod, claim, controller, insurer, circuits } = world;
    const bad = await ethers.deployContract("HostileToken");
    const badAddress = await bad.getAddress();
    const run = async (name: string, args: unknown[]) =>
      bad.getFunction("execute")(
        await claims.getAddress(),
        claims.interface.encodeFunctionData(name as "pay", args as never),
      );
    await bad.getFunction("execute")(
      await world.scopes.getAddress(),
      world.scopes.interface.encodeFunctionData("createScope", [1n]),
    );
    await run("createProgram", [await offer({ scope: 2n, token: badAddress })]);
    const program = await claims.programCount();
    await bad.getFunction("mint")(badAddress, sum);
    await run("fund", [program, sum]);
    // A policy in which the token is controller too.
    const attestation = await world.attestation({ program, controller: badAddress, periods: 2n });
    await run("issuePolicy", [attestation, await world.signAttestation(attestation)]);
    const policy = await claims.policyCount();
    const consents = world.consents;
    const consent = await world.consent({ patient: badAddress, grantee: badAddress, program });
    await bad.getFunction("execute")(
      await consents.getAddress(),
      consents.interface.encodeFunctionData("grant", [consent]),
    );
    const consentId = await consents.consentIdOf(consent);
    await anchorPeriod(policy, 0n);
    await claim(policy, 0n, consentId);
    await anchorPeriod(policy, 1n);
    const proof = await world.proofOf(policy, 1n);
    const next = await world.attestation({
      program,
      controller: controller.address,
      holder: holder + 9n,
      periods: 1n,
    });
    const nextSignature = await world.signAttestation(next);
    return {
      ...world,
      bad,
      badAddress,
      program,
      policy,
      consentId,
      proof,
      run,
      next,
      nextSignature,
      offerOfBad: await offer({ scope: 2n, token: badAddress }),
      victim: { insurer, issue, grant, circuits },
    };
  }
  type Hostile = Awaited<ReturnType<typeof hostile>>;

  const attacks: Record<string, (w: Hostile) => unknown[]> = {
    createProgram: (w) => [w.offerOfBad],
    fund: (w) => [w.program, 1n],
    withdraw: (w) => [w.program, 1n, w.stranger.address],
    issuePolicy: (w) => [w.next, w.nextSignature],
    endPolicy: (w) => [w.policy],
    setPayee: (w) => [w.policy, w.stranger.address],
    submitClaim: (w) => [w.policy, 1n, w.consentId, w.proof],
    submitClaims: (w) => [
      [
        {
          policyId: w.policy,
          period: 1n,
          consentId: w.consentId,
          circuit: w.circuit,
          anchorRoot: root,
          proof: w.proof,
        },
      ],
    ],
    approveClaim: (w) => [w.policy, 1n],
    rejectClaim: (w) => [w.policy, 1n, ""],
    arbitrate: (w) => [w.policy, 1n, true, ""],
    releasePeriod: (w) => [w.policy, 1n],
    pay: (w) => [w.policy],
    pause: () => [""],
    endPause: () => [],
    nominatePauser: (w) => [w.badAddress],
    acceptPauser: () => [],
  };

  it("T23: the attacks cover every function that changes state", async () => {
    const { claims } = await load(hostile);
    const writing = claims.interface.fragments
      .filter((fragment) => fragment.type === "function" && !(fragment as FunctionFragment).constant)
      .map((fragment) => (fragment as FunctionFragment).name);
    expect(writing.sort()).to.deep.equal(Object.keys(attacks).sort());
  });

  const entries: Record<string, (w: Hostile) => Promise<unknown>> = {
    fund: async (w) => {
      await w.bad.getFunction("mint")(w.badAddress, 10n);
      return w.run("fund", [w.program, 10n]);
    },
    withdraw: (w) => w.run("withdraw", [w.program, 5n, w.other.address]),
    pay: (w) => w.claims.pay(w.policy),
  };

  for (const [entry, enter] of Object.entries(entries)) {
    for (const [attack, args] of Object.entries(attacks)) {
      it(`T23: ${attack} from inside ${entry} is refused and changes nothing`, async () => {
        const world = await load(hostile);
        const { claims, claimsAddress, bad } = world;
        const guard = claims.interface.encodeErrorResult("ReentrancyGuardReentrantCall", []);
        await bad.getFunction("arm")(
          claimsAddress,
          claims.interface.encodeFunctionData(attack as "pay", args(world) as never),
          "0x",
        );
        await enter(world);
        expect(await bad.getFunction("attacks")()).to.equal(1n);
        expect(await bad.getFunction("attackSucceeded")()).to.equal(false);
        expect(await bad.getFunction("attackAnswer")()).to.equal(guard);
        const { free, committed } = await claims.program(world.program);
        expect(await claims.accountedIn(world.badAddress)).to.equal(free + committed);
        expect(await bad.getFunction("balanceOf")(claimsAddress)).to.equal(free + committed);
      });
    }
  }

  it("T23: read-only re-entrance sees ledgers that are never ahead of the money", async () => {
    const world = await load(hostile);
    const { claims, claimsAddress, bad, badAddress, policy, program } = world;
    const peekAt = async (name: "owedOf" | "accountedIn", args: [bigint | string]) => {
      await bad.getFunction("arm")(
        claimsAddress,
        "0x",
        claims.interface.encodeFunctionData(name as "owedOf", args as never),
      );
    };
    const snapshot = await networkHelpers.takeSnapshot();
    await peekAt("owedOf", [policy]);
    await claims.pay(policy);
    // While the payee is paid, nothing is owed any more.
    expect(BigInt(await bad.getFunction("peekAnswer")())).to.equal(0n);
    await snapshot.restore();
    const { free, committed } = await claims.program(program);
    await peekAt("accountedIn", [badAddress]);
    await claims.pay(policy);
    expect(BigInt(await bad.getFunction("peekAnswer")())).to.equal(free + committed - benefit);
    await bad.getFunction("mint")(badAddress, 10n);
    await world.run("fund", [program, 10n]);
    // While money arrives, it is not yet counted.
    expect(BigInt(await bad.getFunction("peekAnswer")())).to.equal(free + committed - benefit);
    expect(await claims.accountedIn(badAddress)).to.equal(free + committed - benefit + 10n);
  });
});
