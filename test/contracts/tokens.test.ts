// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { FunctionFragment, Interface } from "ethers";
import type { TestToken } from "../../types/ethers-contracts/index.js";
import { ethers, load, networkHelpers } from "./support/network.ts";
import { benefit, holder, root } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

const sum = benefit * 3n;

/** A program in an odd token, funded, with two credited policies: one of the controller, one of `other`. */
async function withToken(name: string, args: unknown[] = []) {
  const world = await load(deployWorld);
  const { custody, insurer, controller, other, createProgram, issue, grant, anchorPeriod, claim } = world;
  const odd = (await ethers.deployContract(name, args)) as unknown as TestToken;
  const program = await createProgram({ token: await odd.getAddress() });
  await odd.mint(insurer.address, sum * 2n);
  await odd.connect(insurer).approve(custody, sum);
  const escrow = await world.escrowOf(program);
  return {
    ...world,
    odd,
    program,
    fundOdd: async () => custody.connect(insurer).fund(escrow, sum),
    credit: async () => {
      const firstEpoch = await world.nextEpoch();
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
      const { free, committed } = await world.moneyOf(program);
      return {
        free,
        committed,
        balance: await odd.balanceOf(custody),
        accounted: await custody.accountedIn(odd),
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

describe("T23: re-entrance through a hostile token", () => {
  /** The token itself is insurer, scope creator and funder, so that no role stands in its way. */
  async function hostile() {
    const world = await deployWorld();
    const { claims, custody, offer, anchorPeriod, claim, controller } = world;
    const bad = await ethers.deployContract("HostileToken");
    const badAddress = await bad.getAddress();
    const contracts = { claims, custody };
    const encode = (on: keyof typeof contracts, name: string, args: unknown[]) =>
      (contracts[on].interface as Interface).encodeFunctionData(name, args);
    const run = async (on: keyof typeof contracts, name: string, args: unknown[]) =>
      bad.getFunction("execute")(await contracts[on].getAddress(), encode(on, name, args));
    await bad.getFunction("execute")(
      await world.scopes.getAddress(),
      world.scopes.interface.encodeFunctionData("createScope", [1n]),
    );
    const offerOfBad = await offer({ scope: 2n, token: badAddress });
    await run("claims", "createProgram", [offerOfBad]);
    const program = await claims.programCount();
    const escrow = await world.escrowOf(program);
    await bad.getFunction("mint")(badAddress, sum);
    await run("custody", "fund", [escrow, sum]);
    // An escrow of which the token is module too.
    await run("custody", "open", [badAddress, badAddress]);
    const own = await custody.escrowCount();
    await bad.getFunction("mint")(badAddress, 20n);
    await run("custody", "fund", [own, 20n]);
    await run("custody", "commit", [own, 10n]);
    // A policy in which the token is controller too.
    const attestation = await world.attestation({ program, controller: badAddress, periods: 2n });
    await run("claims", "issuePolicy", [attestation, await world.signAttestation(attestation)]);
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
    const next = await world.attestation({
      program,
      controller: controller.address,
      holder: holder + 9n,
      periods: 1n,
    });
    return {
      ...world,
      contracts,
      encode,
      run,
      bad,
      badAddress,
      program,
      escrow,
      own,
      policy,
      consentId,
      proof: await world.proofOf(policy, 1n),
      next,
      nextSignature: await world.signAttestation(next),
      offerOfBad,
    };
  }
  type Hostile = Awaited<ReturnType<typeof hostile>>;

  const attacks: Record<"claims" | "custody", Record<string, (w: Hostile) => unknown[]>> = {
    claims: {
      createProgram: (w) => [w.offerOfBad],
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
      releasePeriods: (w) => [w.policy, 1n, 2n],
      pay: (w) => [w.policy],
    },
    custody: {
      open: (w) => [w.badAddress, w.badAddress],
      fund: (w) => [w.escrow, 1n],
      withdraw: (w) => [w.escrow, 1n, w.stranger.address],
      commit: (w) => [w.own, 1n],
      release: (w) => [w.own, 1n],
      pay: (w) => [w.own, 1n, w.stranger.address],
    },
  };

  it("T23: the attacks cover every function that changes state", async () => {
    const { contracts } = await load(hostile);
    for (const [name, table] of Object.entries(attacks)) {
      const writing = contracts[name as keyof typeof contracts].interface.fragments
        .filter((fragment) => fragment.type === "function" && !(fragment as FunctionFragment).constant)
        .map((fragment) => (fragment as FunctionFragment).name);
      expect(writing.sort()).to.deep.equal(Object.keys(table).sort());
    }
  });

  const entries: Record<string, (w: Hostile) => Promise<unknown>> = {
    "a funding": async (w) => {
      await w.bad.getFunction("mint")(w.badAddress, 10n);
      return w.run("custody", "fund", [w.escrow, 10n]);
    },
    "a withdrawal": (w) => w.run("custody", "withdraw", [w.escrow, 5n, w.other.address]),
    "a module's payment": (w) => w.run("custody", "pay", [w.own, 5n, w.other.address]),
    "the payment of a policy": (w) => w.claims.pay(w.policy),
  };

  /** What may succeed while another's money moves: it moves none, and no step of a payment depends on it. */
  const MOVES_NOTHING = new Set(["setPayee", "submitClaim", "submitClaims"]);
  /** What is refused for another reason than the guard, were it called outside. */
  const REFUSED_ANYWAY = new Set(["approveClaim", "rejectClaim", "arbitrate", "endPolicy", "releasePeriods"]);

  for (const [entry, enter] of Object.entries(entries)) {
    for (const [on, table] of Object.entries(attacks) as [
      "claims" | "custody",
      (typeof attacks)["claims"],
    ][]) {
      for (const [attack, args] of Object.entries(table)) {
        it(`T23: ${on}.${attack} from inside ${entry} is refused or harmless`, async () => {
          const world = await load(hostile);
          const { claims, custody, contracts, bad, badAddress, program, own } = world;
          await bad.getFunction("arm")(
            await contracts[on].getAddress(),
            world.encode(on, attack, args(world)),
            "0x",
          );
          await enter(world);
          expect(await bad.getFunction("attacks")()).to.equal(1n);
          const guarded = on === "custody" || entry === "the payment of a policy";
          const succeeded = !guarded && MOVES_NOTHING.has(attack);
          expect(await bad.getFunction("attackSucceeded")()).to.equal(succeeded);
          if (guarded || !(succeeded || REFUSED_ANYWAY.has(attack))) {
            const guard = claims.interface.encodeErrorResult("ReentrancyGuardReentrantCall", []);
            expect(await bad.getFunction("attackAnswer")()).to.equal(guard);
          }
          const sums = await Promise.all([world.moneyOf(program), custody.escrow(own)]);
          const total = sums.reduce((sum, { free, committed }) => sum + free + committed, 0n);
          expect(await custody.accountedIn(badAddress)).to.equal(total);
          expect(await bad.getFunction("balanceOf")(custody)).to.equal(total);
          const { reserved, owed } = await claims.policy(world.policy);
          expect((await world.moneyOf(program)).committed).to.equal((reserved + owed) * benefit);
        });
      }
    }
  }

  it("T23: read-only re-entrance sees ledgers that are never ahead of the money", async () => {
    const world = await load(hostile);
    const { claims, custody, contracts, bad, badAddress, policy, escrow } = world;
    const peekAt = async (on: "claims" | "custody", name: string, args: [bigint | string]) => {
      await bad.getFunction("arm")(await contracts[on].getAddress(), "0x", world.encode(on, name, args));
    };
    const snapshot = await networkHelpers.takeSnapshot();
    await peekAt("claims", "owedOf", [policy]);
    await claims.pay(policy);
    // While the payee is paid, nothing is owed any more.
    expect(BigInt(await bad.getFunction("peekAnswer")())).to.equal(0n);
    await snapshot.restore();
    const accounted = await custody.accountedIn(badAddress);
    await peekAt("custody", "accountedIn", [badAddress]);
    await claims.pay(policy);
    expect(BigInt(await bad.getFunction("peekAnswer")())).to.equal(accounted - benefit);
    await bad.getFunction("mint")(badAddress, 10n);
    await world.run("custody", "fund", [escrow, 10n]);
    // While money arrives, it is not yet counted.
    expect(BigInt(await bad.getFunction("peekAnswer")())).to.equal(accounted - benefit);
    expect(await custody.accountedIn(badAddress)).to.equal(accounted - benefit + 10n);
  });
});
