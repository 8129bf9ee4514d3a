// SPDX-License-Identifier: GPL-3.0-or-later
//
// Claims in batches, with true proofs and a relayer that is not to be trusted.
import { expect } from "chai";
import { type ContractTransactionReceipt, ZeroHash } from "ethers";
import hre from "hardhat";
import { intrinsicGas } from "../support/gas.ts";
import { Q } from "../support/mangling.ts";
import { deployCrowd, deployProven, type Item, SkipReason, trapdoorProof } from "./support/batch.ts";
import { inOneBlock } from "./support/blocks.ts";
import { circuitId, deployVerifier, proposal } from "./support/circuits.ts";
import type { Proof } from "./support/mockProof.ts";
import { ethers, load, networkHelpers, time } from "./support/network.ts";
import {
  circuitKey,
  deployKey,
  proofOfBlock,
  scalarOf,
  trueBlock,
  twistPointOutsideGroup,
} from "./support/proofs.ts";
import {
  benefit,
  claimWindow,
  DAY,
  delay,
  PeriodState,
  reopenTime,
  review,
  root,
  suspensionTime,
} from "./support/values.ts";

const first = circuitId("glucose-day", 1n);
const second = circuitId("glucose-circuit", 1n);
const key = circuitKey("glucose-day");
/** Random batches that are held against their preview. */
const rounds = process.env.LONG === "1" ? 1_000 : 40;
const crowdOfFour = () => deployCrowd(4);
const crowdOfSixteen = () => deployCrowd(16);
const crowdOf64 = () => deployCrowd(64);

type Claims = Awaited<ReturnType<typeof deployProven>>["claims"];

/** A true proof under the development key of a circuit. */
function circuitProof(inputs: readonly bigint[]): Proof {
  return proofOfBlock(trueBlock(key, inputs, scalarOf(...inputs)));
}

/** A true proof of something else than it is submitted for. */
async function falseProof(claims: Claims, item: Item): Promise<Proof> {
  const [holder, ...rest] = (await inputsOf(claims, item)) as [bigint, ...bigint[]];
  return trapdoorProof([holder + 1n, ...rest], 5n);
}

async function inputsOf(claims: Claims, { policyId, period }: Item): Promise<bigint[]> {
  return [...(await claims.claimInputs(policyId, period))];
}

function malleated({ a, b, c }: Proof): Proof {
  return {
    a: [a[0], Q - a[1]],
    b: [b[0], [Q - b[1][0], Q - b[1][1]]],
    c,
  };
}

/** What the contract said in a transaction, in order. */
function saidIn(claims: Claims, { logs }: { logs: ContractTransactionReceipt["logs"] }): unknown[][] {
  return logs.map((log) => {
    const { name, args } = claims.interface.parseLog(log)!;
    return [name, ...args];
  });
}

/** What became of every item, from the events of its transaction: as `previewClaims` says it before. */
function outcomeOf(claims: Claims, receipt: ContractTransactionReceipt, items: number): [bigint, bigint][] {
  const outcome = Array.from({ length: items }, (): [bigint, bigint] => [SkipReason.None, 0n]);
  for (const [name, , , reason, index, detail] of saidIn(claims, receipt)) {
    if (name === "ClaimSkipped") outcome[Number(index)] = [reason as bigint, detail as bigint];
  }
  return outcome;
}

async function previewOf(claims: Claims, items: Item[]): Promise<[bigint, bigint][]> {
  return (await claims.previewClaims(items)).map(({ reason, detail }) => [reason, detail]);
}

/** Everything that claims change: policies, the states of their first periods, and the programs' money. */
async function booksOf(claims: Claims, periods: number) {
  const numbers = (count: bigint) => Array.from({ length: Number(count) }, (_, i) => BigInt(i + 1));
  return {
    programs: await Promise.all(numbers(await claims.programCount()).map((id) => claims.program(id))),
    policies: await Promise.all(
      numbers(await claims.policyCount()).map(async (id) => ({
        policy: await claims.policy(id),
        owed: await claims.owedOf(id),
        states: await Promise.all(
          Array.from({ length: periods }, (_, period) => claims.periodOf(id, BigInt(period))),
        ),
      })),
    ),
  };
}

/** Of a batch that was sent. */
async function receiptOf(sent: Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>) {
  return (await (await sent).wait())!;
}

/**
 * Two circuits with keys of their own, three programs (the second with review, the third under the second circuit),
 * a policy in each and one more in the first; two days of them anchored.
 */
async function deployMixed() {
  const world = await deployProven();
  const { claims, circuits, governor, arbiter, createProgram, fund, issue, grant, nextEpoch } = world;
  const exported = await ethers.deployContract("GlucoseDayVerifier");
  const verificationKey = await deployKey(key.bytes);
  const circuit = await proposal(await exported.getAddress(), { name: "glucose-circuit", verificationKey });
  await circuits.connect(governor).propose(circuit);
  await time.increase(delay);
  await circuits.add(circuit);

  const programs = [
    world.program,
    await createProgram({ ...review, arbiter: arbiter.address }),
    await createProgram({ circuit: second }),
  ];
  const consents: string[] = [];
  for (const program of programs) {
    await fund(program, benefit * 100n);
    consents.push(await grant({ program }));
  }
  const firstEpoch = (await nextEpoch()) + 1n;
  const programOf = [programs[0]!, programs[1]!, programs[2]!, programs[0]!];
  const policies: bigint[] = [];
  for (const [i, program] of programOf.entries()) {
    policies.push(await issue({ program, firstEpoch, holder: 11n + BigInt(i) }));
  }
  await world.anchorPeriod(policies[0]!, 0n);
  await world.anchorPeriod(policies[0]!, 1n, root + 1n);

  /** An honest item for a period of the policy at this place. */
  async function claimOf(place: number, period: bigint, values: Partial<Item> = {}): Promise<Item> {
    const policy = policies[place]!;
    const consentId = consents[programs.indexOf(programOf[place]!)]!;
    if (programOf[place] !== programs[2]) return world.item(policy, period, consentId, values);
    const proof = circuitProof([...(await claims.claimInputs(policy, period))]);
    return world.item(policy, period, consentId, { circuit: second, proof, ...values });
  }

  return { ...world, policies, claimOf };
}

describe("ClaimsPayout: batches", () => {
  describe("settle what single claims settle", () => {
    // Places of policies: 0 and 3 in the first program, 1 under review, 2 under the second circuit.
    const batches: [string, [number, bigint][]][] = [
      [
        "one statement",
        [
          [0, 0n],
          [3, 0n],
          [0, 1n],
        ],
      ],
      [
        "a program with review",
        [
          [1, 0n],
          [0, 0n],
          [1, 1n],
        ],
      ],
      [
        "two circuits side by side",
        [
          [0, 0n],
          [3, 1n],
          [2, 0n],
          [2, 1n],
        ],
      ],
      [
        "two circuits in turns",
        [
          [0, 0n],
          [2, 1n],
          [1, 0n],
          [2, 0n],
          [3, 0n],
          [3, 1n],
          [0, 1n],
        ],
      ],
      ["a single claim", [[2, 0n]]],
    ];
    for (const [what, places] of batches) {
      it(`N1, P1: ${what}: the same events, states and money`, async () => {
        const { claims, relayer, policies, claimOf, token, controller } = await load(deployMixed);
        const items: Item[] = [];
        for (const [place, period] of places) items.push(await claimOf(place, period));
        const at = BigInt(await time.latest()) + 100n;
        const snapshot = await networkHelpers.takeSnapshot();

        await time.setNextBlockTimestamp(at);
        const singles = await inOneBlock(
          items.map(
            ({ policyId, period, consentId, proof }) =>
              (overrides) =>
                claims.connect(relayer).submitClaim(policyId, period, consentId, proof, overrides),
          ),
        );
        expect(singles.map(({ status }) => status)).to.deep.equal(items.map(() => 1));
        const expected = {
          said: singles.flatMap((receipt) => saidIn(claims, receipt)),
          books: await booksOf(claims, 3),
        };
        await snapshot.restore();

        expect(await previewOf(claims, items)).to.deep.equal(items.map(() => [SkipReason.None, 0n]));
        expect(await claims.submitClaims.staticCall(items)).to.equal(BigInt(items.length));
        await time.setNextBlockTimestamp(at);
        const receipt = await receiptOf(claims.connect(relayer).submitClaims(items));
        expect(saidIn(claims, receipt)).to.deep.equal(expected.said);
        expect(await booksOf(claims, 3)).to.deep.equal(expected.books);

        let owed = 0n;
        for (const policy of policies) {
          const amount = await claims.owedOf(policy);
          owed += amount;
          if (amount !== 0n) await claims.pay(policy);
        }
        expect(owed).to.equal(benefit * BigInt(places.filter(([place]) => place !== 1).length));
        expect(await token.balanceOf(controller)).to.equal(owed);
      });
    }

    it("P4: a claim under review is reviewed as ever", async () => {
      const { claims, insurer, policies, claimOf } = await load(deployMixed);
      const receipt = await receiptOf(
        claims.submitClaims([await claimOf(1, 0n), await claimOf(0, 0n), await claimOf(1, 1n)]),
      );
      const { timestamp } = (await ethers.provider.getBlock(receipt.blockNumber))!;
      const until = BigInt(timestamp) + review.reviewTime;
      expect(await claims.periodOf(policies[1]!, 0n)).to.deep.equal([PeriodState.UnderReview, until]);
      await claims.connect(insurer).approveClaim(policies[1]!, 0n);
      await claims.connect(insurer).rejectClaim(policies[1]!, 1n, "doubt");
      expect(await claims.owedOf(policies[1]!)).to.equal(benefit);
      expect((await claims.periodOf(policies[1]!, 1n))[0]).to.equal(PeriodState.Rejected);
      const again = [await claimOf(1, 0n), await claimOf(1, 1n)];
      const expected = Array(2).fill([SkipReason.PeriodAlreadyClaimed, 0n]);
      expect(await previewOf(claims, again)).to.deep.equal(expected);
      expect(outcomeOf(claims, await receiptOf(claims.submitClaims(again)), 2)).to.deep.equal(expected);
    });

    it("P5: the second of two for one period is left out, whatever its proof, root, circuit or consent", async () => {
      const { claims, policies, trueProof, claimOf } = await load(deployMixed);
      const item = await claimOf(0, 0n);
      const again: Item[] = [
        item,
        { ...item, proof: await trueProof(policies[0]!, 0n) },
        { ...item, proof: malleated(item.proof) },
        { ...item, consentId: ZeroHash },
        { ...item, anchorRoot: 1n },
        { ...item, circuit: second },
        { ...item, proof: await falseProof(claims, item) },
      ];
      const items = [item, ...again, await claimOf(3, 0n)];
      const expected = items.map((_, i) => [
        i === 0 || i === items.length - 1 ? SkipReason.None : SkipReason.PeriodAlreadyClaimed,
        0n,
      ]);
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });

    it("P5: if the first of two for one period is left out, the second is not", async () => {
      const { claims, policies, claimOf } = await load(deployMixed);
      const item = await claimOf(0, 0n);
      const items = [{ ...item, anchorRoot: 1n }, { ...item, circuit: second }, item, item];
      const expected = [
        [SkipReason.OtherRoot, root],
        [SkipReason.OtherCircuit, BigInt(first)],
        [SkipReason.None, 0n],
        [SkipReason.PeriodAlreadyClaimed, 0n],
      ];
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });
  });

  describe("items that are left out", () => {
    /** One item for every reason, each with what has to be said of it, and true claims beside them. */
    async function deployEveryReason() {
      const world = await deployProven();
      const {
        claims,
        circuits,
        governor,
        guardian,
        createProgram,
        fund,
        issue,
        grant,
        nextEpoch,
        item,
        release,
      } = world;
      const mock = await deployVerifier(7n);
      const others = ["glucose-retired", "glucose-suspended"];
      for (const name of others) {
        await circuits.connect(governor).propose(await proposal(mock, { name }));
      }
      await time.increase(delay);
      const [retired, suspended] = others.map((name) => circuitId(name, 1n)) as [string, string];
      for (const name of others) await circuits.add(await proposal(mock, { name }));
      const programs = [
        world.program,
        await createProgram({ circuit: retired }),
        await createProgram({ circuit: suspended }),
      ];
      const consents: string[] = [];
      for (const program of programs) {
        await fund(program, benefit * 500n);
        consents.push(await grant({ program }));
      }
      const firstEpoch = (await nextEpoch()) + 1n;
      let holder = 20n;
      const insure = (program: number) =>
        issue({ program: programs[program]!, firstEpoch, periods: 40n, holder: ++holder });
      const good = [await insure(0), await insure(0), await insure(0)];
      const [released, late, claimed, wrong] = [
        await insure(0),
        await insure(0),
        await insure(0),
        await insure(0),
      ];
      const [underRetired, underSuspended] = [await insure(1), await insure(2)];
      await circuits.connect(governor).scheduleRetirement(retired);

      await world.anchorPeriod(good[0]!, 0n);
      await time.increase(claimWindow + reopenTime + DAY);
      await release(released, 0n);
      await world.anchorPeriod(good[0]!, 20n);
      await circuits.connect(guardian).suspend(suspended, "doubt");
      const until = BigInt(await time.latest()) + suspensionTime;
      const consentId = consents[0]!;
      const spent = await item(claimed, 20n, consentId);
      await claims.submitClaim(claimed, 20n, consentId, spent.proof);

      const of = async (policyId: bigint, period: bigint, values: Partial<Item> = {}): Promise<Item> => ({
        ...(await item(good[0]!, 20n, consentId)),
        policyId,
        period,
        ...values,
      });
      const [, end] = await claims.periodTimes(good[0]!, 30n);
      const [start] = await claims.periodTimes(underRetired, 20n);
      const { closesAt } = await claims.windowOf(late, 0n);
      const day = await claims.anchorDayOf(good[0]!, 19n);
      const reasons: [Item, bigint, bigint][] = [
        [await of(999n, 20n), SkipReason.UnknownPolicy, 0n],
        [await of(0n, 20n), SkipReason.UnknownPolicy, 0n],
        [await of(good[0]!, 40n), SkipReason.UnknownPeriod, 0n],
        [await of(good[0]!, 2n ** 32n - 1n), SkipReason.UnknownPeriod, 0n],
        [spent, SkipReason.PeriodAlreadyClaimed, 0n],
        [await of(released, 0n), SkipReason.PeriodReleased, 0n],
        [await of(good[0]!, 30n), SkipReason.PeriodNotOver, end],
        [await of(good[0]!, 19n), SkipReason.NotAnchored, day],
        [await of(underRetired, 20n, { circuit: retired }), SkipReason.CircuitNotInForce, start],
        [await of(late, 0n), SkipReason.WindowClosed, closesAt],
        [await of(underSuspended, 20n, { circuit: suspended }), SkipReason.CircuitBlocked, until],
        [await of(wrong, 20n, { consentId: ZeroHash }), SkipReason.NoActiveConsent, 0n],
        [await of(wrong, 20n, { consentId: consents[1]! }), SkipReason.NoActiveConsent, 0n],
        [await of(wrong, 20n, { circuit: retired }), SkipReason.OtherCircuit, BigInt(first)],
        [await of(wrong, 20n, { circuit: ZeroHash }), SkipReason.OtherCircuit, BigInt(first)],
        [await of(wrong, 20n, { anchorRoot: root + 1n }), SkipReason.OtherRoot, root],
        [await of(wrong, 20n, { anchorRoot: 0n }), SkipReason.OtherRoot, root],
      ];
      const settled: Item[] = [];
      for (const policy of good) settled.push(await item(policy, 20n, consentId));
      return { ...world, settled, reasons };
    }

    it("every reason is said with its detail, and the claims beside them are settled", async () => {
      const { claims, settled, reasons } = await load(deployEveryReason);
      expect(new Set(reasons.map(([, reason]) => reason)).size).to.equal(Object.keys(SkipReason).length - 1);
      const half = reasons.length / 2;
      const entries: [Item, bigint, bigint][] = [
        [settled[0]!, SkipReason.None, 0n],
        ...reasons.slice(0, half),
        [settled[1]!, SkipReason.None, 0n],
        ...reasons.slice(half),
        [settled[2]!, SkipReason.None, 0n],
      ];
      const items = entries.map(([item]) => item);
      const before = await booksOf(claims, 1);
      expect(await previewOf(claims, items)).to.deep.equal(entries.map(([, ...said]) => said));
      expect(await claims.submitClaims.staticCall(items)).to.equal(3n);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(saidIn(claims, receipt)).to.deep.equal(
        entries.map(([{ policyId, period, consentId }, reason, detail], index) =>
          reason === SkipReason.None
            ? ["ClaimSettled", policyId, period, first, root, consentId, 0n]
            : ["ClaimSkipped", policyId, period, reason, BigInt(index), detail],
        ),
      );
      const after = await booksOf(claims, 1);
      const owed = after.policies.map(({ policy }, i) => policy.owed - before.policies[i]!.policy.owed);
      expect(owed.reduce((sum, one) => sum + one)).to.equal(3n);
      for (const { policyId } of settled) expect(owed[Number(policyId) - 1]).to.equal(1n);
      expect(after.programs).to.deep.equal(before.programs);
    });

    it("a single claim is refused for the same reason", async () => {
      const { claims, reasons } = await load(deployEveryReason);
      const errors = new Map<bigint, string>([
        [SkipReason.UnknownPolicy, "ClaimsPayout_UnknownPolicy"],
        [SkipReason.UnknownPeriod, "ClaimsPayout_UnknownPeriod"],
        [SkipReason.PeriodAlreadyClaimed, "ClaimsPayout_PeriodAlreadyClaimed"],
        [SkipReason.PeriodReleased, "ClaimsPayout_PeriodReleased"],
        [SkipReason.PeriodNotOver, "ClaimsPayout_PeriodNotOver"],
        [SkipReason.NotAnchored, "ClaimsPayout_NotAnchored"],
        [SkipReason.CircuitNotInForce, "ClaimsPayout_CircuitNotInForce"],
        [SkipReason.WindowClosed, "ClaimsPayout_WindowClosed"],
        [SkipReason.CircuitBlocked, "ClaimsPayout_CircuitBlocked"],
        [SkipReason.NoActiveConsent, "ClaimsPayout_NoActiveConsent"],
      ]);
      for (const [{ policyId, period, consentId, proof }, reason] of reasons) {
        const error = errors.get(reason);
        if (error === undefined) continue;
        await expect(claims.submitClaim(policyId, period, consentId, proof)).to.be.revertedWithCustomError(
          claims,
          error,
        );
      }
    });

    it("a batch of nothing but such items settles nothing, and verifies nothing", async () => {
      const { claims, circuits, reasons, verifier } = await load(deployEveryReason);
      const items = reasons.map(([item]) => item);
      // Whatever was asked of these would fail now; the last reasons look at the verifier's code first.
      await networkHelpers.setCode(await circuits.batchVerifier(), "0xfe");
      expect(await claims.submitClaims.staticCall(items)).to.equal(0n);
      const before = await booksOf(claims, 1);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(reasons.map(([, ...said]) => said));
      expect(await booksOf(claims, 1)).to.deep.equal(before);
      expect(await verifier.getAddress()).to.not.equal(await circuits.batchVerifier());
    });

    it("what is foreseen is what happens: random batches of such items, true claims and repetitions", async () => {
      const { claims, settled, reasons } = await load(deployEveryReason);
      const [good] = settled as [Item];
      const pool: Item[] = [
        ...reasons.map(([item]) => item),
        ...settled,
        ...settled,
        { ...good, consentId: ZeroHash },
        { ...good, anchorRoot: 3n },
        { ...good, circuit: ZeroHash },
        { ...good, proof: malleated(good.proof) },
      ];
      const met = new Set<bigint>();
      for (let round = 0; round < rounds; round++) {
        const length = 1 + Number(scalarOf(round) % 12n);
        const items = Array.from(
          { length },
          (_, i) => pool[Number(scalarOf(round, i) % BigInt(pool.length))]!,
        );
        const snapshot = await networkHelpers.takeSnapshot();
        const preview = await previewOf(claims, items);
        const receipt = await receiptOf(claims.submitClaims(items));
        const outcome = outcomeOf(claims, receipt, length);
        expect(preview, `round ${round}`).to.deep.equal(outcome);
        for (const [reason] of outcome) met.add(reason);
        await snapshot.restore();
      }
      expect(met.size).to.equal(Object.keys(SkipReason).length);
    });

    it("foresees nothing of no items", async () => {
      const { claims } = await load(crowdOfFour);
      expect(await claims.previewClaims([])).to.deep.equal([]);
    });
  });

  describe("proofs against what does not count any more", () => {
    it("T22: a root corrected after proving: left out by its name, and false under the new one's", async () => {
      const { claims, anchors, attester, policies, consentId, item } = await load(crowdOfFour);
      const old = [];
      for (const policy of policies) old.push(await item(policy, 0n, consentId));
      await anchors.connect(attester).correct(1n, await claims.anchorDayOf(policies[0]!, 0n), 888n, "late");
      const fresh = await item(policies[0]!, 0n, consentId);
      const renamed = { ...old[1]!, anchorRoot: 888n };

      const items = [old[0]!, old[1]!, fresh, old[2]!, old[3]!];
      const expected = items.map((one) =>
        one === fresh ? [SkipReason.None, 0n] : [SkipReason.OtherRoot, 888n],
      );
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      // The preview does not look at proofs.
      expect(await previewOf(claims, [fresh, renamed])).to.deep.equal(Array(2).fill([SkipReason.None, 0n]));
      await expect(claims.submitClaims([fresh, renamed]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(1, policies[1]!, 0);
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });

    it("a successor that took over: the old circuit's proofs are left out by their name, and false under its", async () => {
      const { claims, circuits, governor, guardian, policies, consentId, item } = await load(crowdOfFour);
      const [a, b, c, d] = policies as [bigint, bigint, bigint, bigint];
      const old = await Promise.all([a, b, c].map((policy) => item(policy, 0n, consentId)));
      const exported = await ethers.deployContract("GlucoseDayVerifier");
      const successor = await proposal(await exported.getAddress(), {
        version: 2n,
        predecessor: first,
        verificationKey: await deployKey(key.bytes),
      });
      const id = circuitId("glucose-day", 2n);
      await circuits.connect(guardian).suspend(first, "doubt");
      await circuits.connect(governor).propose(successor);
      await time.increase(delay);
      await circuits.add(successor);
      expect((await claims.windowOf(a, 0n)).circuit).to.equal(id);

      const fresh = async (policy: bigint) => {
        const proof = circuitProof([...(await claims.claimInputs(policy, 0n))]);
        return item(policy, 0n, consentId, { circuit: id, proof });
      };
      const items = [old[0]!, await fresh(b), old[2]!, await fresh(d)];
      const expected = items.map(({ circuit }) =>
        circuit === id ? [SkipReason.None, 0n] : [SkipReason.OtherCircuit, BigInt(id)],
      );
      expect(await previewOf(claims, items)).to.deep.equal(expected);
      const renamed = { ...old[0]!, circuit: id };
      await expect(claims.submitClaims([await fresh(b), await fresh(d), renamed]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(2, a, 0);
      const snapshot = await networkHelpers.takeSnapshot();
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, items.length)).to.deep.equal(expected);
      await snapshot.restore();
      // Two of the successor's, verified together under its own key.
      expect(await claims.submitClaims.staticCall([await fresh(b), await fresh(d), old[0]!])).to.equal(2n);
    });
  });

  describe("N1: false proofs", () => {
    async function deployReady() {
      const world = await crowdOfFour();
      const { claims, policies, consentId, item } = world;
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      const lies = await Promise.all(
        items.map(async (one) => ({ ...one, proof: await falseProof(claims, one) })),
      );
      return { ...world, items, lies };
    }

    it("N1: one at any position reverts everything, and is named to whoever asks with much gas", async () => {
      const { claims, items, lies } = await load(deployReady);
      const before = await booksOf(claims, 1);
      for (const [index, lie] of lies.entries()) {
        const batch = items.with(index, lie);
        await expect(claims.submitClaims.staticCall(batch, { gasLimit: 8_000_000n }))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
          .withArgs(index, lie.policyId, 0);
      }
      expect(await booksOf(claims, 1)).to.deep.equal(before);
    });

    it("N1: one at any position reverts everything where the gas suffices for the batch alone", async () => {
      const { claims, items, lies } = await load(deployReady);
      const before = await booksOf(claims, 1);
      const gasLimit = await claims.submitClaims.estimateGas(items);
      for (const [index, lie] of lies.entries()) {
        await expect(claims.submitClaims(items.with(index, lie), { gasLimit }))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
          .withArgs(0, 3);
      }
      expect(await booksOf(claims, 1)).to.deep.equal(before);
      await claims.submitClaims(items, { gasLimit });
      expect(await booksOf(claims, 1)).to.not.deep.equal(before);
    });

    it("N1: of several the first is named", async () => {
      const { claims, items, lies } = await load(deployReady);
      await expect(claims.submitClaims([items[0]!, lies[1]!, items[2]!, lies[3]!]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(1, lies[1]!.policyId, 0);
    });

    it("N1: the index counts what is left out, also where one claim is all there is to verify", async () => {
      const { claims, items, lies } = await load(deployReady);
      const skipped = { ...items[0]!, consentId: ZeroHash };
      for (const batch of [
        [skipped, lies[1]!, skipped],
        [skipped, items[2]!, skipped, lies[1]!],
      ]) {
        await expect(claims.submitClaims(batch))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
          .withArgs(batch.indexOf(lies[1]!), lies[1]!.policyId, 0);
      }
      const gasLimit = await claims.submitClaims.estimateGas([skipped, items[1]!, skipped]);
      await expect(claims.submitClaims([skipped, lies[1]!, skipped], { gasLimit }))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
        .withArgs(0, 2);
      await expect(claims.submitClaims([lies[3]!]))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(0, lies[3]!.policyId, 0);
    });

    it("N1: two whose errors cancel are found out", async () => {
      const { claims, items, trueProof } = await load(deployReady);
      // Each with the other's true proof: the sums over both are right.
      const [a, b] = items as [Item, Item];
      const batch = [
        { ...a, proof: await trueProof(b.policyId, 0n) },
        { ...b, proof: await trueProof(a.policyId, 0n) },
      ];
      await expect(claims.submitClaims(batch))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(0, a.policyId, 0);
    });

    it("N1: one in the second of two circuits' runs reverts the first as well", async () => {
      const { claims, claimOf } = await load(deployMixed);
      const good = [await claimOf(0, 0n), await claimOf(3, 0n), await claimOf(2, 0n), await claimOf(2, 1n)];
      const before = await booksOf(claims, 2);
      for (const index of [2, 3]) {
        // A true proof under the other circuit's key is a false one here.
        const lie = { ...good[index]!, proof: trapdoorProof(await inputsOf(claims, good[index]!), 3n) };
        const batch = good.with(index, lie);
        await expect(claims.submitClaims(batch))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
          .withArgs(index, lie.policyId, lie.period);
        const gasLimit = await claims.submitClaims.estimateGas(good);
        await expect(claims.submitClaims(batch, { gasLimit }))
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
          .withArgs(2, 3);
      }
      expect(await booksOf(claims, 2)).to.deep.equal(before);
    });

    it("N1, T18: whatever a batch verifier answers but one word 1 proves nothing", async () => {
      const { claims, circuits, items } = await load(deployReady);
      const answers: Record<string, string> = {
        "0": "0x5f5f5260205ff3",
        "2": "0x60025f5260205ff3",
        "-1": "0x5f195f5260205ff3",
        "31 bytes": "0x6101005f52601f5ff3",
        "two words": "0x60015f5260405ff3",
        nothing: "0x00",
        "no code": "0x",
        "a revert with 1": "0x60015f5260205ffd",
        "an invalid instruction": "0xfe",
      };
      const address = await circuits.batchVerifier();
      for (const [what, code] of Object.entries(answers)) {
        await networkHelpers.setCode(address, code);
        // The proofs are true, so none of them is named.
        await expect(claims.submitClaims.staticCall(items, { gasLimit: 8_000_000n }), what)
          .to.be.revertedWithCustomError(claims, "ClaimsPayout_BatchNotVerified")
          .withArgs(0, 3);
      }
      await networkHelpers.setCode(address, "0x60015f5260205ff3");
      expect(await claims.submitClaims.staticCall(items)).to.equal(4n);
    });

    it("T18, V1: with a verifier whose code is gone or another everything is left out", async () => {
      const { claims, verifier, items } = await load(deployReady);
      for (const code of ["0x", "0x60015f5260205ff3"]) {
        await networkHelpers.setCode(await verifier.getAddress(), code);
        const expected = items.map(() => [SkipReason.CircuitBlocked, 2n ** 64n - 1n]);
        expect(await previewOf(claims, items)).to.deep.equal(expected);
        expect(await claims.submitClaims.staticCall(items)).to.equal(0n);
        expect(outcomeOf(claims, await receiptOf(claims.submitClaims(items)), 4)).to.deep.equal(expected);
      }
    });

    it("P5, T18: calldata that is cut off, or names a period beyond its 32 bits, is refused", async () => {
      const { claims, claimsAddress, items, stranger } = await load(deployReady);
      const data = claims.interface.encodeFunctionData("submitClaims", [items]);
      const send = (changed: string) =>
        stranger.sendTransaction({ to: claimsAddress, data: changed, gasLimit: 3_000_000n });
      for (const bytes of [1, 32, 256, 416]) {
        await expect(send(data.slice(0, -2 * bytes)), `${bytes} bytes`).to.be.revert(ethers);
      }
      // The second word of the first item: selector, offset, length, policy, period.
      const period = 2 + 8 + 64 * 3;
      const alias = `${data.slice(0, period)}${(2n ** 32n).toString(16).padStart(64, "0")}${data.slice(period + 64)}`;
      await expect(send(alias)).to.be.revert(ethers);
      expect((await claims.policy(items[0]!.policyId)).owed).to.equal(0n);
      await send(`${data}${"ab".repeat(40)}`);
      expect((await claims.policy(items[0]!.policyId)).owed).to.equal(1n);
    });

    it("N1, T18: malformed proofs are false proofs, and named", async () => {
      const { claims, items } = await load(deployReady);
      const { proof } = items[2]!;
      const [x1, x0, y1, y0] = twistPointOutsideGroup() as [bigint, bigint, bigint, bigint];
      const malformed: Record<string, Proof> = {
        "A off the curve": { ...proof, a: [proof.a[0], proof.a[1] + 1n] },
        "A at infinity": { ...proof, a: [0n, 0n] },
        "C + q": { ...proof, c: [proof.c[0] + Q, proof.c[1]] },
        "B at infinity": {
          ...proof,
          b: [
            [0n, 0n],
            [0n, 0n],
          ],
        },
        "B outside the group": {
          ...proof,
          b: [
            [x1, x0],
            [y1, y0],
          ],
        },
      };
      const skipped = { ...items[0]!, consentId: ZeroHash };
      for (const [what, lie] of Object.entries(malformed)) {
        const item = { ...items[2]!, proof: lie };
        // Among others, and alone behind one that is left out.
        for (const batch of [items.with(2, item), [skipped, skipped, item]]) {
          await expect(claims.submitClaims.staticCall(batch, { gasLimit: 8_000_000n }), what)
            .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
            .withArgs(2, item.policyId, 0);
        }
      }
    });
  });

  describe("T19, T20, P5: copies", () => {
    it("T19, T20: a copied batch of malleated proofs, sent by a stranger, pays the policies' payees", async () => {
      const { claims, stranger, controller, token, policies, consentId, item } = await load(crowdOfFour);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      const copied = items.map((one) => ({ ...one, proof: malleated(one.proof) }));
      await claims.connect(stranger).submitClaims(copied);
      for (const policy of policies) await claims.connect(stranger).pay(policy);
      expect(await token.balanceOf(controller)).to.equal(4n * benefit);
      expect(await token.balanceOf(stranger)).to.equal(0n);
      // The honest one comes too late, and nothing is paid twice.
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, 4)).to.deep.equal(
        Array(4).fill([SkipReason.PeriodAlreadyClaimed, 0n]),
      );
      for (const policy of policies) {
        const { owed, paid } = await claims.policy(policy);
        expect([owed, paid]).to.deep.equal([0n, 1n]);
      }
    });

    it("P5: of the same batch again everything is left out, and no verification is paid for", async () => {
      const { claims, circuits, verifier, policies, consentId, item } = await load(crowdOfFour);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      await claims.submitClaims(items);
      // Neither is asked: both would burn everything now.
      await networkHelpers.setCode(await circuits.batchVerifier(), "0xfe");
      await networkHelpers.setCode(await verifier.getAddress(), "0xfe");
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(outcomeOf(claims, receipt, 4)).to.deep.equal(
        Array(4).fill([SkipReason.PeriodAlreadyClaimed, 0n]),
      );
    });

    it("T20: a proof for one policy settles no other, whatever the item says", async () => {
      const { claims, policies, consentId, item } = await load(crowdOfFour);
      const [a, b] = policies as [bigint, bigint];
      const { proof } = await item(a, 0n, consentId);
      const batch = [await item(a, 0n, consentId), await item(b, 0n, consentId, { proof })];
      await expect(claims.submitClaims(batch))
        .to.be.revertedWithCustomError(claims, "ClaimsPayout_InvalidProofInBatch")
        .withArgs(1, b, 0);
    });
  });

  describe("stops and consents", () => {
    it("an empty batch is refused", async () => {
      const { claims } = await load(crowdOfFour);
      await expect(claims.submitClaims([])).to.be.revertedWithCustomError(claims, "ClaimsPayout_NoClaims");
    });

    it("T27: neither a batch nor its preview while paused", async () => {
      const { claims, pauser, policies, consentId, item, pauses } = await load(crowdOfFour);
      const items = [await item(policies[0]!, 0n, consentId)];
      await pauses.connect(pauser).pause("doubt");
      const until = await pauses.pausedUntil();
      const calls = [
        () => claims.submitClaims(items),
        () => claims.previewClaims(items),
        () => claims.submitClaims([]),
      ];
      for (const call of calls) {
        await expect(call()).to.be.revertedWithCustomError(claims, "ClaimsPayout_IsPaused").withArgs(until);
      }
      await time.increaseTo(until);
      await claims.submitClaims(items);
      expect((await claims.policy(policies[0]!)).owed).to.equal(1n);
    });

    for (const order of ["before", "after"] as const) {
      it(`T30, C3: a consent revoked in the same block ${order} the batch`, async () => {
        const { claims, consents, controller, relayer, policies, consentId, item, grant } =
          await load(crowdOfFour);
        const kept = await grant();
        const items = [
          await item(policies[0]!, 0n, consentId),
          await item(policies[1]!, 0n, kept),
          await item(policies[2]!, 0n, kept),
        ];
        const sends: Parameters<typeof inOneBlock>[0] = [
          (overrides) => consents.connect(controller).revoke(consentId, overrides),
          (overrides) => claims.connect(relayer).submitClaims(items, overrides),
        ];
        const receipts = await inOneBlock(order === "before" ? sends : sends.toReversed());
        const batch = receipts[order === "before" ? 1 : 0]!;
        expect(receipts.map(({ status }) => status)).to.deep.equal([1, 1]);
        const reason = order === "before" ? SkipReason.NoActiveConsent : SkipReason.None;
        expect(outcomeOf(claims, batch, 3)).to.deep.equal([
          [reason, 0n],
          [SkipReason.None, 0n],
          [SkipReason.None, 0n],
        ]);
      });
    }
  });

  describe("gas", () => {
    before(function () {
      if (hre.globalOptions.coverage) {
        console.log("      skipped: instrumented code costs more");
        this.skip();
      }
    });

    it("T31: a batch of 16 costs the same beside 10 and beside 300 other policies", async () => {
      const { claims, policies, consentId, item, issue, fund } = await load(crowdOfSixteen);
      await fund(1n, benefit * 1000n);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, consentId));
      const costs: bigint[] = [];
      let others = 0n;
      for (const crowd of [10n, 300n]) {
        for (; others < crowd; others++) await issue({ holder: 7n + others, periods: 1n });
        const snapshot = await networkHelpers.takeSnapshot();
        costs.push((await receiptOf(claims.submitClaims(items))).gasUsed);
        await snapshot.restore();
      }
      expect(costs[1]).to.equal(costs[0]);
    });

    it("64 claims of different policies under different consents cost at most 120,000 gas each, all in", async () => {
      const { claims, policies, grant, item } = await load(crowdOf64);
      const items: Item[] = [];
      for (const policy of policies) items.push(await item(policy, 0n, await grant()));
      const receipt = await receiptOf(claims.submitClaims(items));
      expect(await outcomeOf(claims, receipt, 64)).to.deep.equal(Array(64).fill([SkipReason.None, 0n]));
      const data = claims.interface.encodeFunctionData("submitClaims", [items]);
      const storage = await storageOf(receipt.hash);
      console.log(
        `      each ${receipt.gasUsed / 64n} gas, of which ${intrinsicGas(data) / 64n} transaction and calldata, ${storage.gas / 64n} storage written (${storage.fresh} words for the first time, ${storage.changed} changed)`,
      );
      expect(receipt.gasUsed / 64n).to.be.lessThanOrEqual(120_000n);
      // Its word of states; what else is written was there before.
      expect(storage.fresh).to.equal(64);
    });

    /** What a transaction's SSTOREs cost, and how many of them wrote to an empty word. */
    async function storageOf(hash: string): Promise<{ gas: bigint; fresh: number; changed: number }> {
      const trace: { structLogs: { op: string; gasCost: number }[] } = await ethers.provider.send(
        "debug_traceTransaction",
        [hash, { disableStack: true, disableMemory: true, disableStorage: true }],
      );
      const writes = trace.structLogs.filter(({ op }) => op === "SSTORE").map(({ gasCost }) => gasCost);
      // 20,000 for an empty word, 2,900 for another, and 2,100 more where it was not looked at before (EIP-2929).
      const fresh = writes.filter((gas) => gas >= 20_000).length;
      const changed = writes.filter((gas) => gas >= 2_900 && gas < 20_000).length;
      return { gas: BigInt(writes.reduce((sum, gas) => sum + gas, 0)), fresh, changed };
    }
  });
});
