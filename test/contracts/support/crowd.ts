// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionResponse } from "ethers";
import { load, networkHelpers } from "./network.ts";
import { benefit, holder } from "./values.ts";
import { deployWorld } from "./world.ts";

/** What one patient's operations cost when others are there already. */
export interface CrowdGas {
  readonly crowd: number;
  readonly gas: Readonly<Record<"issue" | "grant" | "anchor" | "claim" | "pay" | "revoke", bigint>>;
}

/**
 * Gas of one claim's story at each size of the crowd: so many policies and consents, each of another person, are there
 * before it.
 *
 * @param sizes ascending
 * @param onProgress called with the crowd as it grows
 */
export async function gasByCrowd(
  sizes: readonly number[],
  onProgress: (crowd: number) => void = () => {},
): Promise<CrowdGas[]> {
  const world = await load(deployWorld);
  const { claims, anchors, consents, controller, insurer, relayer, attester } = world;
  const program = await world.createProgram();
  await world.fund(program, benefit * 100_000n);
  const firstEpoch = await world.nextEpoch();
  const gasOf = async (sent: Promise<ContractTransactionResponse>) => (await (await sent).wait())!.gasUsed;

  const measure = async () => {
    const snapshot = await networkHelpers.takeSnapshot();
    const attestation = await world.attestation({ program, firstEpoch, periods: 3n, holder: holder + 1n });
    const signature = await world.signAttestation(attestation);
    const issue = await gasOf(claims.connect(insurer).issuePolicy(attestation, signature));
    const policy = await claims.policyCount();
    const consent = await world.consent({ program });
    const grant = await gasOf(consents.connect(controller).grant(consent));
    const consentId = await consents.consentIdOf(consent);
    const day = await claims.anchorDayOf(policy, 0n);
    await networkHelpers.time.setNextBlockTimestamp((await anchors.anchorWindow(1n, day))[0]);
    const anchor = await gasOf(anchors.connect(attester).anchor(1n, day, 777n));
    const proof = await world.proofOf(policy, 0n);
    const claim = await gasOf(claims.connect(relayer).submitClaim(policy, 0n, consentId, proof));
    const pay = await gasOf(claims.connect(relayer).pay(policy));
    const revoke = await gasOf(consents.connect(controller).revoke(consentId));
    await snapshot.restore();
    return { issue, grant, anchor, claim, pay, revoke };
  };

  const rows: CrowdGas[] = [];
  let there = 0;
  for (const crowd of sizes) {
    for (; there < crowd; there++) {
      await world.issue({ program, firstEpoch, periods: 1n, holder: holder + 1000n + BigInt(there) });
      await world.grant({ program });
      if (there % 100 === 0) onProgress(there);
    }
    rows.push({ crowd, gas: await measure() });
  }
  return rows;
}
