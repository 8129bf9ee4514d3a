// SPDX-License-Identifier: GPL-3.0-or-later
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Curve } from "../device/signer.ts";
import { Identity } from "../identity/identity.ts";
import { parseRecord } from "../internal/json.ts";
import type { Store } from "../store.ts";

/** A software device's key as a vault keeps it. */
export type KeptDevice = { readonly curve: Curve; readonly secretKey: Uint8Array };

const IDENTITY = "identity";
/** What the keys of device records begin with; the rest is a device's name. */
export const DEVICE_PREFIX = "device/";
const HEX_32 = /^[0-9a-f]{64}$/;

/** @returns undefined for a vault without an identity, such as an attester's */
export async function readIdentity(store: Store): Promise<Identity | undefined> {
  const text = await store.read(IDENTITY);
  if (text === undefined) return undefined;
  const { secret, walletSeed } = parseRecord<{ secret: string; walletSeed: string }>(
    IDENTITY,
    text,
    (value) => typeof value.secret === "string" && HEX_32.test(String(value.walletSeed)),
  );
  return new Identity(BigInt(secret), hexToBytes(walletSeed));
}

/** Replaces what is there: ask `readIdentity` first. */
export async function writeIdentity(store: Store, identity: Identity): Promise<void> {
  await store.write(IDENTITY, identityText(identity.secret(), bytesToHex(identity.walletSeed())));
}

export async function readDevice(store: Store, name: string): Promise<KeptDevice | undefined> {
  const text = await store.read(DEVICE_PREFIX + name);
  if (text === undefined) return undefined;
  const { curve, secretKey } = parseRecord<{ curve: Curve; secretKey: string }>(
    DEVICE_PREFIX + name,
    text,
    (value) => HEX_32.test(String(value.secretKey)),
  );
  return { curve, secretKey: hexToBytes(secretKey) };
}

export async function writeDevice(
  store: Store,
  name: string,
  { curve, secretKey }: KeptDevice,
): Promise<void> {
  await store.write(DEVICE_PREFIX + name, deviceText(curve, bytesToHex(secretKey)));
}

export async function deviceNames(store: Store): Promise<string[]> {
  return (await store.keys(DEVICE_PREFIX)).map((key) => key.slice(DEVICE_PREFIX.length)).sort();
}

/** @param walletSeed hex */
export function identityText(secret: bigint, walletSeed: string): string {
  return JSON.stringify({ secret: secret.toString(), walletSeed });
}

/** @param secretKey hex */
export function deviceText(curve: Curve, secretKey: string): string {
  return JSON.stringify({ curve, secretKey });
}
