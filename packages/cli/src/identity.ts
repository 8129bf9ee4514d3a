// SPDX-License-Identifier: GPL-3.0-or-later
import { Identity, VitalproofError } from "@vitalproof/sdk";
import type { Home } from "./home.ts";

const KEY = "identity";

/** Puts an identity into a home that has none. @throws ALREADY_THERE */
export async function saveIdentity(home: Home, identity: Identity): Promise<void> {
  if (await hasIdentity(home)) {
    throw new VitalproofError("ALREADY_THERE", `${home.folder} holds an identity already.`, {
      details: { folder: home.folder },
      hint: "An identity is never replaced: whoever loses it loses the log. Use another --home for another person.",
    });
  }
  const walletSeed = Buffer.from(identity.walletSeed()).toString("hex");
  await home.store.write(KEY, JSON.stringify({ secret: identity.secret().toString(), walletSeed }));
}

export async function hasIdentity(home: Home): Promise<boolean> {
  return (await home.store.read(KEY)) !== undefined;
}

/** The identity of this home. @throws NOT_THERE */
export async function loadIdentity(home: Home): Promise<Identity> {
  const text = await home.store.read(KEY);
  if (text === undefined) {
    throw new VitalproofError("NOT_THERE", `${home.folder} holds no identity.`, {
      details: { folder: home.folder },
      hint: "Make one with `vitalproof identity new`, or restore one with `vitalproof identity restore FILE`.",
    });
  }
  const { secret, walletSeed } = JSON.parse(text) as { secret: string; walletSeed: string };
  return new Identity(BigInt(secret), new Uint8Array(Buffer.from(walletSeed, "hex")));
}
