// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { CONSENT_REGISTRY_ABI } from "../generated/abi.ts";
import { connect } from "./call.ts";
import type { Consent } from "./consents.ts";
import type { ConsentRegistry } from "./contractTypes.ts";
import { type BlockRange, eventsOf } from "./events.ts";

export type GrantedConsent = Consent & { readonly consentId: string };

/**
 * The consents that an account granted, oldest first, from the registry's events. They may be over or revoked by now.
 * @param consents address of the registry
 * @param patient the node learns which account is looked for
 */
export async function grantedConsents(
  consents: string,
  runner: ContractRunner,
  patient: string,
  range: BlockRange = {},
): Promise<GrantedConsent[]> {
  const contract = connect<ConsentRegistry>(CONSENT_REGISTRY_ABI, consents, runner);
  const filter = contract.filters.ConsentGranted(undefined, patient);
  const events = await eventsOf(contract, "ConsentGranted", range, (from, to) =>
    contract.queryFilter(filter, from, to),
  );
  return events.map(({ args }) => ({
    consentId: args.consentId,
    patient: args.patient,
    grantee: args.grantee,
    purpose: args.purpose,
    program: args.program,
    from: Number(args.from),
    until: Number(args.until),
    receiptHash: args.receiptHash,
    nonce: args.nonce,
  }));
}
