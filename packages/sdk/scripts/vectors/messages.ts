// SPDX-License-Identifier: GPL-3.0-or-later
import { bytesToHex } from "@noble/hashes/utils.js";
import { TypedDataEncoder } from "ethers";
import {
  ATTESTATION_TYPES,
  attestationDigest,
  CONSENT_GRANT_TYPES,
  CONSENT_REVOCATION_TYPES,
  type Consent,
  circuitIdOf,
  consentIdOf,
  controllerOf,
  deviceMessage,
  FIELD,
  Identity,
  packContext,
  policyHashOf,
  RECEIPT_TYPES,
  type Receipt,
  SimulatedDevice,
  scopeOf,
} from "../../src/index.ts";

export function signatures(): object[] {
  const circuit = {
    group: 1n,
    subject: 2n,
    previous: 3n,
    inner: FIELD - 1n,
    context: packContext({ profile: 1, offset: 2, epoch: 3 }),
  };
  const message = deviceMessage(circuit);
  return (["p256", "ed25519"] as const).map((curve) => {
    const { publicKey } = new SimulatedDevice(curve, new Uint8Array(32).fill(1));
    return { curve, ...circuit, message: bytesToHex(message), secretKey: "01".repeat(32), publicKey };
  });
}

export function chain(): object[] {
  const chainId = 31_337n;
  const claims = "0x00000000000000000000000000000000000000C1";
  const anchors = "0x00000000000000000000000000000000000000A1";
  const consents = "0x00000000000000000000000000000000000000e1";
  const attestation = {
    program: 3n,
    offerHash: `0x${"33".repeat(32)}`,
    holder: FIELD - 1n,
    controller: "0x00000000000000000000000000000000000000D1",
    payee: "0x0000000000000000000000000000000000000000",
    firstEpoch: 20_000,
    periods: 30,
    nonce: 1n,
    expiry: 2_000_000_000n,
  };
  const receipt: Receipt = { group: 1n, leaf: 5n, context: 7n, receivedAt: 1_700_000_000, anchorDay: 19_675 };
  const consent: Consent = {
    patient: attestation.controller,
    grantee: "0x00000000000000000000000000000000000000F1",
    purpose: `0x${"11".repeat(32)}`,
    program: 3n,
    from: 1_700_000_000,
    until: 1_800_000_000,
    receiptHash: `0x${"22".repeat(32)}`,
    nonce: 9n,
  };
  const deadline = 1_900_000_000n;
  const typed = (name: string, verifyingContract: string): object => ({
    name,
    version: "1",
    chainId,
    verifyingContract,
  });
  const { context, ...rest } = receipt;
  const secret = 123_456_789n;
  const walletSeed = Uint8Array.from({ length: 32 }, (_, i) => i);
  const policy = { chainId, claims, program: 3n, index: 0 };
  const scopes = "0x000000000000000000000000000000000000005C";
  return [
    ...[0n, 1n, 2n ** 64n - 1n].map((scopeNumber) => ({
      what: "scope",
      chainId,
      scopes,
      scopeNumber,
      scope: scopeOf({ chainId, scopes, scopeNumber }),
    })),
    { what: "circuitId", name: "glucose-day", version: 1, id: circuitIdOf("glucose-day", 1) },
    {
      what: "holderAttestation",
      chainId,
      claims,
      types: ATTESTATION_TYPES,
      attestation,
      digest: attestationDigest({ chainId, claims }, attestation),
      policyHash: policyHashOf({ chainId, claims }, attestation),
    },
    {
      what: "receipt",
      chainId,
      anchors,
      types: RECEIPT_TYPES,
      receipt,
      digest: TypedDataEncoder.hash(typed("Vitalproof Anchors", anchors), RECEIPT_TYPES, {
        ...rest,
        ctx: context,
      }),
    },
    {
      what: "consentGrant",
      chainId,
      consents,
      types: CONSENT_GRANT_TYPES,
      consent,
      deadline,
      id: consentIdOf(consent),
      digest: TypedDataEncoder.hash(typed("Vitalproof Consent", consents), CONSENT_GRANT_TYPES, {
        ...consent,
        deadline,
      }),
    },
    {
      what: "consentRevocation",
      chainId,
      consents,
      types: CONSENT_REVOCATION_TYPES,
      consentId: consentIdOf(consent),
      deadline,
      digest: TypedDataEncoder.hash(typed("Vitalproof Consent", consents), CONSENT_REVOCATION_TYPES, {
        consentId: consentIdOf(consent),
        deadline,
      }),
    },
    {
      what: "controller",
      walletSeed: bytesToHex(walletSeed),
      ...policy,
      address: controllerOf(new Identity(secret, walletSeed), policy).address,
    },
  ];
}
