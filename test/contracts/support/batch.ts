// SPDX-License-Identifier: GPL-3.0-or-later
import { proofCalldata } from "@vitalproof/sdk";
import { concat, toBeHex } from "ethers";
import { simulatedProof, UNIT_INPUT_POINTS, UNIT_TRAPDOOR } from "../../support/simulatedProof.ts";
import { circuitId } from "./circuits.ts";
import type { Proof } from "./mockProof.ts";
import { benefit } from "./values.ts";
import { type deployWorld, deployWorldWith } from "./world.ts";

/** An item of `submitClaims`. */
export interface Item {
  policyId: bigint;
  period: bigint;
  consentId: string;
  circuit: string;
  anchorRoot: bigint;
  proof: Proof;
}

export const SkipReason = {
  None: 0n,
  UnknownPolicy: 1n,
  UnknownPeriod: 2n,
  PeriodAlreadyClaimed: 3n,
  PeriodReleased: 4n,
  PeriodNotOver: 5n,
  NotAnchored: 6n,
  CircuitNotInForce: 7n,
  WindowClosed: 8n,
  CircuitBlocked: 9n,
  NoActiveConsent: 10n,
  OtherCircuit: 11n,
  OtherRoot: 12n,
} as const;

/** A true proof under the key of TrapdoorVerifier. Different seeds give different proofs of the same. */
export function trapdoorProof(inputs: readonly bigint[], seed: bigint): Proof {
  return proofCalldata(
    simulatedProof(UNIT_TRAPDOOR, UNIT_INPUT_POINTS, inputs, seed * 0x9e3779b97f4a7c15f39cc0605cedc835n + 1n),
  );
}

/** One proof and its inputs as the words of Groth16Batch. */
export function blockWords(proof: Proof, inputs: readonly bigint[]): bigint[] {
  return [...proof.a, ...proof.b.flat(), ...proof.c, ...inputs];
}

export function hexOf(words: readonly bigint[]): string {
  return concat(words.map((word) => toBeHex(word, 32)));
}

/** One proof and its inputs in the form of Groth16Batch. */
export function block(proof: Proof, inputs: readonly bigint[]): string {
  return hexOf(blockWords(proof, inputs));
}

/** A world whose circuit has a real verifier and its key. */
export async function deployProven() {
  return proven(await deployWorldWith("TrapdoorVerifier"));
}

/** What proving adds to a world: proofs by the trapdoor, and items of batches. */
export function proven<W extends Awaited<ReturnType<typeof deployWorld>>>(world: W) {
  const { claims } = world;
  let seed = 0n;

  async function trueProof(policy: bigint, period: bigint): Promise<Proof> {
    const inputs = await claims.claimInputs(policy, period);
    return trapdoorProof([...inputs], ++seed);
  }

  /** What an honest relayer would submit now. */
  async function item(
    policyId: bigint,
    period: bigint,
    consentId: string,
    values: Partial<Item> = {},
  ): Promise<Item> {
    const [, anchorRoot] = await claims.claimInputs(policyId, period);
    return {
      policyId,
      period,
      consentId,
      circuit: circuitId("glucose-day", 1n),
      anchorRoot,
      proof: values.proof ?? (await trueProof(policyId, period)),
      ...values,
    };
  }

  return { ...world, trueProof, item };
}

/** So many policies of different holders in program 1, each with a consent and its first day anchored. */
export async function deployCrowd(people: number) {
  const world = await deployProven();
  const { createProgram: _, fund, issue, grant, anchorPeriod, nextEpoch } = world;
  await fund(1n, benefit * 3n * BigInt(people));
  const firstEpoch = (await nextEpoch()) + 1n;
  const consentId = await grant();
  const policies: bigint[] = [];
  for (let i = 0; i < people; i++) {
    policies.push(await issue({ firstEpoch, holder: 1_000_003n * BigInt(i + 1) }));
  }
  await anchorPeriod(policies[0]!, 0n);
  return { ...world, policies, consentId };
}
