// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, type ContractRunner, keccak256, type Signer, ZeroHash } from "ethers";
import { CONSENT_REGISTRY_ABI } from "../generated/abi.ts";
import { connect, read, type Sent, send } from "./call.ts";
import { chainIdOf } from "./chain.ts";
import type { ConsentRegistry } from "./contractTypes.ts";

/** What a patient agrees to. Only its hash-bound essentials; the full receipt's text stays off chain. */
export type Consent = {
  /** The account that gives it; for a policy its controller. */
  patient: string;
  /** Who may act on it; for a claim the program's insurer. */
  grantee: string;
  /** 32 bytes, hex; for claims `ClaimsClient.claimPurpose()`. */
  purpose: string;
  program: bigint;
  /** First second at which it is active, and first at which it no longer is. */
  from: number;
  until: number;
  /** Salted hash of the full consent receipt (ISO/IEC TS 27560), 32 bytes, hex. */
  receiptHash: string;
  /** Any number; another one makes another consent of equal content. */
  nonce: bigint;
};

/** A consent on record. Times are Unix seconds. */
export type ConsentRecord = {
  patient: string;
  /** Hash of whom it was given to, what for and in which program. */
  matter: string;
  from: number;
  until: number;
  grantedAt: number;
  /** 0 while it is not revoked. */
  revokedAt: number;
};

const CONSENT_FIELDS = [
  { name: "patient", type: "address" },
  { name: "grantee", type: "address" },
  { name: "purpose", type: "bytes32" },
  { name: "program", type: "uint256" },
  { name: "from", type: "uint64" },
  { name: "until", type: "uint64" },
  { name: "receiptHash", type: "bytes32" },
  { name: "nonce", type: "uint256" },
];

export const CONSENT_GRANT_TYPES = {
  ConsentGrant: [...CONSENT_FIELDS, { name: "deadline", type: "uint256" }],
};
export const CONSENT_REVOCATION_TYPES = {
  ConsentRevocation: [
    { name: "consentId", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
};

/** `keccak256(abi.encode("vitalproof/consent/1", consent))`: a consent never changes. */
export function consentIdOf(consent: Consent): string {
  const tuple = `tuple(${CONSENT_FIELDS.map(({ type }) => type).join(",")})`;
  const values = CONSENT_FIELDS.map(({ name }) => consent[name as keyof Consent]);
  return keccak256(AbiCoder.defaultAbiCoder().encode(["string", tuple], ["vitalproof/consent/1", values]));
}

/** Chain and consent registry under whose EIP-712 domain consents are signed. */
export type ConsentDomain = { chainId: bigint; consents: string };

/** Signs a grant that anyone may submit until `deadline` (Unix seconds, part of what is signed). */
export function signConsent(
  signer: Signer,
  domain: ConsentDomain,
  consent: Consent,
  deadline: bigint,
): Promise<string> {
  return signer.signTypedData(typedDomain(domain), CONSENT_GRANT_TYPES, { ...consent, deadline });
}

/** Signs a revocation, which is final for this consent. */
export function signRevocation(
  signer: Signer,
  domain: ConsentDomain,
  consentId: string,
  deadline: bigint,
): Promise<string> {
  return signer.signTypedData(typedDomain(domain), CONSENT_REVOCATION_TYPES, { consentId, deadline });
}

/** Grants, revokes and looks up consents, by own transaction or by relayed signature. */
export class ConsentClient {
  readonly address: string;
  readonly #runner: ContractRunner;
  readonly #contract: ConsentRegistry;

  constructor(address: string, runner: ContractRunner) {
    this.address = address;
    this.#runner = runner;
    this.#contract = connect<ConsentRegistry>(CONSENT_REGISTRY_ABI, address, runner);
  }

  async domain(): Promise<ConsentDomain> {
    return { chainId: await chainIdOf(this.#runner), consents: this.address };
  }

  /** Records the caller's consent; repeating it does nothing. @returns the consent's id */
  grant(consent: Consent): Promise<Sent<string>> {
    return send(
      this.#contract,
      "grant",
      () => this.#contract.grant(consent),
      () => consentIdOf(consent),
    );
  }

  grantWithSignature(consent: Consent, deadline: bigint, signature: string): Promise<Sent<string>> {
    return send(
      this.#contract,
      "grantWithSignature",
      () => this.#contract.grantWithSignature(consent, deadline, signature),
      () => consentIdOf(consent),
    );
  }

  /** Revokes the caller's consent permanently, granted already or not. */
  revoke(consentId: string): Promise<Sent> {
    return send(this.#contract, "revoke", () => this.#contract.revoke(consentId));
  }

  revokeWithSignature(
    patient: string,
    consentId: string,
    deadline: bigint,
    signature: string,
  ): Promise<Sent> {
    return send(this.#contract, "revokeWithSignature", () =>
      this.#contract.revokeWithSignature(patient, consentId, deadline, signature),
    );
  }

  /** undefined for a consent that was never granted; a revocation before the grant shows in `revokedAtBy` only. */
  async consentOf(consentId: string): Promise<ConsentRecord | undefined> {
    const found = await read(this.#contract, "consentOf", () => this.#contract.consentOf(consentId));
    if (found.matter === ZeroHash) return undefined;
    return {
      patient: found.patient,
      matter: found.matter,
      from: Number(found.from),
      until: Number(found.until),
      grantedAt: Number(found.grantedAt),
      revokedAt: Number(found.revokedAt),
    };
  }

  /** When an account revoked a consent, granted or not, in Unix seconds; 0 if it did not. */
  async revokedAtBy(patient: string, consentId: string): Promise<number> {
    return Number(
      await read(this.#contract, "revokedAtBy", () => this.#contract.revokedAtBy(patient, consentId)),
    );
  }

  /** Whether the consent allows this now. */
  isActive(
    consentId: string,
    matter: { patient: string; grantee: string; purpose: string; program: bigint },
  ): Promise<boolean> {
    const { patient, grantee, purpose, program } = matter;
    return read(this.#contract, "isActive", () =>
      this.#contract.isActive(consentId, patient, grantee, purpose, program),
    );
  }
}

function typedDomain({ chainId, consents }: ConsentDomain): object {
  return { name: "Vitalproof Consent", version: "1", chainId, verifyingContract: consents };
}
