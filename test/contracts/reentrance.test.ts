// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from "chai";
import type { FunctionFragment, Interface } from "ethers";
import { ethers, load, networkHelpers } from "./support/network.ts";
import { sum } from "./support/oddToken.ts";
import { benefit, holder, root } from "./support/values.ts";
import { deployWorld } from "./support/world.ts";

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
