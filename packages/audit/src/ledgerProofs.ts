// SPDX-License-Identifier: GPL-3.0-or-later
import { bindActionOf } from "@vitalproof/sdk/ledger";
import { encodeBytes32String } from "ethers";
import { bindProofsIn } from "./calldata.ts";
import type { CircuitState } from "./circuits/types.ts";
import type { BoundConsent } from "./ledgerState.ts";
import type { ProofContext } from "./proofs.ts";

/** Name of the family in circuits/circuits.json, in 16 bytes. */
const BIND = encodeBytes32String("ledger-bind").slice(0, 34);

type BindingContext = Pick<
  ProofContext,
  "chainId" | "abi" | "keys" | "transactions" | "findings" | "progress" | "verify"
> & {
  /** Address of the health ledger. */
  readonly ledger: string;
  readonly circuits: ReadonlyMap<string, CircuitState>;
};

/**
 * Takes the proof of each binding out of the calldata and verifies it here: who sent it knew the revocation secret of the
 * consent in that slot, and the consent has these rights and names that grantee.
 */
export async function checkBindings(
  context: BindingContext,
  consents: readonly BoundConsent[],
): Promise<void> {
  for (const [i, consent] of consents.entries()) {
    context.progress(`bindings, ${i} of ${consents.length}`);
    checkBinding(context, consent);
  }
}

function checkBinding(context: BindingContext, consent: BoundConsent): void {
  const { findings, keys, abi, transactions, circuits } = context;
  const { id, transaction } = consent;
  const place = { consent: id, program: consent.matter.program, transaction };
  const given = bindProofsIn(abi, transactions.get(transaction)?.input ?? "0x", consent);
  if (given.length === 0) {
    findings.add(
      "CONSENT_PROOF_MISSING",
      `Consent ${id} was bound without a proof in its transaction's calldata.`,
      place,
    );
    return;
  }
  const candidates = given.map(({ circuit, proof }) => ({
    circuit: circuits.get(circuit),
    id: circuit,
    proof,
  }));
  const usable = candidates.filter(
    ({ circuit }) => circuit !== undefined && isUsable(circuit, consent.grantedAt),
  );
  if (usable.length === 0) {
    findings.add(
      "CONSENT_CIRCUIT_WRONG",
      `Consent ${id} was bound at ${consent.grantedAt} under circuit ${candidates[0]!.id}, which was not in force for bindings.`,
      { ...place, circuit: candidates[0]!.id },
    );
    return;
  }
  const known = usable.flatMap(({ circuit, proof }) => {
    const key = keys.get(circuit!.verificationKeyHash);
    return key === undefined ? [] : [{ key: key.key, proof }];
  });
  if (known.length === 0) {
    findings.add(
      "CONSENT_KEY_UNKNOWN",
      `Consent ${id} was bound with a proof under the key ${usable[0]!.circuit!.verificationKeyHash}, which is not among this repository's.`,
      place,
    );
    return;
  }
  const inputs = inputsOf(context, consent);
  if (known.some(({ key, proof }) => context.verify(key, inputs, proof))) return;
  findings.add(
    "CONSENT_PROOF_INVALID",
    `Consent ${id} was bound with a proof that does not verify for its page's root, slot, matter, rights and grantee.`,
    place,
  );
}

/** What the contract had to verify, from events alone. */
function inputsOf({ chainId, ledger }: BindingContext, consent: BoundConsent): bigint[] {
  const { page, slot, matter, rights, granteeNumber, root } = consent;
  const action = bindActionOf({ chainId, ledger, page }, matter);
  return [root ?? 0n, BigInt(slot), action, rights, BigInt(granteeNumber)];
}

/** As the registry's `verifierInForce`. What happened to the circuit later in the same second counts as later. */
function isUsable(
  { family, addedAt, retiredAt, forgedAt, suspensions }: CircuitState,
  time: number,
): boolean {
  const stop = suspensions.lastBefore(time);
  return (
    family === BIND &&
    addedAt <= time &&
    (retiredAt === undefined || time < retiredAt || time === forgedAt) &&
    (forgedAt === undefined || time <= forgedAt) &&
    (stop === undefined || stop.end <= time)
  );
}
