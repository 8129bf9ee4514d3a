// SPDX-License-Identifier: GPL-3.0-or-later
//
// A patient's side of the health ledger.
import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { VitalproofError } from "../errors.ts";
import { assertField, bytesToBigint } from "../field.ts";
import type { Identity } from "../identity/identity.ts";
import { assertInteger } from "../invalid.ts";
import type { Witness } from "../witness/witness.ts";
import { consentLeafOf, grantMessageOf, handleOf, type OpenConsent, signerOf } from "./consent.ts";
import type { Grant, Revocation } from "./consentBatch.ts";
import { ownSlotWitness } from "./ownSlot.ts";
import { grantDomainOf, PAGE_SLOTS, type PageAddress, revokeActionOf } from "./page.ts";
import { pageNameOf } from "./pageName.ts";
import { SlotKey } from "./signature.ts";
import { packRights, type Rights } from "./words.ts";

/** Custodian to patient: what the consent in this slot would be. */
export type ConsentOffer = {
  readonly address: PageAddress;
  readonly slot: number;
  readonly rights: Rights;
  /** Whom the consent is for: 32 bits. */
  readonly grantee: number;
  /** Key of the pads of its records, the custodian's and the patient's. A secret. */
  readonly audit: bigint;
  /** Packed rights that all consents of the page share; 0 or absent if each has its own. */
  readonly form?: bigint | undefined;
};

/** What a wallet keeps of a consent, apart from its seed: the audit key comes from the custodian and cannot be derived. */
export type KeptConsent = {
  readonly address: PageAddress;
  readonly slot: number;
  readonly consent: OpenConsent;
};

const NAME = "vitalproof/ledger-wallet/1";
const SECRET_BITS = 253n;

/** A patient's key and revocation secret of one slot. Neither is in a property. */
export class SlotKeys {
  readonly key: SlotKey;
  readonly #secret: bigint;
  /** `signerOf` the key. */
  readonly signer: bigint;
  /** `handleOf` the revocation secret. */
  readonly handle: bigint;

  /** @param secret a field element */
  constructor(key: SlotKey, secret: bigint) {
    this.key = key;
    this.#secret = secret;
    this.signer = signerOf(key.publicKey);
    this.handle = handleOf(secret);
  }

  /** Who has it and knows the consent can revoke it, and do nothing else. */
  revocationSecret(): bigint {
    return this.#secret;
  }

  toJSON(): Record<string, unknown> {
    return { type: "SlotKeys", secret: "(secret)" };
  }
}

/**
 * Keys of a patient's consents, derived from the identity's wallet seed (HKDF-SHA-256, RFC 5869): a restored identity has
 * them again. Two slots, pages, ledgers or chains have unrelated keys, so nothing on a chain links one patient's consents.
 * Of what was accepted a wallet keeps the `KeptConsent`: no seed leads to its audit key.
 */
export class LedgerWallet {
  readonly #root: Uint8Array;

  constructor(identity: Identity) {
    this.#root = extract(sha256, identity.walletSeed(), utf8ToBytes(NAME));
  }

  /** @throws INVALID_ARGUMENT */
  keysOf(address: PageAddress, slot: number): SlotKeys {
    assertInteger("slot", slot, 0, PAGE_SLOTS - 1);
    const place = `${pageNameOf(address)}|${slot}`;
    const derive = (use: string) => expand(sha256, this.#root, utf8ToBytes(`${NAME}|${use}|${place}`), 32);
    const secret = bytesToBigint(derive("revoke")) & ((1n << SECRET_BITS) - 1n);
    return new SlotKeys(new SlotKey(derive("sign")), secret);
  }

  /**
   * Signs exactly this consent for exactly this slot of this page. A slot is used once: who accepts two offers for one slot lets
   * the custodian choose between them.
   *
   * @returns the grant for the custodian, the consent in it, and what to keep
   * @throws INVALID_ARGUMENT for an offer that no page takes, NOT_A_FIELD_ELEMENT for its audit key
   */
  accept({ address, slot, rights, grantee, audit, form = 0n }: ConsentOffer): {
    readonly grant: Grant;
    readonly consent: OpenConsent;
    readonly kept: KeptConsent;
  } {
    if (form !== 0n && form !== packRights(rights))
      throw refused(slot, "The rights of the offer must be those of the page's form.");
    assertField("audit key", audit, { secret: true });
    // A key that everybody knows: a member that was never filled.
    if (audit === 0n) throw refused(slot, "The audit key of an offer must not be 0.");
    const { key, signer, handle } = this.keysOf(address, slot);
    const consent = { rights, signer, handle, grantee, audit };
    const message = grantMessageOf(grantDomainOf(address), slot, consentLeafOf(consent));
    return {
      grant: { consent, key: key.publicKey, signature: key.sign(message) },
      consent,
      kept: { address, slot, consent },
    };
  }

  /** Whether this wallet has the keys of a consent. */
  owns({ address, slot, consent }: KeptConsent): boolean {
    const { signer, handle } = this.keysOf(address, slot);
    return consent.signer === signer && consent.handle === handle;
  }

  /**
   * For a batch of anyone who will send it. It has the revocation secret of this slot, which opens nothing else.
   * @throws SLOT_NOT_OWNED
   */
  revocationOf(kept: KeptConsent): Revocation {
    const { slot, consent } = kept;
    if (!this.owns(kept))
      throw new VitalproofError("SLOT_NOT_OWNED", `Slot ${slot} is not one of this wallet's.`, {
        details: { slot, page: kept.address.page },
        hint: "Use the identity that accepted the consent.",
      });
    return { slot, consent, secret: this.keysOf(kept.address, slot).revocationSecret() };
  }

  /**
   * Witness of a revocation that nobody can delay: `revokeByForce` with its proof is in force with the transaction.
   * @param leaves of the page's slots, from calldata
   * @throws SLOT_NOT_OWNED also when the page does not hold the consent
   */
  forcedRevocation(kept: KeptConsent, leaves: readonly bigint[]): Witness {
    return ownSlotWitness({ ...this.revocationOf(kept), leaves, action: revokeActionOf(kept.address) });
  }

  toJSON(): Record<string, unknown> {
    return { type: "LedgerWallet", seed: "(secret)" };
  }
}

/** Without the values: they are between patient and custodian. */
function refused(slot: number, why: string): VitalproofError {
  return new VitalproofError("INVALID_ARGUMENT", why, {
    details: { slot },
    hint: "Ask the custodian for another offer.",
  });
}
