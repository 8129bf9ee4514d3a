// SPDX-License-Identifier: GPL-3.0-or-later
import { isBoundConsent } from "@vitalproof/sdk/ledger";
import type { ProgramState } from "./claims/types.ts";
import type { ConsentState, ConsentsState } from "./consentState.ts";
import type { HealthLedgerState } from "./ledgerState.ts";

/** Who can be asked about a claim's consent. */
type ConsentSources = { readonly consents: ConsentsState; readonly healthLedger: HealthLedgerState };

/** The consent that a claim names. As ClaimsPayout does, only one source is asked: its id says which. */
export function consentOf({ consents, healthLedger }: ConsentSources, id: string): ConsentState | undefined {
  return (isBoundConsent(id) ? healthLedger : consents).consents.get(id);
}

/** Consents of both sources to a program's insurer for that program. */
export function consentsTo(
  { consents, healthLedger }: ConsentSources,
  program: Pick<ProgramState, "id" | "insurer">,
): ConsentState[] {
  return [...consents.consents.values(), ...healthLedger.consents.values()].filter(
    ({ consent }) => consent.program === program.id && consent.grantee === program.insurer,
  );
}
