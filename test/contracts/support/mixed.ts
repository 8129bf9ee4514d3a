// SPDX-License-Identifier: GPL-3.0-or-later
//
// Claims of several circuits and programs, and what a batch of them says and changes.
import type { ContractTransactionReceipt } from "ethers";
import { Q } from "../../support/mangling.ts";
import { deployCrowd, deployProven, type Item, SkipReason, trapdoorProof } from "./batch.ts";
import { circuitId, proposal } from "./circuits.ts";
import type { Proof } from "./mockProof.ts";
import { ethers, time } from "./network.ts";
import { circuitKey, deployKey, proofOfBlock, scalarOf, trueBlock } from "./proofs.ts";
import { benefit, delay, review, root } from "./values.ts";

export const first = circuitId("glucose-day", 1n);
export const second = circuitId("glucose-circuit", 1n);
export const key = circuitKey("glucose-day");
export const crowdOfFour = () => deployCrowd(4);
export const crowdOfSixteen = () => deployCrowd(16);
export const crowdOf64 = () => deployCrowd(64);

type Claims = Awaited<ReturnType<typeof deployProven>>["claims"];

/** A true proof under the development key of a circuit. */
export function circuitProof(inputs: readonly bigint[]): Proof {
  return proofOfBlock(trueBlock(key, inputs, scalarOf(...inputs)));
}

/** A true proof of something else than it is submitted for. */
export async function falseProof(claims: Claims, item: Item): Promise<Proof> {
  const [holder, ...rest] = (await inputsOf(claims, item)) as [bigint, ...bigint[]];
  return trapdoorProof([holder + 1n, ...rest], 5n);
}

export async function inputsOf(claims: Claims, { policyId, period }: Item): Promise<bigint[]> {
  return [...(await claims.claimInputs(policyId, period))];
}

export function malleated({ a, b, c }: Proof): Proof {
  return {
    a: [a[0], Q - a[1]],
    b: [b[0], [Q - b[1][0], Q - b[1][1]]],
    c,
  };
}

/** What the contract said in a transaction, in order. */
export function saidIn(claims: Claims, { logs }: { logs: ContractTransactionReceipt["logs"] }): unknown[][] {
  return logs.map((log) => {
    const { name, args } = claims.interface.parseLog(log)!;
    return [name, ...args];
  });
}

/** What became of every item, from the events of its transaction: as `previewClaims` says it before. */
export function outcomeOf(
  claims: Claims,
  receipt: ContractTransactionReceipt,
  items: number,
): [bigint, bigint][] {
  const outcome = Array.from({ length: items }, (): [bigint, bigint] => [SkipReason.None, 0n]);
  for (const [name, , , reason, index, detail] of saidIn(claims, receipt)) {
    if (name === "ClaimSkipped") outcome[Number(index)] = [reason as bigint, detail as bigint];
  }
  return outcome;
}

export async function previewOf(claims: Claims, items: Item[]): Promise<[bigint, bigint][]> {
  return (await claims.previewClaims(items)).map(({ reason, detail }) => [reason, detail]);
}

/** Everything that claims change: policies, the states of their first periods, and the programs' money. */
export async function booksOf(claims: Claims, periods: number) {
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
export async function receiptOf(sent: Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>) {
  return (await (await sent).wait())!;
}

/**
 * Two circuits with keys of their own, three programs (the second with review, the third under the second circuit),
 * a policy in each and one more in the first; two days of them anchored.
 */
export async function deployMixed() {
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
