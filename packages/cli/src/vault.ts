// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes, scrypt } from "node:crypto";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { type Store, VitalproofError } from "@vitalproof/sdk";
import { fileStore } from "@vitalproof/sdk/node";
import { encryptedStore } from "./encryptedStore.ts";
import { systemCode } from "./files.ts";
import { type GlobalOptions, vaultFolder } from "./globals.ts";
import type { Io } from "./io.ts";
import { passphraseFrom } from "./passphrase.ts";

const FORMAT = "vitalproof/home/1";
const KEY_FILE = "home.json";
const LOCK_FILE = "lock";
/** scrypt with r = 8, p = 1 takes 2^logN KiB of memory: 128 MiB by default, as OWASP advises. */
const DEFAULT_LOG_N = 17;
const MIN_LOG_N = 14;
const MAX_LOG_N = 19;
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/** An opened vault. */
export type Vault = {
  readonly folder: string;
  /** Everything that the vault holds, encrypted on its way to the disk. */
  readonly store: Store;
};

export type VaultOptions = Pick<GlobalOptions, "vault" | "passphraseFile">;

/** The key that encrypts the records, itself encrypted under the passphrase. */
type KeyFile = { format: string; logN: number; salt: string; nonce: string; sealed: string };

/**
 * Opens the vault, acts, and lets go of it. One command at a time holds a vault.
 *
 * @param options `create`: make it where there is none, with a new passphrase; `logN`: scrypt's cost for a new one
 * @throws USAGE for a cost out of range; VAULT_MISSING, VAULT_IN_USE, VAULT_DAMAGED, PASSPHRASE_REQUIRED, PASSPHRASE_WRONG (also for a changed key file:
 *         the two cannot be told apart)
 */
export async function withVault<T>(
  io: Io,
  options: VaultOptions,
  act: (vault: Vault) => Promise<T>,
  { create = false, logN = DEFAULT_LOG_N }: { create?: boolean; logN?: number } = {},
): Promise<T> {
  if (!Number.isInteger(logN) || logN < MIN_LOG_N || logN > MAX_LOG_N) {
    throw new VitalproofError("USAGE", `The cost is ${logN}; it must be ${MIN_LOG_N} to ${MAX_LOG_N}.`, {
      details: { logN },
    });
  }
  const folder = vaultFolder(io, options);
  const text = await readKeyFile(folder);
  if (text === undefined && !create) {
    throw new VitalproofError("VAULT_MISSING", `${folder} is no vault of vitalproof.`, {
      details: { folder },
      hint: "`vitalproof identity new` or `vitalproof attester init` makes one; --vault or VITALPROOF_VAULT names another.",
    });
  }
  const passphrase = await passphraseFrom(io, {
    what: folder,
    file: options.passphraseFile,
    variable: "VITALPROOF_PASSPHRASE",
    option: "--passphrase-file",
    fresh: text === undefined,
  });
  if (text === undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lock(folder);
  try {
    const key =
      text === undefined
        ? await makeKey(folder, passphrase, logN)
        : await io.during("opening the vault", () => openKey(text, passphrase));
    return await act({ folder, store: encryptedStore(fileStore(join(folder, "store")), key) });
  } finally {
    await unlock();
  }
}

async function readKeyFile(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, KEY_FILE), "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw new VitalproofError("FILE_UNREADABLE", `${folder} cannot be read (${systemCode(cause)}).`, {
      details: { folder },
      cause,
    });
  }
}

async function makeKey(folder: string, passphrase: string, logN: number): Promise<Uint8Array> {
  const key = new Uint8Array(randomBytes(KEY_BYTES));
  const nonce = randomBytes(24);
  const header = {
    format: FORMAT,
    logN,
    salt: randomBytes(16).toString("hex"),
    nonce: nonce.toString("hex"),
  };
  const cipher = xchacha20poly1305(await stretch(passphrase, header), nonce, authenticated(header));
  const file: KeyFile = { ...header, sealed: Buffer.from(cipher.encrypt(key)).toString("hex") };
  // Through a handle, so that the key is on the disk before anything is encrypted with it.
  const handle = await open(join(folder, KEY_FILE), "wx", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return key;
}

async function openKey(text: string, passphrase: string): Promise<Uint8Array> {
  const file = parseKeyFile(text);
  const nonce = Buffer.from(file.nonce, "hex");
  const cipher = xchacha20poly1305(await stretch(passphrase, file), nonce, authenticated(file));
  try {
    return cipher.decrypt(Buffer.from(file.sealed, "hex"));
  } catch {
    // The cause is not kept: it cannot say more, and nothing of the attempt should travel on.
    throw new VitalproofError("PASSPHRASE_WRONG", "The vault does not open with this passphrase.", {
      hint: "Check the passphrase, and that the vault is the one you mean (--vault).",
    });
  }
}

function parseKeyFile(text: string): KeyFile {
  let file: Partial<KeyFile> | null = null;
  try {
    file = JSON.parse(text) as Partial<KeyFile> | null;
  } catch {
    // told below
  }
  const hex = (value: unknown, bytes: number): boolean =>
    typeof value === "string" && value.length === 2 * bytes && /^[0-9a-f]*$/.test(value);
  const { logN } = file ?? {};
  const whole =
    file?.format === FORMAT &&
    // A bound on the cost, so that a changed file cannot ask for all memory there is.
    typeof logN === "number" &&
    Number.isInteger(logN) &&
    logN >= MIN_LOG_N &&
    logN <= MAX_LOG_N &&
    hex(file.salt, 16) &&
    hex(file.nonce, 24) &&
    hex(file.sealed, KEY_BYTES + TAG_BYTES);
  if (whole) return file as KeyFile;
  throw new VitalproofError("VAULT_DAMAGED", `${KEY_FILE} of the vault is not understood.`, {
    hint: "Restore the vault from a copy; without this file nothing in it can be read.",
  });
}

function authenticated({ format, logN, salt, nonce }: Omit<KeyFile, "sealed">): Uint8Array {
  return Buffer.from(`${format}|${logN}|${salt}|${nonce}`);
}

/** scrypt (RFC 7914) over the passphrase in compatibility form: the same characters typed elsewhere give the same key. */
function stretch(passphrase: string, { logN, salt }: { logN: number; salt: string }): Promise<Uint8Array> {
  const cost = { N: 2 ** logN, r: 8, p: 1, maxmem: 2 ** (logN + 11) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "hex"), KEY_BYTES, cost, (error, key) => {
      if (error === null) resolve(new Uint8Array(key));
      else reject(error);
    });
  });
}

/** Takes the vault for this process. A lock whose process is gone is taken over. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_FILE);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(path, "wx", 0o600);
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(path, { force: true });
    } catch (cause) {
      if (systemCode(cause) !== "EEXIST") {
        throw new VitalproofError(
          "FILE_UNREADABLE",
          `${folder} cannot be written to (${systemCode(cause)}).`,
          {
            details: { folder },
            cause,
          },
        );
      }
    }
    const holder = Number(await readFile(path, "utf8").catch(() => ""));
    if (isAlive(holder)) {
      throw new VitalproofError("VAULT_IN_USE", `Process ${holder} is working in ${folder}.`, {
        details: { folder, process: holder },
        hint: "Wait until it is done.",
      });
    }
    await rm(path, { force: true });
  }
  throw new VitalproofError("VAULT_IN_USE", `${folder} is in use.`, { details: { folder } });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
