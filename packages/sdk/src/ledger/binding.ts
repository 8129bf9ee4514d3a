// SPDX-License-Identifier: GPL-3.0-or-later
//
// A consent that a contract relies on, such as claims on a policy: contracts/interfaces/IHealthLedger.sol.
import { AbiCoder, concat, dataSlice, keccak256, toUtf8Bytes } from "ethers";
import { FIELD } from "../field.ts";
import { assertInteger } from "../invalid.ts";
import type { PageAddress } from "./page.ts";
import { PAGE_SLOTS } from "./slots.ts";

/** What a consent is bound to. */
export type Matter = {
  /** The patient's account in the matter; for a policy its controller. */
  readonly patient: string;
  /** Account whose number the consent names and that may rely on it; for claims the program's insurer. */
  readonly grantee: string;
  /** 32 bytes in hex; for claims `claimPurpose()`. */
  readonly purpose: string;
  /** Number of the program. */
  readonly program: bigint;
};

const MATTER = "tuple(address patient, address grantee, bytes32 purpose, uint256 program)";
/** Prefix of the ids of bound consents; `BOUND_CONSENT` of contracts/types/Ids.sol. */
const BOUND_CONSENT = toUtf8Bytes("LDGR");

/** `action` of a proof that binds a consent to a matter. */
export function bindActionOf({ chainId, ledger, page }: PageAddress, matter: Matter): bigint {
  const types = ["string", "uint256", "address", "uint256", MATTER];
  const bytes = AbiCoder.defaultAbiCoder().encode(types, [
    "vitalproof/bind/1",
    chainId,
    ledger,
    page,
    matter,
  ]);
  return BigInt(keccak256(bytes)) % FIELD;
}

/** Id under which contracts ask about a bound consent: 32 bytes in hex. */
export function boundConsentIdOf(page: bigint, slot: number, matter: Matter): string {
  assertInteger("slot", slot, 0, PAGE_SLOTS - 1);
  const hash = keccak256(
    AbiCoder.defaultAbiCoder().encode(["uint256", "uint8", MATTER], [page, slot, matter]),
  );
  return concat([BOUND_CONSENT, dataSlice(hash, 0, 28)]);
}

/** Whether a consent's id belongs to the health ledger rather than the consent registry. */
export function isBoundConsent(consentId: string): boolean {
  return dataSlice(consentId, 0, 4) === concat([BOUND_CONSENT]);
}
