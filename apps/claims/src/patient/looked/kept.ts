// SPDX-License-Identifier: GPL-3.0-or-later
import type { ConsentOffer, KeptConsent, PageAddress } from "@vitalproof/sdk/ledger";
import type { Vault } from "../vault.ts";

/** What the vault keeps of a consent to a hospital. The audit key in it can be had from nothing else. */
export type SignedConsent = {
  readonly offer: ConsentOffer;
  readonly kept: KeptConsent;
  /** Account of the hospital that the offer was from, and what the patient calls it. */
  readonly custodian: string;
  readonly name: string;
  /** Chain's Unix seconds. */
  readonly signedAt: number;
  /** When the patient asked the hospital to revoke it. */
  readonly askedAt?: number;
};

const PREFIX = "kept/";
const FOLDER = "looked/";

/** The name under which a vault keeps it; one for each place in the ledger. */
export function nameOf({ chainId, ledger, page }: PageAddress, slot: number): string {
  return `${FOLDER}${chainId}-${ledger.toLowerCase()}-${page}-${slot}`;
}

/** All that the vault has, the first signed first. */
export async function signedConsents(vault: Vault): Promise<SignedConsent[]> {
  const keys = await vault.store.keys(`${PREFIX}${FOLDER}`);
  const found = await Promise.all(
    keys.map((key) => vault.recall<SignedConsent>(key.slice(PREFIX.length)) as Promise<SignedConsent>),
  );
  return found.sort((a, b) => a.signedAt - b.signedAt || a.kept.slot - b.kept.slot);
}
