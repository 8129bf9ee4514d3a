// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from "node:crypto";
import {
  type Curve,
  DEVICE_PREFIX,
  readDevice,
  SimulatedDevice,
  VitalproofError,
  writeDevice,
} from "@vitalproof/sdk";
import type { Vault } from "./vault.ts";
import { type DamagedRecord, listRecords } from "./vaultRecords.ts";

/** Makes a software key that plays a device and keeps it in the vault. @throws ALREADY_THERE */
export async function createDevice(vault: Vault, name: string, curve: Curve): Promise<SimulatedDevice> {
  assertName(name);
  if ((await readDevice(vault.store, name)) !== undefined) {
    throw new VitalproofError("ALREADY_THERE", `The vault holds a device "${name}" already.`, {
      details: { name },
      hint: "Use it, or choose another --name for the new one.",
    });
  }
  const { device, secretKey } = fresh(curve);
  await writeDevice(vault.store, name, { curve, secretKey });
  return device;
}

/** @throws NOT_THERE */
export async function loadDevice(vault: Vault, name: string): Promise<SimulatedDevice> {
  assertName(name);
  const kept = await readDevice(vault.store, name);
  if (kept === undefined) {
    throw new VitalproofError("NOT_THERE", `The vault holds no device "${name}".`, {
      details: { name },
      hint: "Make one with `vitalproof device simulate`.",
    });
  }
  return new SimulatedDevice(kept.curve, kept.secretKey);
}

/** The names of the devices whose keys open, and what of the others can be told. */
export async function listDevices(vault: Vault): Promise<{ names: string[]; damaged: DamagedRecord[] }> {
  const { keys, damaged } = await listRecords(vault, DEVICE_PREFIX);
  return { names: keys.map((key) => key.slice(DEVICE_PREFIX.length)).sort(), damaged };
}

/** A P-256 key is a number below the group's order; the few strings of 32 bytes above it are thrown away. */
function fresh(curve: Curve): { device: SimulatedDevice; secretKey: Uint8Array } {
  for (;;) {
    const secretKey = new Uint8Array(randomBytes(32));
    try {
      return { device: new SimulatedDevice(curve, secretKey), secretKey };
    } catch {
      // another one
    }
  }
}

function assertName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/.test(name)) return;
  throw new VitalproofError("USAGE", `"${name}" cannot be the name of a device.`, {
    details: { name },
    hint: "Use up to 64 letters, digits, dots, dashes and underscores.",
  });
}
