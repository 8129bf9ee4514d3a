// SPDX-License-Identifier: GPL-3.0-or-later
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { bytesToHex, hexToBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import {
  createIdentity,
  exportIdentity,
  Identity,
  importIdentity,
  SimulatedDevice,
  type Store,
  VitalproofError,
} from "@vitalproof/sdk";
import type { KeyValue } from "./keyValue.ts";
import { fromText, toText } from "./plainJson.ts";
import { RECORD_PREFIX, sealedStore } from "./sealedStore.ts";

const HEADER = "vault";
const FORMAT = "vitalproof/vault/1";
const COPY_FORMAT = "vitalproof/vault-copy/1";
const PERSON = "person/identity";
const DEVICE = "person/device";
/** scrypt with r = 8, p = 1 takes 2^logN KiB of memory: 128 MiB, as the SDK's identity backup. */
const DEFAULT_LOG_N = 17;
const MIN_LOG_N = 14;
const MAX_LOG_N = 19;
/** Characters; the SDK's backup asks for the same. */
export const MIN_PASSPHRASE = 10;

export type VaultOptions = {
  /** scrypt's cost, 14 to 19; for new vaults only. Lower only on machines with little memory. */
  logN?: number;
};

type Header = { format: string; logN: number; salt: string; nonce: string; sealed: string };
type Copy = { format: string; header: Header; records: Record<string, string> };

/**
 * A person's identity, software device and log, sealed in the browser's storage. A random key seals the records; the
 * passphrase seals that key (scrypt, XChaCha20-Poly1305). An open vault holds the key in memory until `lock`.
 */
export class Vault {
  readonly #backend: KeyValue;
  readonly #key: Uint8Array;
  #identity: Identity | undefined;
  #device: SimulatedDevice | undefined;
  /** For the SDK's `Log`, and for what else the page keeps about the person. */
  readonly store: Store;

  private constructor(backend: KeyValue, key: Uint8Array) {
    this.#backend = backend;
    this.#key = key;
    this.store = sealedStore(backend, () => this.#open());
  }

  /** Whether the backend holds a vault, open or not. */
  static async exists(backend: KeyValue): Promise<boolean> {
    return (await backend.get(HEADER)) !== undefined;
  }

  /**
   * A vault with a new identity and a new software device.
   * @throws INVALID_ARGUMENT for a passphrase of fewer than 10 characters; ALREADY_THERE; STORE_FAILED
   */
  static create(backend: KeyValue, passphrase: string, options: VaultOptions = {}): Promise<Vault> {
    return Vault.#found(backend, passphrase, createIdentity(), options);
  }

  /**
   * A vault for the identity in a backup file, under the file's passphrase. The readings are not in that file: logs
   * begin anew. `restoreCopy` brings a whole vault back.
   * @throws IDENTITY_NOT_UNDERSTOOD, IDENTITY_WRONG_PASSWORD; what `create` throws
   */
  static async restore(
    backend: KeyValue,
    backup: string,
    passphrase: string,
    options: VaultOptions = {},
  ): Promise<Vault> {
    await assertNone(backend);
    return Vault.#found(backend, passphrase, await importIdentity(backup, passphrase), options);
  }

  /**
   * Opens the vault and reads identity and device.
   * @throws NOT_THERE without a vault; PASSPHRASE_WRONG (a changed header cannot be told apart from it); VAULT_DAMAGED
   */
  static async unlock(backend: KeyValue, passphrase: string): Promise<Vault> {
    const bytes = await backend.get(HEADER);
    if (bytes === undefined) {
      throw new VitalproofError("NOT_THERE", "This browser holds no vault.", {
        hint: "Create one, or restore one from a backup file.",
      });
    }
    const vault = new Vault(backend, await openKey(parseHeader(bytes), passphrase));
    await vault.#readPerson();
    return vault;
  }

  /**
   * Writes back what `copy` returned, readings included, and opens it.
   * @throws DOCUMENT_INVALID for a text of another form; ALREADY_THERE; PASSPHRASE_WRONG, before anything is written;
   *         VAULT_DAMAGED for records that do not open
   */
  static async restoreCopy(backend: KeyValue, text: string, passphrase: string): Promise<Vault> {
    await assertNone(backend);
    const { header, records } = parseCopy(text);
    await openKey(header, passphrase);
    for (const [name, hex] of Object.entries(records)) await backend.set(name, hexToBytes(hex));
    await backend.set(HEADER, utf8ToBytes(JSON.stringify(header)));
    return Vault.unlock(backend, passphrase);
  }

  /** Removes the vault of this browser for good, open or not. */
  static async remove(backend: KeyValue): Promise<void> {
    await backend.clear();
  }

  get locked(): boolean {
    return this.#identity === undefined;
  }

  /** @throws NOT_ALLOWED once locked */
  get identity(): Identity {
    if (this.#identity === undefined) throw lockedError();
    return this.#identity;
  }

  /** The software key that signs heads; what it signs proves nothing about a sensor. @throws NOT_ALLOWED once locked */
  get device(): SimulatedDevice {
    if (this.#device === undefined) throw lockedError();
    return this.#device;
  }

  /** Forgets key, identity and device; everything that is asked of the vault from now on is refused. */
  lock(): void {
    this.#key.fill(0);
    this.#identity = undefined;
    this.#device = undefined;
  }

  /**
   * The identity in a file, without readings; sealed by the SDK.
   * @throws NOT_ALLOWED once locked; PASSPHRASE_WRONG when it is not the vault's, so that one passphrase opens both
   */
  async backup(passphrase: string): Promise<string> {
    const { identity } = this;
    const { logN } = await this.assertPassphrase(passphrase);
    return exportIdentity(identity, passphrase, { logN });
  }

  /** @throws PASSPHRASE_WRONG when it is not the vault's; NOT_ALLOWED once locked */
  async assertPassphrase(passphrase: string): Promise<{ logN: number }> {
    this.#open();
    const header = parseHeader((await this.#backend.get(HEADER))!);
    await openKey(header, passphrase);
    return { logN: header.logN };
  }

  /**
   * Seals the vault's key with another passphrase. Backups and copies that were saved keep the old one.
   * @throws PASSPHRASE_WRONG when the old one is not the vault's; INVALID_ARGUMENT for a new one of fewer than 10
   *         characters; NOT_ALLOWED once locked
   */
  async changePassphrase(old: string, next: string): Promise<void> {
    assertLength(next);
    const { logN } = await this.assertPassphrase(old);
    const header = await sealKey(this.#open(), next, logN);
    // One write: a page that is closed here has the old header or the new one.
    await this.#backend.set(HEADER, utf8ToBytes(JSON.stringify(header)));
  }

  /** Everything in a file, readings and salts included, sealed as it is kept. */
  async copy(): Promise<string> {
    this.#open();
    const records: Record<string, string> = {};
    for (const name of await this.#backend.keys()) {
      if (name.startsWith(RECORD_PREFIX)) records[name] = bytesToHex((await this.#backend.get(name))!);
    }
    const header = parseHeader((await this.#backend.get(HEADER))!);
    return JSON.stringify({ format: COPY_FORMAT, header, records } satisfies Copy);
  }

  /** A value kept under a name, with bigints as they were. @returns undefined when there is none */
  async recall<T>(name: string): Promise<T | undefined> {
    const text = await this.store.read(`kept/${name}`);
    return text === undefined ? undefined : fromText<T>(text);
  }

  async keep(name: string, value: unknown): Promise<void> {
    await this.store.write(`kept/${name}`, toText(value));
  }

  toJSON(): Record<string, unknown> {
    return { type: "Vault", locked: this.locked, content: "(secret)" };
  }

  static async #found(
    backend: KeyValue,
    passphrase: string,
    identity: Identity,
    { logN = DEFAULT_LOG_N }: VaultOptions,
  ): Promise<Vault> {
    await assertNone(backend);
    assertLength(passphrase);
    if (!isCost(logN)) {
      throw new VitalproofError("INVALID_ARGUMENT", `logN is ${logN}, not in [${MIN_LOG_N}, ${MAX_LOG_N}].`);
    }
    const key = randomBytes(32);
    const vault = new Vault(backend, key);
    const header = await sealKey(key, passphrase, logN);
    const person = { seed: bytesToHex(identity.walletSeed()), secret: identity.secret() };
    await vault.store.write(PERSON, toText(person));
    await vault.store.write(DEVICE, toText({ seed: bytesToHex(deviceSecret()) }));
    // Last: a vault whose creation was interrupted is none, and is written anew.
    await backend.set(HEADER, utf8ToBytes(JSON.stringify(header)));
    await vault.#readPerson();
    return vault;
  }

  async #readPerson(): Promise<void> {
    const read = async <T>(name: string): Promise<T> => {
      const text = await this.store.read(name);
      if (text !== undefined) return fromText<T>(text);
      throw new VitalproofError("VAULT_DAMAGED", "The vault holds no identity.", {
        hint: "Restore it from a copy.",
      });
    };
    const person = await read<{ seed: string; secret: bigint }>(PERSON);
    const device = await read<{ seed: string }>(DEVICE);
    this.#identity = new Identity(person.secret, hexToBytes(person.seed));
    this.#device = new SimulatedDevice("p256", hexToBytes(device.seed));
  }

  #open(): Uint8Array {
    // All zero is what `lock` leaves; a random key is never that.
    if (this.#key.every((byte) => byte === 0)) throw lockedError();
    return this.#key;
  }
}

/** 32 bytes that are a key of P-256; nearly all are. */
function deviceSecret(): Uint8Array {
  for (;;) {
    const secret = randomBytes(32);
    try {
      new SimulatedDevice("p256", secret);
      return secret;
    } catch {
      // One in 2^32 is not below the order of the curve.
    }
  }
}

async function assertNone(backend: KeyValue): Promise<void> {
  if (!(await Vault.exists(backend))) return;
  throw new VitalproofError("ALREADY_THERE", "This browser holds a vault already.", {
    hint: "Unlock it, or remove it first.",
  });
}

async function wrapKey({ salt, logN }: Omit<Header, "sealed">, passphrase: string): Promise<Uint8Array> {
  // Compatibility form: the same characters typed on another system give the same bytes.
  const bytes = utf8ToBytes(passphrase.normalize("NFKC"));
  return scryptAsync(bytes, hexToBytes(salt), { N: 2 ** logN, r: 8, p: 1, dkLen: 32 });
}

function assertLength(passphrase: string): void {
  if (passphrase.length >= MIN_PASSPHRASE) return;
  throw new VitalproofError("INVALID_ARGUMENT", "The passphrase is too short.", {
    details: { least: MIN_PASSPHRASE },
    hint: `Take at least ${MIN_PASSPHRASE} characters, such as four or five words.`,
  });
}

async function sealKey(key: Uint8Array, passphrase: string, logN: number): Promise<Header> {
  const header = {
    format: FORMAT,
    logN,
    salt: bytesToHex(randomBytes(16)),
    nonce: bytesToHex(randomBytes(24)),
  };
  const cipher = xchacha20poly1305(
    await wrapKey(header, passphrase),
    hexToBytes(header.nonce),
    bound(header),
  );
  return { ...header, sealed: bytesToHex(cipher.encrypt(key)) };
}

async function openKey(header: Header, passphrase: string): Promise<Uint8Array> {
  const cipher = xchacha20poly1305(
    await wrapKey(header, passphrase),
    hexToBytes(header.nonce),
    bound(header),
  );
  try {
    return cipher.decrypt(hexToBytes(header.sealed));
  } catch {
    // The cause is not kept: it cannot say more, and nothing of the attempt should travel on.
    throw new VitalproofError("PASSPHRASE_WRONG", "The vault does not open with this passphrase.", {
      hint: "Check capital letters and the keyboard's language. Nobody can reset the passphrase.",
    });
  }
}

/** What of the header is authenticated with the key. */
function bound({ format, logN, salt, nonce }: Omit<Header, "sealed">): Uint8Array {
  return utf8ToBytes([format, logN, salt, nonce].join("|"));
}

function isCost(logN: unknown): boolean {
  return Number.isInteger(logN) && (logN as number) >= MIN_LOG_N && (logN as number) <= MAX_LOG_N;
}

function isHeader(value: unknown): value is Header {
  const header = value as Partial<Header> | null;
  const hex = (text: unknown, bytes: number): boolean =>
    typeof text === "string" && text.length === 2 * bytes && /^[0-9a-f]*$/.test(text);
  // The bound on the cost keeps a changed header from asking for all memory there is.
  return (
    header?.format === FORMAT &&
    isCost(header.logN) &&
    hex(header.salt, 16) &&
    hex(header.nonce, 24) &&
    hex(header.sealed, 48)
  );
}

function parseHeader(bytes: Uint8Array): Header {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    header = undefined;
  }
  if (isHeader(header)) return header;
  throw new VitalproofError("VAULT_DAMAGED", "The vault's header is not understood.", {
    hint: "Restore the vault from a copy, or the identity from its backup file.",
  });
}

function parseCopy(text: string): Copy {
  let copy: Partial<Copy> | null;
  try {
    copy = JSON.parse(text) as Partial<Copy> | null;
  } catch {
    copy = null;
  }
  const records = Object.entries(copy?.records ?? { "": "" });
  const whole =
    copy?.format === COPY_FORMAT &&
    isHeader(copy.header) &&
    records.every(
      ([name, hex]) => /^record\/[0-9a-f]{40}$/.test(name) && /^([0-9a-f]{2})+$/.test(String(hex)),
    );
  if (whole) return copy as Copy;
  throw new VitalproofError("DOCUMENT_INVALID", "The file is no copy of a vault.", {
    hint: "Give the file as it was saved.",
  });
}

function lockedError(): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", "The vault is locked.", {
    hint: "Unlock it with the passphrase.",
  });
}
