// SPDX-License-Identifier: GPL-3.0-or-later
import { type Identity, readIdentity, VitalproofError, writeIdentity } from "@vitalproof/sdk";
import type { Vault } from "./vault.ts";

/** Puts an identity into a vault that has none. @throws ALREADY_THERE */
export async function saveIdentity(vault: Vault, identity: Identity): Promise<void> {
  if ((await readIdentity(vault.store)) !== undefined) {
    throw new VitalproofError("ALREADY_THERE", `${vault.folder} holds an identity already.`, {
      details: { folder: vault.folder },
      hint: "An identity is never replaced: its logs would be lost with it. Use another --vault for another person.",
    });
  }
  await writeIdentity(vault.store, identity);
}

/** The identity of this vault. @throws NOT_THERE */
export async function loadIdentity(vault: Vault): Promise<Identity> {
  const identity = await readIdentity(vault.store);
  if (identity !== undefined) return identity;
  throw new VitalproofError("NOT_THERE", `${vault.folder} holds no identity.`, {
    details: { folder: vault.folder },
    hint: "Make one with `vitalproof init`, or restore one with `vitalproof identity restore FILE`.",
  });
}
