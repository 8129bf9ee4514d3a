// SPDX-License-Identifier: GPL-3.0-or-later
export interface Offer {
  circuit: string;
  scope: bigint;
  assurance: bigint;
  terms: bigint;
  token: string;
  benefit: bigint;
  arbiter: string;
  claimWindow: bigint;
  reviewTime: bigint;
  arbiterTime: bigint;
}

export interface Attestation {
  program: bigint;
  offerHash: string;
  holder: bigint;
  controller: string;
  payee: string;
  firstEpoch: bigint;
  periods: bigint;
  nonce: bigint;
  expiry: bigint;
}

// The types that are signed are written out, and not the SDK's: the contracts are tested against what docs/protocol.md says.
export const attestationTypes = {
  HolderAttestation: [
    { name: "program", type: "uint256" },
    { name: "offerHash", type: "bytes32" },
    { name: "holder", type: "uint256" },
    { name: "controller", type: "address" },
    { name: "payee", type: "address" },
    { name: "firstEpoch", type: "uint32" },
    { name: "periods", type: "uint32" },
    { name: "nonce", type: "uint256" },
    { name: "expiry", type: "uint256" },
  ],
};

export const grantTypes = {
  ConsentGrant: [
    { name: "patient", type: "address" },
    { name: "grantee", type: "address" },
    { name: "purpose", type: "bytes32" },
    { name: "program", type: "uint256" },
    { name: "from", type: "uint64" },
    { name: "until", type: "uint64" },
    { name: "receiptHash", type: "bytes32" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

export const revocationTypes = {
  ConsentRevocation: [
    { name: "consentId", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
};

export interface ConsentFields {
  patient: string;
  grantee: string;
  purpose: string;
  program: bigint;
  from: bigint;
  until: bigint;
  receiptHash: string;
  nonce: bigint;
}
