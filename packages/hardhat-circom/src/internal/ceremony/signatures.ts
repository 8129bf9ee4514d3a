// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash, createPublicKey, verify } from "node:crypto";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { CeremonyContributor } from "../../types.ts";
import { isOpenPgpKey, openPgpFault } from "./openPgp.ts";

/** What `ssh-keygen -Y sign -n` must be given, so that a signature for something else never counts. */
const SSH_NAMESPACE = "hardhat-circom-ceremony";

/**
 * Why a signature is not the contributor's, to follow "its signature"; undefined if it is.
 */
export async function signatureFault(
  text: string,
  signature: string,
  contributor: CeremonyContributor,
): Promise<string | undefined> {
  const { key } = contributor;
  if (!isOpenPgpKey(key)) return isSignedBy(text, signature, key) ? undefined : `is not one of ${key}`;
  const reason = await openPgpFault(text, signature, contributor);
  return reason === undefined ? undefined : `is not one of ${key}: ${reason}`;
}

/** How to sign a statement elsewhere. */
export function signingAdvice({ key }: CeremonyContributor, statement: string): string {
  if (key.startsWith("0x")) {
    return `sign the text of ${statement} as a personal message (EIP-191) with ${key}, and save the signature as signature.txt in the same folder`;
  }
  if (isOpenPgpKey(key)) {
    return `gpg --local-user ${key.split(" ")[1]} --digest-algo SHA512 --armor --detach-sign ${statement}`;
  }
  return `ssh-keygen -Y sign -n ${SSH_NAMESPACE} -f <private key> ${statement}`;
}

/**
 * Whether a text was signed by a key: EIP-191 (`personal_sign`) for an Ethereum address, `ssh-keygen -Y sign` for an
 * ssh-ed25519 key.
 */
export function isSignedBy(text: string, signature: string, key: string): boolean {
  const ssh = sshPublicKey(key);
  if (ssh === undefined) return recoverAddress(text, signature) === key.toLowerCase();
  return isSshSignature(text, signature, ssh);
}

/** EIP-191, 65 bytes. */
export function signEthereum(text: string, privateKey: Uint8Array): string {
  const signature = secp256k1.sign(personalMessageHash(text), privateKey, {
    prehash: false,
    format: "recovered",
  });
  // The library puts the recovery bit first, Ethereum last and counted from 27.
  return `0x${Buffer.from([...signature.subarray(1), signature[0]! + 27]).toString("hex")}`;
}

export function ethereumAddress(publicKey: Uint8Array): string {
  const point = secp256k1.Point.fromBytes(publicKey).toBytes(false);
  return `0x${Buffer.from(keccak_256(point.subarray(1)).subarray(12)).toString("hex")}`;
}

function recoverAddress(text: string, signature: string): string | undefined {
  const match = /^0x([0-9a-fA-F]{128})(1b|1c)$/i.exec(signature.trim());
  if (match === null) return undefined;
  const recovery = Number.parseInt(match[2]!, 16) - 27;
  try {
    const bytes = Uint8Array.from([recovery, ...Buffer.from(match[1]!, "hex")]);
    const key = secp256k1.recoverPublicKey(bytes, personalMessageHash(text), { prehash: false });
    return ethereumAddress(key);
  } catch {
    return undefined; // not a point of the curve
  }
}

function personalMessageHash(text: string): Uint8Array {
  const message = Buffer.from(text, "utf8");
  return keccak_256(Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${message.length}`), message]));
}

/** The 32 bytes of an ssh-ed25519 key. */
function sshPublicKey(line: string): Buffer | undefined {
  const match = /^ssh-ed25519 ([A-Za-z0-9+/=]+)(?: .*)?$/.exec(line);
  return match === null ? undefined : ed25519Key(Buffer.from(match[1]!, "base64"));
}

function ed25519Key(blob: Buffer): Buffer | undefined {
  const reader = new SshReader(blob);
  const type = reader.string()?.toString();
  const key = reader.string();
  return type === "ssh-ed25519" && key?.length === 32 && reader.atEnd() ? key : undefined;
}

/** OpenSSH's PROTOCOL.sshsig. */
function isSshSignature(text: string, armored: string, key: Buffer): boolean {
  const match = /^-----BEGIN SSH SIGNATURE-----\s+([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/.exec(
    armored,
  );
  if (match === null) return false;
  const blob = Buffer.from(match[1]!.replace(/\s/g, ""), "base64");
  if (blob.subarray(0, 6).toString() !== "SSHSIG" || blob.length < 10 || blob.readUInt32BE(6) !== 1)
    return false;
  const reader = new SshReader(blob.subarray(10));
  const [publicKey, namespace, reserved, hashName, signature] = [
    reader.string(),
    reader.string(),
    reader.string(),
    reader.string(),
    reader.string(),
  ];
  if (publicKey === undefined || signature === undefined || !reader.atEnd()) return false;
  if (ed25519Key(publicKey)?.equals(key) !== true) return false;
  if (namespace?.toString() !== SSH_NAMESPACE || reserved?.length !== 0) return false;
  const algorithm = hashName?.toString() ?? "";
  if (algorithm !== "sha512" && algorithm !== "sha256") return false;
  const inner = new SshReader(signature);
  const type = inner.string()?.toString();
  const raw = inner.string();
  if (type !== "ssh-ed25519" || raw?.length !== 64 || !inner.atEnd()) return false;
  const digest = createHash(algorithm).update(text, "utf8").digest();
  const signed = Buffer.concat([
    Buffer.from("SSHSIG"),
    ...[Buffer.from(SSH_NAMESPACE), Buffer.alloc(0), Buffer.from(algorithm), digest].map(sshString),
  ]);
  const publicKeyObject = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: key.toString("base64url") },
    format: "jwk",
  });
  return verify(null, signed, publicKeyObject, raw);
}

function sshString(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

class SshReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  string(): Buffer | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined;
    const end = this.#at + 4 + this.#bytes.readUInt32BE(this.#at);
    if (end > this.#bytes.length) return undefined;
    const content = this.#bytes.subarray(this.#at + 4, end);
    this.#at = end;
    return content;
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }
}
