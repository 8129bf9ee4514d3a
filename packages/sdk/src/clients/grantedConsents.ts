// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractRunner } from "ethers";
import { CONSENT_REGISTRY_ABI } from "../generated/abi.ts";
import { connect, read } from "./call.ts";
import type { Consent } from "./consents.ts";
import type { ConsentRegistry } from "./contractTypes.ts";

/**
 * The consents that an account granted, oldest first, from the registry's events. They may be over or revoked by now.
 * @param consents address of the registry
 * @param patient the node learns which account is looked for
 */
export async function grantedConsents(
  consents: string,
  runner: ContractRunner,
  patient: string,
  fromBlock = 0,
): Promise<(Consent & { readonly consentId: string })[]> {
  const contract = connect<ConsentRegistry>(CONSENT_REGISTRY_ABI, consents, runner);
  const filter = contract.filters.ConsentGranted(undefined, patient);
  const events = await read(contract, "ConsentGranted", () => contract.queryFilter(filter, fromBlock));
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
