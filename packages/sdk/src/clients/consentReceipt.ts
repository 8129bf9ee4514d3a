// SPDX-License-Identifier: GPL-3.0-or-later

import { hexlify, keccak256, randomBytes, toUtf8Bytes } from "ethers";
import type { Terms } from "../templates/templates.ts";
import { explainTerms } from "../terms/explain.ts";
import { type Body, CONSENT_RECEIPT, documentText } from "../wire/documents.ts";
import type { Consent } from "./consents.ts";

export type ConsentFacts = Omit<Consent, "receiptHash"> & {
  chainId: bigint;
  /** Address of the claims contract. */
  claims: string;
  terms: Terms;
};

export type ConsentReceipt = {
  /** JSON, for the person to keep; the chain never sees it. */
  text: string;
  /** keccak256 of the text's UTF-8 bytes: the `receiptHash` of the consent. */
  receiptHash: string;
};

/**
 * The receipt of a consent: what was agreed to, with the fields of ISO/IEC TS 27560 that apply and a salt of 32 random
 * bytes, so that nobody can guess the text from its hash.
 * @param options `withdrawal`: where the consent can be revoked, said after how
 */
export function consentReceipt(
  facts: ConsentFacts,
  { withdrawal }: { withdrawal?: string } = {},
): ConsentReceipt {
  const { patient, grantee, purpose, program, from, until, nonce, chainId, claims, terms } = facts;
  const receipt: Body<typeof CONSENT_RECEIPT> = {
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
    withdrawal: `at any time, for what has not been claimed${withdrawal === undefined ? "" : `: ${withdrawal}`}`,
    nonce,
    salt: hexlify(randomBytes(32)),
  };
  const text = documentText(CONSENT_RECEIPT, receipt);
  return { text, receiptHash: keccak256(toUtf8Bytes(text)) };
}

/** @param time Unix seconds */
function instant(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000Z", "Z");
}
