// SPDX-License-Identifier: GPL-3.0-or-later
import { type HolderAttestation, isFieldElement, VitalproofError } from "@vitalproof/sdk";
import { getAddress, isAddress, isHexString } from "ethers";

/** What a patient hands to the insurer: what the attester attested, and its signature. */
export type Application = { readonly attestation: HolderAttestation; readonly signature: string };

/**
 * Reads the text of an application, `{ "attestation": {…}, "signature": "0x…" }`, numbers as decimal strings.
 * @throws DOCUMENT_INVALID naming the member, what it holds and what it should
 */
export function parseApplication(text: string): Application {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new VitalproofError("DOCUMENT_INVALID", "The application is not valid JSON.", {
      hint: 'Paste the whole file that the patient sent, from "{" to "}".',
      cause,
    });
  }
  return applicationOf(raw);
}

/** As `parseApplication`, for what JSON held. */
export function applicationOf(raw: unknown): Application {
  const file = objectOf("the application", raw);
  const attestation = objectOf("attestation", file.attestation);
  const { signature } = file;
  if (!isHexString(signature) || signature.length < 4) {
    throw wrong("signature", signature, "the signature in hex, beginning with 0x");
  }
  return {
    attestation: {
      program: big(attestation, "program", 2n ** 64n - 1n),
      offerHash: hash(attestation, "offerHash"),
      holder: holderOf(attestation),
      controller: address(attestation, "controller"),
      payee: address(attestation, "payee"),
      firstEpoch: Number(big(attestation, "firstEpoch", 2n ** 32n - 1n)),
      periods: Number(big(attestation, "periods", 2n ** 32n - 1n)),
      nonce: big(attestation, "nonce", 2n ** 256n - 1n),
      expiry: big(attestation, "expiry", 2n ** 256n - 1n),
    },
    signature,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(name: string, value: unknown): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(name, value, "an object");
}

function big(fields: Fields, name: string, highest: bigint): bigint {
  const value = fields[name];
  const plain =
    (typeof value === "string" && /^\d{1,78}$/.test(value)) ||
    (typeof value === "number" && Number.isSafeInteger(value) && value >= 0);
  const number = plain ? BigInt(value as string | number) : undefined;
  if (number !== undefined && number <= highest) return number;
  throw wrong(`attestation.${name}`, value, `a whole number from 0 to ${highest}`);
}

function holderOf(fields: Fields): bigint {
  const holder = big(fields, "holder", 2n ** 256n - 1n);
  if (holder !== 0n && isFieldElement(holder)) return holder;
  throw wrong("attestation.holder", fields.holder, "a number of the field that is not 0");
}

function hash(fields: Fields, name: string): string {
  const value = fields[name];
  if (isHexString(value, 32)) return value.toLowerCase();
  throw wrong(`attestation.${name}`, value, "0x and 64 hex digits");
}

function address(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string" && isAddress(value)) return getAddress(value);
  throw wrong(`attestation.${name}`, value, "an address, 0x and 40 hex digits");
}

function wrong(member: string, value: unknown, wanted: string): VitalproofError {
  const shown = value === undefined ? "missing" : String(JSON.stringify(value)).slice(0, 80);
  return new VitalproofError("DOCUMENT_INVALID", `${member} is ${shown}.`, {
    details: { member },
    hint: `It must be ${wanted}.`,
  });
}
