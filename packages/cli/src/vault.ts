// SPDX-License-Identifier: GPL-3.0-or-later
import { Vault as SealedVault, type Store, type VaultBackend, VitalproofError } from "@vitalproof/sdk";
import { fileStore, nodeStretch } from "@vitalproof/sdk/node";
import { type GlobalOptions, vaultFolder } from "./globals.ts";
import type { Io } from "./io.ts";
import { passphraseFrom } from "./passphrase.ts";
import { assertCost } from "./scryptCost.ts";
import { lockVault } from "./vaultLock.ts";
import { damagedOf } from "./vaultRecords.ts";

/** An opened vault. */
export type Vault = {
  readonly folder: string;
  /** Everything that the vault holds, encrypted on its way to the disk. */
  readonly store: Store;
  readonly sealed: SealedVault;
};

export type VaultOptions = Pick<GlobalOptions, "vault" | "passphraseFile">;

type NewVault = {
  /** Make the vault where there is none, with a new passphrase. */
  create?: boolean;
  /** scrypt's cost for a new one. */
  logN?: number;
};

/**
 * Opens the vault, acts, and lets go of it. One command at a time holds a vault. In a folder that cannot be written to,
 * commands that only read work.
 *
 * @throws USAGE for a cost out of range or a weak new passphrase; VAULT_MISSING, VAULT_IN_USE, VAULT_DAMAGED,
 *         PASSPHRASE_REQUIRED, PASSPHRASE_WRONG (also for a changed header: the two cannot be told apart)
 */
export async function withVault<T>(
  io: Io,
  options: VaultOptions,
  act: (vault: Vault) => Promise<T>,
  { create = false, logN }: NewVault = {},
): Promise<T> {
  assertCost(logN);
  const folder = vaultFolder(io, options);
  const backend = fileStore(folder);
  const found = await SealedVault.find(backend);
  if (found === "none" && !create) throw missing(folder);
  // Before a passphrase is asked for: it would open nothing.
  if (found === "orphans") throw headerMissing(folder);
  const passphrase = await passphraseFrom(io, {
    what: folder,
    file: options.passphraseFile,
    variable: "VITALPROOF_PASSPHRASE",
    option: "--passphrase-file",
    fresh: found === "none",
  });
  const lock = await lockVault(folder);
  try {
    const sealed = await io.during("opening the vault", () =>
      found === "none"
        ? SealedVault.create(backend, passphrase, {
            stretch: nodeStretch,
            ...(logN === undefined ? {} : { logN }),
          })
        : SealedVault.open(backend, passphrase, { stretch: nodeStretch, readOnly: lock === undefined }),
    );
    const vault = { folder, store: sealed.store, sealed };
    return await act(vault).catch(async (error: unknown) => {
      throw await withRecord(vault, error);
    });
  } finally {
    await lock?.release();
  }
}

/** A list that meets a record which does not open knows its file only. The other records tell what it is. */
async function withRecord(vault: Vault, error: unknown): Promise<unknown> {
  if (!(error instanceof VitalproofError) || error.code !== "VAULT_DAMAGED") return error;
  const { name, key } = error.details;
  if (typeof name !== "string" || key !== undefined) return error;
  const [found] = await damagedOf(vault, [name]);
  if (found?.record === undefined) return error;
  return new VitalproofError("VAULT_DAMAGED", `A record of the vault does not open: ${found.record}.`, {
    details: { name, key: found.record },
    hint: `Put ${name}.json back from a copy of the folder. \`vitalproof vault check\` names all damaged records.`,
    cause: error,
  });
}

/**
 * Makes a vault of a copy that a page or a command saved, in a folder that has none.
 * @throws ALREADY_THERE, VAULT_IN_USE, DOCUMENT_INVALID, PASSPHRASE_WRONG
 */
export async function restoreVault<T>(
  io: Io,
  options: VaultOptions,
  copy: string,
  act: (vault: Vault) => Promise<T>,
): Promise<T> {
  const folder = vaultFolder(io, options);
  const backend: VaultBackend = fileStore(folder);
  const passphrase = await passphraseFrom(io, {
    what: "the copy",
    file: options.passphraseFile,
    variable: "VITALPROOF_PASSPHRASE",
    option: "--passphrase-file",
  });
  const lock = await lockVault(folder);
  try {
    const sealed = await io.during("opening the copy", () =>
      SealedVault.restoreCopy(backend, copy, passphrase, { stretch: nodeStretch }),
    );
    return await act({ folder, store: sealed.store, sealed });
  } finally {
    await lock?.release();
  }
}

function missing(folder: string): VitalproofError {
  return new VitalproofError("VAULT_MISSING", `${folder} does not hold a vault.`, {
    details: { folder },
    hint: "`vitalproof init`, `vitalproof attester init` or `vitalproof ledger open-page` makes one. --vault or VITALPROOF_VAULT names another.",
  });
}

function headerMissing(folder: string): VitalproofError {
  return new VitalproofError(
    "VAULT_DAMAGED",
    `${folder} holds a vault's records, but vault.json is missing.`,
    {
      details: { folder },
      hint: "Put vault.json back from a copy of the folder: it holds the key. Nothing is overwritten; --vault names another folder.",
    },
  );
}
