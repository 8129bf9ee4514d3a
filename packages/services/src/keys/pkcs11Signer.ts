// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import { VitalproofError } from "@vitalproof/sdk";
import {
  AbstractSigner,
  copyRequest,
  getAddress,
  getBytes,
  hashMessage,
  type Provider,
  recoverAddress,
  resolveAddress,
  Signature,
  Transaction,
  type TransactionLike,
  type TransactionRequest,
  type TypedDataDomain,
  TypedDataEncoder,
  type TypedDataField,
  toBeHex,
} from "ethers";
import type { TokenKeyConfig } from "./config.ts";
import { type AccountKey, findAccountKey } from "./pkcs11/accountKey.ts";
import { TokenKey } from "./pkcs11/tokenKey.ts";

/** Order of secp256k1. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** An account whose key is in a PKCS#11 token and stays there: the token signs, and no code here sees the key. */
export class Pkcs11Signer extends AbstractSigner {
  readonly address: string;
  readonly #key: TokenKey<AccountKey>;

  private constructor(key: TokenKey<AccountKey>, address: string, provider?: Provider | null) {
    super(provider);
    this.#key = key;
    this.address = address;
  }

  /**
   * Finds the key and signs once, to see that both halves are a pair.
   *
   * @throws TOKEN_UNUSABLE when pkcs11js, the library or the token is missing or fails; TOKEN_PIN_WRONG;
   *         PASSPHRASE_REQUIRED, FILE_UNREADABLE, KEY_FILE_EXPOSED for the PIN; TOKEN_KEY_MISSING for a label that is
   *         not there; TOKEN_KEY_UNSUITABLE for a key on another curve, or halves that are not a pair
   */
  static async open(config: TokenKeyConfig): Promise<Pkcs11Signer> {
    const key = await TokenKey.at(config, findAccountKey);
    const address = await key.use(async (_, found) => found.address);
    const signer = new Pkcs11Signer(key, address);
    await signer.signDigest(randomBytes(32));
    return signer;
  }

  override async getAddress(): Promise<string> {
    return this.address;
  }

  override connect(provider: Provider | null): Pkcs11Signer {
    return new Pkcs11Signer(this.#key, this.address, provider);
  }

  /**
   * @param digest 32 bytes
   * @returns with s in the lower half, as chains demand
   * @throws what `open` throws when the token is not what it was, such as TOKEN_UNUSABLE while it is gone
   */
  async signDigest(digest: Uint8Array): Promise<Signature> {
    if (digest.length !== 32) {
      throw new VitalproofError("INVALID_ARGUMENT", `A digest has 32 bytes, this one ${digest.length}.`, {
        details: { bytes: digest.length },
      });
    }
    return this.#key.use(async ({ library, functions, session }, { privateKey, address }) => {
      // A token that came back may be another one of that label.
      if (address !== this.address) throw unsuitable(`The key is now that of ${address}`, this.address);
      functions.C_SignInit(session, { mechanism: library.CKM_ECDSA }, privateKey);
      const raw = await functions.C_SignAsync(session, Buffer.from(digest), Buffer.alloc(64));
      const signature = signatureOf(raw, digest, address);
      if (signature === undefined) throw unsuitable("The private key is not that of the public key", address);
      return signature;
    });
  }

  override async signTransaction(request: TransactionRequest): Promise<string> {
    const { from, to, ...rest } = copyRequest(request);
    if (from !== undefined && from !== null) {
      const resolved = getAddress(await resolveAddress(from, this));
      if (resolved !== this.address) {
        throw new VitalproofError("INVALID_ARGUMENT", `The transaction is from ${resolved}.`, {
          details: { from: resolved, address: this.address },
          hint: `Leave \`from\` out: this account is ${this.address}.`,
        });
      }
    }
    const receiver = to === undefined || to === null ? null : await resolveAddress(to, this);
    const transaction = Transaction.from({ ...rest, to: receiver } as TransactionLike<string>);
    transaction.signature = await this.signDigest(getBytes(transaction.unsignedHash));
    return transaction.serialized;
  }

  override async signMessage(message: string | Uint8Array): Promise<string> {
    return (await this.signDigest(getBytes(hashMessage(message)))).serialized;
  }

  override async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    // biome-ignore lint/suspicious/noExplicitAny: as ethers has it.
    value: Record<string, any>,
  ): Promise<string> {
    const named = await TypedDataEncoder.resolveNames(domain, types, value, async (name) =>
      getAddress(await resolveAddress(name, this)),
    );
    const digest = TypedDataEncoder.hash(named.domain, types, named.value);
    return (await this.signDigest(getBytes(digest))).serialized;
  }

  toJSON(): Record<string, unknown> {
    return { type: "Pkcs11Signer", address: this.address };
  }
}

/** @param raw `r | s` as the token gives it @returns undefined when it is not a signature of that account */
function signatureOf(raw: Uint8Array, digest: Uint8Array, address: string): Signature | undefined {
  if (raw.length !== 64) return undefined;
  const r = Buffer.from(raw.subarray(0, 32));
  const given = BigInt(`0x${Buffer.from(raw.subarray(32)).toString("hex")}`);
  const s = toBeHex(given > ORDER / 2n ? ORDER - given : given, 32);
  return ([27, 28] as const)
    .map((v) => Signature.from({ r: `0x${r.toString("hex")}`, s, v }))
    .find((signature) => {
      try {
        return recoverAddress(digest, signature) === address;
      } catch {
        // With one of the two there may be no point.
        return false;
      }
    });
}

function unsuitable(what: string, address: string): VitalproofError {
  return new VitalproofError("TOKEN_KEY_UNSUITABLE", `${what}; ${address} was expected.`, {
    details: { address },
    hint: "Plug in the token of this account, or start the service anew with the other account.",
  });
}
