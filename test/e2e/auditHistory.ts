// SPDX-License-Identifier: GPL-3.0-or-later
import {
  anchorTree,
  CircuitGovernance,
  circuitIdOf,
  circuitOf,
  claimWitness,
  DAY,
  distributionTerms,
  packTerms,
  prove,
} from "@vitalproof/sdk";
import { type Insurer, sharedProver, type World } from "../../simulation/index.ts";
import { type Bound, bindConsent, LEDGER_CIRCUITS } from "./boundConsent.ts";
import { BENEFIT, CIRCUIT, claimable, FIRST_EPOCH, type Fixture, issue, OFFSET } from "./fixture.ts";

/** What an attester, an insurer or a guardian may write into an event, and no reader may run. */
export const HOSTILE = `</td><script>alert("x")</script><img src=x onerror='alert(1)'>\u202Eevil`;

export type History = Fixture & {
  /** A program with a review, its policy over the same days, and the consent of the health ledger for its last claim. */
  readonly review: { readonly program: bigint; readonly policy: bigint; readonly bound: Bound };
  readonly payee: string;
  /** Another product's escrow in the same token; a stranger's account is its module. */
  readonly foreign: bigint;
};

/** Version of the circuit that succeeds the program's. */
export const SUCCESSOR = 99;

/**
 * Six days and everything that can happen to a program: claims paid, owed, rejected, denied and arbitrated, corrections
 * before and after a claim, a consent revoked and given again, one of the health ledger that is revoked by force, a pause, an outage, a suspension, a successor, another
 * attester, a payee changed, money taken out, another product's money, a policy ended before it began, and a period
 * released.
 */
export async function eventful(): Promise<History> {
  let review: { program: bigint; policy: bigint; consent: string; insurer: Insurer } | undefined;
  let later = 0n;
  const fixture = await claimable(
    [202, 201, 288, 288, 288, 288],
    async ({ world, attester, patient }) => {
      const insurer = await reviewProgram(world, attester.group);
      const policy = await issue({ attester, insurer, patient }, 6);
      review = {
        program: insurer.program,
        policy,
        consent: (await patient.consent(insurer.program)).result,
        insurer,
      };
    },
    LEDGER_CIRCUITS,
  );
  const { world, attester, patient, insurer, policy } = fixture;
  const { relayer, guardian, pauser } = world.roles;
  const claims = world.claimsAs(relayer);
  const anchors = world.anchorsAs(world.roles.attester);
  const submit = (period: number, consentId = fixture.consent, proof = fixture.proofs[period]!.proof) =>
    claims.submitClaim({ policy, period, consentId, proof });

  await submit(0);
  await claims.pay(policy);
  await submit(2);
  await submit(4);
  const leafOf = (period: number) => patient.log.leaf(FIRST_EPOCH + period);
  const dayOf = (period: number) => claims.anchorDayOf(policy, period);
  await anchors.correct(attester.group, await dayOf(4), anchorTree([leafOf(4), 4_444n]).root, HOSTILE);
  const corrected = anchorTree([leafOf(5), 5_555n]);
  await anchors.correct(attester.group, await dayOf(5), corrected.root, "a leaf was missing");
  const again = await patient.proveClaim({ ...fixture.requests[5]!, path: corrected.path(leafOf(5)) });
  await submit(5, fixture.consent, again.proof);
  await patient.revoke(insurer.program, fixture.consent);
  const consent = (await patient.consent(insurer.program)).result;
  await submit(3, consent);

  const bound = await bindConsent(world, {
    patient: (await patient.controller(review!.program)).address,
    program: review!.program,
  });
  await reviewed(fixture, review!, bound.consent);
  await bound.revoke();

  const controller = (await patient.controller(insurer.program)).connect(world.connection.ethers.provider);
  await (await relayer.sendTransaction({ to: controller.address, value: 10n ** 18n })).wait();
  const payee = world.roles.governor.address;
  await world.claimsAs(controller as never).setPayee(policy, payee);
  await claims.pay(policy);
  const money = world.custodyAs(world.roles.insurer);
  await money.withdraw(insurer.escrow, BENEFIT, world.roles.insurer.address);
  const foreign = await otherProduct(world);

  const { circuits } = world.contracts;
  const id = circuitIdOf(CIRCUIT, circuitOf(CIRCUIT).version);
  await (await circuits.connect(guardian).suspend(id, HOSTILE)).wait();
  await world.passUntil(world.now + DAY);
  await (await circuits.connect(guardian).endSuspension(id)).wait();
  const pauses = world.pausesAs(pauser);
  await pauses.pause("an exercise");
  await pauses.endPause();
  await pauses.declareOutage(world.now - DAY, world.now, "the chain stood still");

  await world.passUntil(world.now);
  later = await issue(fixture, 3, FIRST_EPOCH + 40);
  await world.claimsAs(world.roles.insurer).endPolicy(later);
  await anchors.nominateAttester(attester.group, world.roles.stranger.address);
  await succeed(world);
  await world.anchorsAs(world.roles.stranger).acceptAttester(attester.group);
  await world.passUntil(world.now + 29 * DAY);
  await claims.releasePeriods(policy, 0, 6);
  return { ...fixture, review: { ...review!, bound }, payee, foreign };
}

/** A product of a stranger, whose events nobody knows: an escrow brought up, promised in part, and paid from. */
async function otherProduct(world: World): Promise<bigint> {
  const { stranger, relayer } = world.roles;
  const custody = world.contracts.custody.connect(stranger);
  await (await custody.open(world.addresses.token, stranger.address)).wait();
  const id = await custody.escrowCount();
  await (await world.token.connect(stranger).mint(stranger.address, 1_000n)).wait();
  await (await world.token.connect(stranger).approve(world.addresses.custody, 1_000n)).wait();
  await (await custody.fund(id, 1_000n)).wait();
  await (await custody.commit(id, 600n)).wait();
  await (await custody.pay(id, 250n, relayer.address)).wait();
  await (await custody.release(id, 50n)).wait();
  await (await custody.withdraw(id, 100n, stranger.address)).wait();
  return id;
}

/** The program's circuit gets a successor with the same verifier. */
async function succeed(world: World): Promise<void> {
  const { circuits } = world.contracts;
  const predecessor = circuitIdOf(CIRCUIT, circuitOf(CIRCUIT).version);
  const record = await circuits.circuit(predecessor);
  const governance = new CircuitGovernance(await circuits.getAddress(), world.roles.governor);
  const proposal = {
    name: CIRCUIT,
    version: SUCCESSOR,
    verifier: record.verifier,
    verifierCodeHash: record.verifierCodeHash,
    verificationKey: record.verificationKey,
    verificationKeyHash: record.verificationKeyHash,
    family: record.family,
    facts: record.facts,
    inputs: Number(record.inputs),
    period: Number(record.period),
    zeroImpossible: record.zeroImpossible,
    predecessor,
  };
  const { result: addableFrom } = await governance.propose(proposal);
  await world.passUntil(addableFrom);
  await governance.add(proposal);
}

/** A rejected claim is denied, another arbitrated in the patient's favour, a third approved, a fourth left waiting. */
async function reviewed(
  { world, patient, requests }: Fixture,
  { policy, consent, insurer }: { policy: bigint; consent: string; insurer: Insurer },
  bound: string,
): Promise<void> {
  const claims = world.claimsAs(world.roles.insurer);
  const arbiter = world.claimsAs(world.roles.stranger);
  const artifacts = await world.artifacts.load(CIRCUIT);
  for (const period of [0, 2, 3, 4]) {
    const request = { ...requests[period]!, scope: insurer.scope };
    // Period 4's day was corrected: its old path is a path to a root that is no longer in force.
    if (period === 4) {
      const leaf = patient.log.leaf(FIRST_EPOCH + 4);
      request.path = anchorTree([leaf, 4_444n]).path(leaf);
    }
    const { proof } = await prove(sharedProver, artifacts, claimWitness(patient.identity.secret(), request));
    await claims.submitClaim({ policy, period, consentId: period === 4 ? bound : consent, proof });
  }
  await claims.rejectClaim(policy, 0, HOSTILE);
  await arbiter.arbitrate(policy, 0, false, "the device was another one");
  await claims.rejectClaim(policy, 2, "looked odd");
  await arbiter.arbitrate(policy, 2, true, "it was right");
  await claims.approveClaim(policy, 3);
  await claims.pay(policy);
}

async function reviewProgram(world: Fixture["world"], group: bigint): Promise<Insurer> {
  const claims = world.claimsAs(world.roles.insurer);
  const terms = distributionTerms({
    circuit: CIRCUIT,
    offset: OFFSET,
    band: { atLeast: 70, atMost: 180 },
    share: { atLeast: 70 },
  });
  const scope = (await world.scopesAs(world.roles.insurer).createScope(group)).result;
  const created = await claims.createProgram({
    circuit: circuitIdOf(CIRCUIT, circuitOf(CIRCUIT).version),
    scope,
    assurance: "self-attested",
    terms: packTerms(terms),
    token: world.addresses.token,
    benefit: BENEFIT,
    arbiter: world.roles.stranger.address,
    claimWindow: 30 * DAY,
    reviewTime: 10 * DAY,
    arbiterTime: 10 * DAY,
  });
  const { insurer } = world.roles;
  const amount = BENEFIT * 20n;
  await (await world.token.connect(insurer).mint(insurer.address, amount)).wait();
  await (await world.token.connect(insurer).approve(world.addresses.custody, amount)).wait();
  const { escrow } = await claims.program(created.result);
  await world.custodyAs(insurer).fund(escrow, amount);
  const published = {
    program: created.result,
    scopeNumber: scope,
    scope: await claims.scopeElement(scope),
    terms,
    benefit: BENEFIT,
    created,
    issuePolicy: (...args: Parameters<typeof claims.issuePolicy>) => claims.issuePolicy(...args),
  };
  return published as unknown as Insurer;
}
