// SPDX-License-Identifier: GPL-3.0-or-later
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { VitalproofError } from "../errors.ts";
import { randomBytes } from "../field.ts";
import { memoryBackend, memoryStore, type Store, type VaultBackend } from "../store.ts";
import { BYTES, findLegacy, type Legacy, legacyRemains } from "./legacy.ts";
import {
  assertNewPassphrase,
  openSecret,
  type SealedSecret,
  type StretchOptions,
  sealSecret,
  secretProblem,
} from "./passphrase.ts";
import { RECORDS, type SealedStore, sealedStore } from "./sealedStore.ts";

const FORMAT = "vitalproof/vault/2";
const HEADER = "vault";
/** Where records of an old vault go that do not open: nothing is thrown away. */
const DAMAGED = "damaged/";
const KEY_BYTES = 32;
const COPY = "vitalproof/vault-copy/2";
const OLD_COPY = "vitalproof/vault-copy/1";
/** A member of the header while a vault is being made. */
const UNFINISHED = { unfinished: true };

type Copy = { format: string; header: SealedSecret; records: Record<string, string> };

export type OpenOptions = Pick<StretchOptions, "stretch"> & {
  /** The backend cannot be written to: an old vault is read as it is. */
  readOnly?: boolean;
};

/**
 * Identity, devices, logs or an attester's records, sealed. A random key seals the records; the passphrase seals that
 * key, in the header. An open vault holds the key in memory until `lock`. Command, page and copies share this format;
 * vaults of version 1 are rewritten when they are first opened.
 */
export class Vault {
  readonly #backend: VaultBackend;
  readonly #key: Uint8Array;
  readonly #stretch: Pick<StretchOptions, "stretch">;
  readonly #sealed: SealedStore;
  readonly store: Store;

  private constructor(
    backend: VaultBackend,
    key: Uint8Array,
    stretch: Pick<StretchOptions, "stretch">,
    view?: Store,
  ) {
    this.#backend = backend;
    this.#key = key;
    this.#stretch = stretch;
    this.#sealed = sealedStore(backend, () => this.#open());
    this.store = view ?? this.#sealed;
  }

  /**
   * What a backend holds. `orphans`: records without the header that opens them.
   * An interrupted `create` is "none": it is made anew.
   */
  static async find(backend: VaultBackend): Promise<"none" | "vault" | "orphans"> {
    const header = await backend.read(HEADER);
    if (header !== undefined) return isUnfinished(header) ? "none" : "vault";
    if ((await findLegacy(backend)) !== undefined) return "vault";
    const records = [...(await backend.keys(RECORDS)), ...(await legacyRemains(backend))];
    return records.length === 0 ? "none" : "orphans";
  }

  /**
   * @param fill writes what the vault must hold from its first moment: an interrupted `create` leaves no vault
   * @throws INVALID_ARGUMENT for a weak passphrase or a cost out of range; ALREADY_THERE; VAULT_DAMAGED for records
   *         without a header, which are never overwritten
   */
  static async create(
    backend: VaultBackend,
    passphrase: string,
    options: StretchOptions = {},
    fill: (store: Store) => Promise<void> = async () => {},
  ): Promise<Vault> {
    await assertNone(backend);
    assertNewPassphrase(passphrase);
    const key = randomBytes(KEY_BYTES);
    const header = await sealSecret(FORMAT, key, passphrase, options);
    await backend.write(HEADER, headerText(header, UNFINISHED));
    const vault = new Vault(backend, key, stretchOf(options));
    await fill(vault.store);
    await backend.write(HEADER, headerText(header));
    return vault;
  }

  /**
   * @throws VAULT_MISSING; PASSPHRASE_WRONG (a changed header cannot be told apart from it); VAULT_DAMAGED for a header
   *         that is not understood or missing
   */
  static async open(backend: VaultBackend, passphrase: string, options: OpenOptions = {}): Promise<Vault> {
    const found = await Vault.find(backend);
    if (found === "none") {
      throw new VitalproofError("VAULT_MISSING", "There is no vault here.", {
        hint: "Create one, or restore one from a file.",
      });
    }
    if (found === "orphans") throw orphans();
    const legacy = await findLegacy(backend);
    const text = await backend.read(HEADER);
    if (text !== undefined && !text.startsWith(BYTES)) {
      const key = await openKey(parseHeader(text), passphrase, options);
      if (options.readOnly !== true) {
        for (const name of await legacyRemains(backend)) await backend.remove(name);
      }
      return new Vault(backend, key, stretchOf(options));
    }
    if (legacy === undefined || "problem" in legacy) throw notUnderstood(legacy?.problem ?? "it is missing");
    const key = await openKey(legacy.header, passphrase, options);
    if (options.readOnly === true) {
      return new Vault(backend, key, stretchOf(options), await readOnlyView(legacy, key));
    }
    const vault = new Vault(backend, key, stretchOf(options));
    const { logN } = legacy.header;
    await vault.#adopt(legacy, await sealSecret(FORMAT, key, passphrase, { ...options, logN }));
    return vault;
  }

  /**
   * Writes back what `copy` returned and opens it. Copies of version 1 are understood as well.
   * @throws DOCUMENT_INVALID for a text of another form; PASSPHRASE_WRONG, before anything is written; ALREADY_THERE;
   *         VAULT_DAMAGED
   */
  static async restoreCopy(
    backend: VaultBackend,
    text: string,
    passphrase: string,
    options: OpenOptions = {},
  ): Promise<Vault> {
    await assertNone(backend);
    const { header, records } = await readCopy(text, passphrase, options);
    await openKey(header, passphrase, options);
    // An interrupted restoration leaves no vault. The next one starts over.
    await backend.write(HEADER, headerText(header, UNFINISHED));
    for (const [name, value] of Object.entries(records)) await backend.write(name, value);
    await backend.write(HEADER, headerText(header));
    return Vault.open(backend, passphrase, options);
  }

  get locked(): boolean {
    // All zero is what `lock` leaves; a random key is never that.
    return this.#key.every((byte) => byte === 0);
  }

  /** Forgets the key: everything that is asked of the vault from now on is refused. */
  lock(): void {
    this.#key.fill(0);
  }

  /** @throws PASSPHRASE_WRONG when it is not the vault's; NOT_ALLOWED once locked */
  async assertPassphrase(passphrase: string): Promise<{ logN: number }> {
    this.#open();
    const header = await this.#header();
    await openKey(header, passphrase, this.#stretch);
    return { logN: header.logN };
  }

  /**
   * Seals the vault's key with another passphrase. Backups and copies that were saved keep the old one.
   * @throws PASSPHRASE_WRONG when the old one is not the vault's; INVALID_ARGUMENT for a weak new one; NOT_ALLOWED once
   *         locked
   */
  async changePassphrase(old: string, next: string): Promise<void> {
    assertNewPassphrase(next);
    const { logN } = await this.assertPassphrase(old);
    const header = await sealSecret(FORMAT, this.#open(), next, { ...this.#stretch, logN });
    // One write: what is interrupted here leaves the old header or the new one.
    await this.#backend.write(HEADER, headerText(header));
  }

  /** Everything in a text, sealed as it is kept, under the vault's passphrase. It is as new as its date. */
  async copy(): Promise<string> {
    this.#open();
    const records: Record<string, string> = {};
    for (const name of await this.#backend.keys(RECORDS)) {
      const text = await this.#backend.read(name);
      if (text !== undefined) records[name] = text;
    }
    return JSON.stringify({ format: COPY, header: await this.#header(), records } satisfies Copy);
  }

  /** Opens every record. @returns the keys of those that open, and of the others the names in the backend */
  async check(): Promise<{ keys: readonly string[]; damaged: readonly string[] }> {
    const { keys, damaged } = await this.#sealed.check();
    return { keys, damaged: [...damaged, ...(await this.#backend.keys(DAMAGED))] };
  }

  /**
   * As `check`, of the records whose keys begin with a prefix: a list may show the others where one does not open, as
   * long as it says so. `store.keys` refuses, since what acts on a list must not miss one.
   */
  async list(prefix: string): Promise<{ keys: readonly string[]; damaged: readonly string[] }> {
    // What opens an old vault that cannot be rewritten left out what does not.
    if (this.store !== this.#sealed) return { keys: await this.store.keys(prefix), damaged: [] };
    return this.#sealed.list(prefix);
  }

  /** The name under which the backend keeps a key, to find a damaged record's key among those that should be there. */
  nameOf(key: string): string {
    return this.#sealed.nameOf(key);
  }

  toJSON(): Record<string, unknown> {
    return { type: "Vault", locked: this.locked, content: "(secret)" };
  }

  /** Writes an old vault's records anew. Until the header is written, the old vault is the one that counts. */
  async #adopt(legacy: Legacy, header: SealedSecret): Promise<void> {
    for (const name of await legacy.records()) {
      const record = await legacy.record(this.#key, name);
      if (record !== undefined) await this.#sealed.write(record.key, record.text);
      else await this.#backend.write(DAMAGED + name, (await this.#backend.read(name)) ?? "");
    }
    await this.#backend.write(HEADER, headerText(header));
    for (const name of await legacyRemains(this.#backend)) await this.#backend.remove(name);
  }

  async #header(): Promise<SealedSecret> {
    const text = await this.#backend.read(HEADER);
    if (text !== undefined && !text.startsWith(BYTES)) return parseHeader(text);
    const legacy = await findLegacy(this.#backend);
    if (legacy !== undefined && !("problem" in legacy)) return legacy.header;
    throw notUnderstood("it is missing");
  }

  #open(): Uint8Array {
    if (!this.locked) return this.#key;
    throw new VitalproofError("NOT_ALLOWED", "The vault is locked.", {
      hint: "Unlock it with the passphrase.",
    });
  }
}

/** @throws ALREADY_THERE, VAULT_DAMAGED; removes what an interrupted creation left */
async function assertNone(backend: VaultBackend): Promise<void> {
  const found = await Vault.find(backend);
  if (found === "orphans") throw orphans();
  if (found === "vault") {
    throw new VitalproofError("ALREADY_THERE", "There is a vault already.", {
      hint: "Unlock it, or remove it first.",
    });
  }
  for (const name of await backend.keys(RECORDS)) await backend.remove(name);
}

async function openKey(
  header: SealedSecret,
  passphrase: string,
  options: Pick<StretchOptions, "stretch">,
): Promise<Uint8Array> {
  const key = await openSecret(header, passphrase, stretchOf(options));
  if (key !== undefined) return key;
  throw new VitalproofError("PASSPHRASE_WRONG", "The vault does not open with this passphrase.", {
    hint: "Check capital letters and the keyboard's language. Nobody can reset the passphrase.",
  });
}

/** The whole content of an old vault that cannot be rewritten. */
async function readOnlyView(legacy: Legacy, key: Uint8Array): Promise<Store> {
  const memory = memoryStore();
  for (const name of await legacy.records()) {
    const record = await legacy.record(key, name);
    if (record !== undefined) await memory.write(record.key, record.text);
  }
  return {
    ...memory,
    async write() {
      throw new VitalproofError("STORE_FAILED", "The vault cannot be written to.", {
        hint: "It is on a read-only medium, or belongs to another user.",
      });
    },
  };
}

function headerText({ format, logN, salt, nonce, sealed }: SealedSecret, more: object = {}): string {
  return JSON.stringify({ format, logN, salt, nonce, sealed, ...more }, null, 2);
}

function parseHeader(text: string): SealedSecret {
  const header = parsed(text);
  const problem = secretProblem(header, FORMAT, KEY_BYTES);
  if (problem !== undefined) throw notUnderstood(problem);
  return header as SealedSecret;
}

function isUnfinished(text: string): boolean {
  return (parsed(text) as { unfinished?: unknown } | undefined)?.unfinished === true;
}

/** The header and records of a copy, in the present format. */
async function readCopy(
  text: string,
  passphrase: string,
  options: OpenOptions,
): Promise<Pick<Copy, "header" | "records">> {
  const copy = parsed(text) as Partial<Copy> | undefined;
  const records = Object.entries(copy?.records ?? {});
  const named = (pattern: RegExp, value: RegExp): boolean =>
    records.every(([name, content]) => pattern.test(name) && value.test(String(content)));
  if (copy?.format === COPY && secretProblem(copy.header, FORMAT, KEY_BYTES) === undefined) {
    if (named(/^sealed(\/[0-9a-f]{16}){0,2}\/[0-9a-f]{40}$/, /^\{/)) return copy as Copy;
  }
  if (
    copy?.format === OLD_COPY &&
    secretProblem(copy.header, "vitalproof/vault/1", KEY_BYTES) === undefined
  ) {
    if (named(/^record\/[0-9a-f]{40}$/, /^([0-9a-f]{2})+$/)) {
      const old = memoryBackend();
      await old.write(HEADER, BYTES + bytesToHex(utf8ToBytes(JSON.stringify(copy.header))));
      for (const [name, hex] of records) await old.write(name, BYTES + hex);
      return parsed(await (await Vault.open(old, passphrase, options)).copy()) as Copy;
    }
  }
  throw new VitalproofError("DOCUMENT_INVALID", "The file is not a copy of a vault.", {
    hint: "Use the file as it was saved.",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function stretchOf({ stretch }: Pick<StretchOptions, "stretch">): Pick<StretchOptions, "stretch"> {
  return stretch === undefined ? {} : { stretch };
}

function notUnderstood(reason: string): VitalproofError {
  return new VitalproofError("VAULT_DAMAGED", `The vault's header is not understood: ${reason}.`, {
    hint: "Restore the vault from a copy, or the identity from its backup.",
  });
}

function orphans(): VitalproofError {
  return new VitalproofError("VAULT_DAMAGED", "There are records of a vault here without its header.", {
    hint: "Put the header back (vault.json in the vault's folder), or restore the vault elsewhere. Nothing is overwritten.",
  });
}
