// SPDX-License-Identifier: GPL-3.0-or-later
import type { PublicKey, Signature } from "openpgp";
import type { CeremonyContributor } from "../../types.ts";

// OpenPGP's own rules leave much open: what may be signed, by which of a key's parts, and what a verifier makes of a
// key that was revoked. A statement's signature is judged once and then counts for years, so all of that is narrow here.

type Library = typeof import("openpgp");

/** The library has a megabyte. It is loaded when a contributor has such a key. */
let library: Promise<Library> | undefined;

export function isOpenPgpKey(key: string): boolean {
  return key.startsWith("openpgp ");
}

/**
 * Why a signature is not one of the pinned key over exactly this text; undefined if it is.
 *
 * The text of a signature and its time are what the signer says. Against a stolen key only its revocation helps: a
 * revoked key counts for nothing, whatever time its signatures name.
 */
export async function openPgpFault(
  text: string,
  armored: string,
  contributor: CeremonyContributor,
): Promise<string | undefined> {
  library ??= import("openpgp");
  const openpgp = await library;
  const config = strictness(openpgp);
  try {
    const key = await readPinnedKey(openpgp, contributor);
    const signature = await readOneSignature(openpgp, armored);
    const message = await openpgp.createMessage({ binary: Buffer.from(text, "utf8") });
    const { signatures } = await openpgp.verify({
      message,
      signature,
      verificationKeys: key,
      format: "binary",
      config,
    });
    // Refuses a signature from the future, and asks whether the key was valid when the signature was made.
    await signatures[0]!.verified;
    assertNotRevoked(key, signature.packets[0]!.issuerKeyID.toHex());
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why a contributor could not sign with their pinned key today; undefined if they can. */
export async function openPgpKeyFault(contributor: CeremonyContributor): Promise<string | undefined> {
  library ??= import("openpgp");
  const openpgp = await library;
  try {
    const key = await readPinnedKey(openpgp, contributor);
    await key.getSigningKey(undefined, undefined, undefined, strictness(openpgp));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Hashes too weak for a text, and for the key's own signatures: a collision there binds a subkey of someone else. */
function strictness({ enums, config }: Library) {
  const { sha1, sha224 } = enums.hash;
  return { ...config, rejectHashAlgorithms: new Set([...config.rejectHashAlgorithms, sha1, sha224]) };
}

async function readPinnedKey(
  openpgp: Library,
  { key: pinned, publicKey = "" }: CeremonyContributor,
): Promise<PublicKey> {
  const wrong = new Error(
    "the configuration's `publicKey` is not one key; use the output of gpg --armor --export <fingerprint>",
  );
  if (!isOneBlock(publicKey, "PUBLIC KEY BLOCK")) throw wrong;
  const [key, ...others] = await openpgp.readKeys({ armoredKeys: publicKey, config: strictness(openpgp) });
  if (key === undefined || others.length > 0) throw wrong;
  const fingerprint = key.getFingerprint().toUpperCase();
  if (pinned !== `openpgp ${fingerprint}`) {
    throw new Error(`the configuration's \`publicKey\` has the fingerprint ${fingerprint}`);
  }
  return key;
}

/** The library reads the first block of a text, and no more. */
function isOneBlock(armored: string, type: string): boolean {
  const lines = armored.trim().split(/\r?\n/);
  const marks = lines.flatMap((line, i) => (line.startsWith("-----") ? [`${i} ${line.trimEnd()}`] : []));
  const ends = [`0 -----BEGIN PGP ${type}-----`, `${lines.length - 1} -----END PGP ${type}-----`];
  return marks.join() === ends.join();
}

async function readOneSignature(openpgp: Library, armored: string): Promise<Signature> {
  const again = "sign with gpg --armor --detach-sign";
  if (!isOneBlock(armored, "SIGNATURE"))
    throw new Error(`it is not one armored detached signature; ${again}`);
  const signature = await openpgp.readSignature({
    armoredSignature: armored,
    config: { ignoreUnsupportedPackets: false },
  });
  const { packets } = signature;
  if (packets.length !== 1) throw new Error(`it has ${packets.length} signatures, expected one; ${again}`);
  const [packet] = packets;
  if (packet!.signatureType !== openpgp.enums.signature.binary) {
    throw new Error(
      `it is over a text whose line ends may change, not over bytes; ${again}, without --textmode`,
    );
  }
  if (!packet!.signatureNeverExpires) {
    throw new Error(
      `it expires, and a statement must count for as long as the key; ${again} --default-sig-expire 0`,
    );
  }
  return signature;
}

/** Softer reasons too, such as "superseded": the library lets those pass for signatures that name an earlier time. */
function assertNotRevoked(key: PublicKey, signer: string): void {
  const subkey = key.subkeys.find(({ keyPacket }) => keyPacket.getKeyID().toHex() === signer);
  if (key.revocationSignatures.length > 0 || (subkey?.revocationSignatures.length ?? 0) > 0) {
    throw new Error("the key in the configuration is revoked");
  }
}
