// SPDX-License-Identifier: GPL-3.0-or-later
import {
  createIdentity,
  exportIdentity,
  type Identity,
  importIdentity,
  type KeptDevice,
  randomBytes,
  readDevice,
  readIdentity,
  Vault as SealedVault,
  SimulatedDevice,
  type Store,
  type VaultBackend,
  VitalproofError,
  writeDevice,
  writeIdentity,
} from "@vitalproof/sdk";
import { fromText, toText } from "./plainJson.ts";

/** The name under which the page keeps its device's key: the command's default. */
const DEVICE = "simulated";
/** What `recall` finds in a vault that was made from a backup. */
export const RESTORED = "restored";

export type VaultOptions = {
  /** scrypt's cost, 14 to 19; for new vaults only. Lower only on machines with little memory. */
  logN?: number;
};

/**
 * A patient's vault in the browser: the SDK's, with identity and software device at hand. An open vault holds the key
 * in memory until `lock`.
 */
export class Vault {
  readonly #sealed: SealedVault;
  #identity: Identity | undefined;
  #device: SimulatedDevice | undefined;

  private constructor(sealed: SealedVault) {
    this.#sealed = sealed;
  }

  /** Whether the backend holds a vault, open or not. */
  static async exists(backend: VaultBackend): Promise<boolean> {
    return (await SealedVault.find(backend)) !== "none";
  }

  /**
   * A vault with a new identity and a new software device.
   * @throws INVALID_ARGUMENT for a weak passphrase; ALREADY_THERE; STORE_FAILED
   */
  static create(backend: VaultBackend, passphrase: string, options: VaultOptions = {}): Promise<Vault> {
    return Vault.#found(backend, passphrase, createIdentity(), options);
  }

  /**
   * A vault for the identity in a backup file. The readings are not in that file: the log goes on from where the
   * attester has it. `restoreCopy` brings a whole vault back.
   * @param next the new vault's passphrase; the file's when left out
   * @throws IDENTITY_NOT_UNDERSTOOD, IDENTITY_WRONG_PASSWORD; what `create` throws
   */
  static async restore(
    backend: VaultBackend,
    backup: string,
    passphrase: string,
    options: VaultOptions & { next?: string } = {},
  ): Promise<Vault> {
    const identity = await importIdentity(backup, passphrase);
    return Vault.#found(backend, options.next ?? passphrase, identity, { ...options, restored: true });
  }

  /**
   * Opens the vault and reads identity and device.
   * @throws VAULT_MISSING; PASSPHRASE_WRONG (a changed header cannot be told apart from it); VAULT_DAMAGED
   */
  static async unlock(backend: VaultBackend, passphrase: string): Promise<Vault> {
    return Vault.#opened(await SealedVault.open(backend, passphrase));
  }

  /**
   * Writes back what `copy` returned here or in the command, readings included, and opens it.
   * @throws DOCUMENT_INVALID for a text of another form; ALREADY_THERE; PASSPHRASE_WRONG, before anything is written;
   *         VAULT_DAMAGED for records that do not open
   */
  static async restoreCopy(backend: VaultBackend, text: string, passphrase: string): Promise<Vault> {
    return Vault.#opened(await SealedVault.restoreCopy(backend, text, passphrase));
  }

  /** For the SDK's `Log`, and for what else the page keeps about the patient. */
  get store(): Store {
    return this.#sealed.store;
  }

  get locked(): boolean {
    return this.#sealed.locked;
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
    this.#sealed.lock();
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
  assertPassphrase(passphrase: string): Promise<{ logN: number }> {
    return this.#sealed.assertPassphrase(passphrase);
  }

  /** Backups and copies that were saved keep the old one. @throws what the SDK's `changePassphrase` throws */
  changePassphrase(old: string, next: string): Promise<void> {
    return this.#sealed.changePassphrase(old, next);
  }

  /** Everything in a file, readings and salts included, sealed as it is kept. */
  copy(): Promise<string> {
    return this.#sealed.copy();
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
    backend: VaultBackend,
    passphrase: string,
    identity: Identity,
    { logN, restored = false }: VaultOptions & { restored?: boolean },
  ): Promise<Vault> {
    const cost = logN === undefined ? {} : { logN };
    const sealed = await SealedVault.create(backend, passphrase, cost, async (store) => {
      await writeIdentity(store, identity);
      await writeDevice(store, DEVICE, newDevice());
      // The chain is asked for policies before there is a log.
      if (restored) await store.write(`kept/${RESTORED}`, toText({ from: "backup" }));
    });
    return Vault.#opened(sealed);
  }

  static async #opened(sealed: SealedVault): Promise<Vault> {
    const vault = new Vault(sealed);
    const identity = await readIdentity(sealed.store);
    if (identity === undefined) {
      throw new VitalproofError("VAULT_DAMAGED", "The vault holds no identity.", {
        hint: "Restore it from a copy. The vault of an attester is not for this page.",
      });
    }
    let device = await readDevice(sealed.store, DEVICE);
    if (device === undefined) {
      // A vault of the command may have none, or one of another name.
      device = newDevice();
      await writeDevice(sealed.store, DEVICE, device);
    }
    vault.#identity = identity;
    vault.#device = new SimulatedDevice(device.curve, device.secretKey);
    return vault;
  }
}

/** 32 bytes that are a key of P-256; nearly all are. */
function newDevice(): KeptDevice {
  for (;;) {
    const secretKey = randomBytes(32);
    try {
      new SimulatedDevice("p256", secretKey);
      return { curve: "p256", secretKey };
    } catch {
      // One in 2^32 is not below the order of the curve.
    }
  }
}

function lockedError(): VitalproofError {
  return new VitalproofError("NOT_ALLOWED", "The vault is locked.", {
    hint: "Unlock it with the passphrase.",
  });
}
