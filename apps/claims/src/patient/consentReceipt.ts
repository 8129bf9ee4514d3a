// SPDX-License-Identifier: GPL-3.0-or-later
import { type Consent, explainTerms, type Terms } from "@vitalproof/sdk";
import { hexlify, keccak256, randomBytes, toUtf8Bytes } from "ethers";

export type ReceiptFacts = Omit<Consent, "receiptHash"> & {
  readonly chainId: bigint;
  readonly claims: string;
  readonly terms: Terms;
};

/**
 * The receipt of a consent: what was agreed to, with the fields of ISO/IEC TS 27560 that apply, as the command line
 * writes it, and a salt of 32 random bytes. Only its hash goes to the chain; the text is the person's to keep.
 */
export function consentReceipt(facts: ReceiptFacts): { text: string; receiptHash: string } {
  const { patient, grantee, purpose, program, from, until, nonce, chainId, claims, terms } = facts;
  const receipt = {
    kind: "vitalproof/consent-receipt",
    version: 1,
    schema: "ISO/IEC TS 27560:2023",
    recordId: hexlify(randomBytes(16)),
    piiPrincipal: patient,
    piiController: grantee,
    purposes: [
      {
        purpose: "decide on and pay claims of an insurance benefit",
        purposeId: purpose,
        lawfulBasis: "consent",
        piiCategories: ["whether readings met the program's terms in a period; no reading"],
        processing: "verification of a zero-knowledge proof by a smart contract, and payment",
        terms: explainTerms(terms),
      },
    ],
    contract: { chainId, claims, program },
    validFrom: instant(from),
    validUntil: instant(until),
    withdrawal: "at any time, for what has not been claimed",
    nonce,
    salt: hexlify(randomBytes(32)),
  };
  const plain = (_: string, value: unknown): unknown =>
    typeof value === "bigint" ? value.toString() : value;
  const text = `${JSON.stringify(receipt, plain, 2)}\n`;
  return { text, receiptHash: keccak256(toUtf8Bytes(text)) };
}

/** @param time Unix seconds */
function instant(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000Z", "Z");
}
