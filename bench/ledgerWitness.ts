// SPDX-License-Identifier: GPL-3.0-or-later
import type { Witness } from "@vitalproof/sdk";
import {
  accessBatch,
  accessesOf,
  bindActionOf,
  bindSlotWitness,
  consentBatch,
  ownSlotWitness,
  revokeActionOf,
  sizesOf,
} from "@vitalproof/sdk/ledger";
import { ADDRESS, grantOf, pageOf, patientOf, sampleAccesses } from "../test/support/ledgerPage.ts";

/** The circuits of the health ledger, the smallest first. */
export const LEDGER_CIRCUITS = [
  "own-slot",
  "bind-slot",
  "access-batch-64",
  "consent-batch",
  "access-batch-244",
  "access-batch-1024",
] as const;
export type LedgerCircuit = (typeof LEDGER_CIRCUITS)[number];

export const isLedgerCircuit = (name: string): name is LedgerCircuit =>
  (LEDGER_CIRCUITS as readonly string[]).includes(name);

/** Patients of the page; minutes since 1970 at which the window begins, and how long it is. */
const [PATIENTS, BASE, SPAN] = [96, 29_000_000, 1_440];
const SLOT = 7;
const MATTER = {
  ...{ patient: ADDRESS.ledger, grantee: ADDRESS.ledger, purpose: `0x${"01".repeat(32)}` },
  program: 1n,
};

/** A full batch of the circuit, or one patient's proof. */
export function ledgerWitnessOf(circuit: LedgerCircuit): Witness {
  const { page, patients } = pageOf(PATIENTS);
  const { consent, secret } = patients[SLOT]!;
  const own = { leaves: page.leaves, slot: SLOT, consent, secret };
  switch (circuit) {
    case "own-slot":
      return ownSlotWitness({ ...own, action: revokeActionOf(ADDRESS) });
    case "bind-slot":
      return bindSlotWitness({ ...own, action: bindActionOf(ADDRESS, MATTER) });
    case "consent-batch": {
      const { mostGrants, mostRevocations } = sizesOf(circuit);
      return consentBatch({
        ...{ circuit, address: ADDRESS, page, form: 0n },
        grants: Array.from({ length: mostGrants }, (_, i) => grantOf(patientOf(`new ${i}`), PATIENTS + i)),
        revocations: patients.slice(0, mostRevocations).map((each, slot) => ({ ...each, slot })),
      }).witness;
    }
    default: {
      const accesses = sampleAccesses(patients, accessesOf(circuit));
      return accessBatch({ circuit, address: ADDRESS, page, base: BASE, span: SPAN, accesses }).witness;
    }
  }
}
