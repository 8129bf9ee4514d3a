// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the health ledger's transactions cost, each on a chain of the same past. Tests bound it and the bench reports it.
// Proofs are simulated: the EVM does the same for them as for others, and each size is sent under its own circuit's key.
import { ownSlotWitness, revokeActionOf } from "@vitalproof/sdk/ledger";
import { uncheckedAccessBatch } from "@vitalproof/sdk/measure";
import type { ContractTransactionResponse } from "ethers";
import { numberOf, sampleAccesses } from "../../support/ledgerPage.ts";
import { type Bound, binding, bound, deployBound } from "./bound.ts";
import { deployLedger, minute, TestPage } from "./ledger.ts";
import { mockProof } from "./mockProof.ts";
import { load, time } from "./network.ts";
import { idOf, simulated } from "./realCircuits.ts";

/** One transaction. */
export interface LedgerCost {
  readonly gas: number;
  /** Calldata, hex. */
  readonly data: string;
}

const MINUTE = 60;
/** Patients of the page, and minutes of the window: as long as there may be an access a minute. */
const [PATIENTS, SPAN] = [16, 1_440];

async function filled() {
  const world = await deployLedger();
  const page = await TestPage.open(world);
  await page.grant(PATIENTS);
  return { ...world, page };
}

async function costOf(sending: Promise<ContractTransactionResponse>): Promise<LedgerCost> {
  const sent = await sending;
  const { gasUsed } = (await sent.wait())!;
  return { gas: Number(gasUsed), data: sent.data };
}

/** A full batch of so many accesses. Nonce and salt are fixed, so that zero bytes come and go with the window's begin alone. */
export async function accessBatchCost(accesses: 64 | 244 | 1024): Promise<LedgerCost> {
  const { ledger, custodian, page } = await load(filled);
  await time.increase(2 * SPAN * MINUTE);
  const circuit = `access-batch-${accesses}` as const;
  const { headerWord, digest, body, witness } = uncheckedAccessBatch(
    {
      ...{ circuit, address: page.address, page: page.state, span: SPAN },
      base: (await minute()) - SPAN - 1,
      accesses: sampleAccesses(page.patients, accesses),
    },
    { most: accesses, nonce: numberOf("nonce") >> 152n, salt: numberOf("salt") },
  );
  const proof = simulated(circuit, witness.publicInputs);
  return costOf(ledger.connect(custodian).logAccesses(1n, idOf(circuit), headerWord, digest, proof, body));
}

/** As many new consents and revocations as one batch takes: 16 and 15. */
export async function consentBatchCost(): Promise<LedgerCost> {
  const { ledger, custodian, page } = await load(filled);
  const grants = page.newGrants(16).map(({ grant }) => grant);
  const revocations = Array.from({ length: 15 }, (_, slot) => page.revocation(slot));
  return costOf(ledger.connect(custodian).changeConsents(...page.changes(page.batch(grants, revocations))));
}

export async function forceCost(): Promise<LedgerCost> {
  const { ledger, stranger, page } = await load(filled);
  const [slot, action] = [7, revokeActionOf(page.address)];
  const { consent, secret } = page.patients[slot]!;
  const witness = ownSlotWitness({ leaves: page.state.leaves, slot, consent, secret, action });
  const proof = simulated("own-slot", witness.publicInputs);
  return costOf(ledger.connect(stranger).revokeByForce(1n, idOf("own-slot"), slot, proof));
}

export async function bindCost(): Promise<LedgerCost> {
  const world = await load(deployBound);
  return costOf(world.ledger.connect(world.stranger).bind(...binding(world, 1)));
}

/**
 * A claim under a consent of either source. The claim's own verifier is a mock, which costs both the same and next to
 * nothing.
 */
export async function claimCost(source: "ledger" | "registry"): Promise<LedgerCost> {
  const world = await load(bound);
  // Both are there in either case, so that the two chains have one past.
  const open = await world.grant();
  return claimUnder(world, source === "ledger" ? world.consentId : open);
}

async function claimUnder({ claims, relayer, policy, firstEpoch, inputsOf }: Bound, consentId: string) {
  const proof = mockProof(await inputsOf(firstEpoch, 1n));
  return costOf(claims.connect(relayer).submitClaim(policy, 1n, consentId, proof));
}
