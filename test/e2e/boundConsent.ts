// SPDX-License-Identifier: GPL-3.0-or-later
//
// A page of the health ledger in the audit's history. The binding has a real proof. Batches of consents and the revocation
// have simulated ones under the development keys, which an audit does not look at.
import { prove } from "@vitalproof/sdk";
import {
  bindActionOf,
  bindSlotWitness,
  consentBatch,
  LedgerClient,
  type Matter,
  ownSlotWitness,
  revokeActionOf,
} from "@vitalproof/sdk/ledger";
import { sharedProver, type World } from "../../simulation/index.ts";
import { circuitKey } from "../contracts/support/proofs.ts";
import { grantOf, patientOf, RIGHTS } from "../support/ledgerPage.ts";
import { simulatedProof } from "../support/simulatedProof.ts";

export const LEDGER_CIRCUITS = ["consent-batch", "own-slot", "bind-slot"] as const;

const DAY = 24 * 60;

export type Bound = {
  readonly consent: string;
  readonly page: bigint;
  readonly slot: number;
  readonly matter: Matter;
};

/** A page with three consents, of which slot 0 is revoked and slot 1 bound for a program, both before any claim. */
export async function bindConsent(
  world: World,
  { patient, program }: Pick<Matter, "patient" | "program">,
): Promise<Bound & { revoke(): Promise<void> }> {
  const { insurer, stranger, relayer } = world.roles;
  const custodian = new LedgerClient(world.addresses.ledger, stranger);
  const anyone = new LedgerClient(world.addresses.ledger, relayer);
  const grantee = await new LedgerClient(world.addresses.ledger, insurer).registerGrantee();
  const page = (await custodian.openPage()).result;
  const address = await custodian.pageAddress(page);
  await world.follow();
  const rights = { ...RIGHTS, until: Math.floor(world.now / 60) + 10 * DAY };
  const patients = [0, 1, 2].map((slot) => patientOf(`bound ${slot}`, rights, grantee));
  const change = async (
    state: Parameters<typeof consentBatch>[0]["page"],
    grants: Parameters<typeof consentBatch>[0]["grants"],
    revocations: Parameters<typeof consentBatch>[0]["revocations"],
  ) => {
    const batch = consentBatch({
      ...{ circuit: "consent-batch", address, page: state, form: 0n, grants, revocations },
    });
    await custodian.changeConsents(page, batch, simulated("consent-batch", batch.witness.publicInputs));
    return batch.page;
  };
  const given = await change(
    { leaves: [], live: 0n },
    patients.map((each, slot) => grantOf(each, slot, address)),
    [],
  );
  const { consent: first, secret: firstSecret } = patients[0]!;
  const { leaves } = await change(given, [], [{ slot: 0, consent: first, secret: firstSecret }]);

  const slot = 1;
  const { consent, secret } = patients[slot]!;
  const purpose = await world.contracts.claims.claimPurpose();
  const matter: Matter = { patient, grantee: insurer.address, purpose, program };
  const witness = bindSlotWitness({ leaves, slot, consent, secret, action: bindActionOf(address, matter) });
  const { proof } = await prove(sharedProver, await world.artifacts.load("bind-slot"), witness);
  const bound = await anyone.bind(page, matter, witness, proof);
  return {
    consent: bound.result,
    page,
    slot,
    matter,
    revoke: async () => {
      const own = ownSlotWitness({ leaves, slot, consent, secret, action: revokeActionOf(address) });
      await anyone.revokeByForce(page, slot, simulated("own-slot", own.publicInputs));
    },
  };
}

function simulated(circuit: (typeof LEDGER_CIRCUITS)[number], inputs: readonly bigint[]) {
  const { trapdoor, points } = circuitKey(circuit);
  return simulatedProof(trapdoor, points, inputs, 7n);
}
