// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { computeAddress, hexlify } from "ethers";
import type { Handle } from "pkcs11js";
import type { TokenKeyConfig } from "../config.ts";
import { findOne, type TokenSession } from "./tokenKey.ts";

/** DER of the object identifier 1.3.132.0.10, the curve of Ethereum's accounts. */
export const SECP256K1 = Buffer.from("06052b8104000a", "hex");

/** A pair of keys on secp256k1 in a token. */
export type AccountKey = { readonly privateKey: Handle; readonly address: string };

/** Finds the pair by its label. @throws TOKEN_KEY_MISSING; TOKEN_KEY_UNSUITABLE for one that is not on secp256k1 */
export function findAccountKey(at: TokenSession, config: TokenKeyConfig): AccountKey {
  const { CKA_CLASS, CKA_LABEL, CKO_PRIVATE_KEY, CKO_PUBLIC_KEY } = at.library;
  const labelled = (value: number) => [
    { type: CKA_CLASS, value },
    { type: CKA_LABEL, value: config.label },
  ];
  const privateKey = findOne(at, labelled(CKO_PRIVATE_KEY), "private key", config);
  const publicKey = findOne(at, labelled(CKO_PUBLIC_KEY), "public key", config);
  return { privateKey, address: addressOf(at, publicKey, config) };
}

/** @throws TOKEN_KEY_UNSUITABLE for a public key that is not a point of secp256k1 */
export function addressOf(
  { library, functions, session }: TokenSession,
  publicKey: Handle,
  { token, label }: Pick<TokenKeyConfig, "token" | "label">,
): string {
  const read = (type: number): Buffer | undefined => {
    try {
      return functions.C_GetAttributeValue(session, publicKey, [{ type }])[0]?.value;
    } catch (error) {
      // An RSA key has no curve.
      if (error instanceof Error && error.message.startsWith("CKR_ATTRIBUTE_TYPE_INVALID")) return undefined;
      throw error;
    }
  };
  const point = pointOf(read(library.CKA_EC_POINT));
  if (point === undefined || read(library.CKA_EC_PARAMS)?.equals(SECP256K1) !== true) {
    throw new VitalproofError("TOKEN_KEY_UNSUITABLE", `The key ${label} in ${token} is not on secp256k1.`, {
      details: { token, label },
      hint: "Make a pair of keys on secp256k1 under another label.",
    });
  }
  return computeAddress(hexlify(point));
}

/** Uncompressed, in a DER octet string as PKCS#11 says; some tokens leave the string out. */
function pointOf(value: Buffer | undefined): Buffer | undefined {
  const point = value?.length === 67 && value[0] === 4 && value[1] === 65 ? value.subarray(2) : value;
  return point?.length === 65 && point[0] === 4 ? point : undefined;
}
