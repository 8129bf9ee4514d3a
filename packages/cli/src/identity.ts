// SPDX-License-Identifier: GPL-3.0-or-later
import { Identity, VitalproofError } from "@vitalproof/sdk";
import type { Vault } from "./vault.ts";

const KEY = "identity";

/** Puts an identity into a vault that has none. @throws ALREADY_THERE */
export async function saveIdentity(vault: Vault, identity: Identity): Promise<void> {
  if (await hasIdentity(vault)) {
    throw new VitalproofError("ALREADY_THERE", `${vault.folder} holds an identity already.`, {
      details: { folder: vault.folder },
      hint: "An identity is never replaced: whoever loses it loses the log. Use another --vault for another person.",
    });
  }
  const walletSeed = Buffer.from(identity.walletSeed()).toString("hex");
  await vault.store.write(KEY, JSON.stringify({ secret: identity.secret().toString(), walletSeed }));
}

export async function hasIdentity(vault: Vault): Promise<boolean> {
  return (await vault.store.read(KEY)) !== undefined;
}

/** The identity of this vault. @throws NOT_THERE */
export async function loadIdentity(vault: Vault): Promise<Identity> {
  const text = await vault.store.read(KEY);
  if (text === undefined) {
    throw new VitalproofError("NOT_THERE", `${vault.folder} holds no identity.`, {
      details: { folder: vault.folder },
      hint: "Make one with `vitalproof identity new`, or restore one with `vitalproof identity restore FILE`.",
    });
  }
  const { secret, walletSeed } = JSON.parse(text) as { secret: string; walletSeed: string };
  return new Identity(BigInt(secret), new Uint8Array(Buffer.from(walletSeed, "hex")));
}
