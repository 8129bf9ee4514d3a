// SPDX-License-Identifier: GPL-3.0-or-later
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

export type Curve = "p256" | "ed25519";

/** What an attester enrols: the curve and the public key, hex without prefix (P-256 compressed, 33 bytes; Ed25519 32). */
export type DeviceKey = { readonly curve: Curve; readonly publicKey: string };

/**
 * Whatever holds a device's key: a secure element, a gateway, a key store. It signs messages of `deviceMessage` and
 * never shows the key.
 */
export type DeviceSigner = DeviceKey & {
  /** @returns 64 bytes: `r | s` with low s for P-256 (over SHA-256 of the message), RFC 8032 for Ed25519 */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

/** False for anything that is not exactly one valid signature, malformed keys included; never throws. */
export function verifyDeviceSignature(
  device: DeviceKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const key = hexToBytes(device.publicKey);
    if (device.curve === "p256") return p256.verify(signature, message, key, { prehash: true, lowS: true });
    // RFC 8032 verification without the small-order leniency of ZIP-215.
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}

/** Whether a public key is a point of its curve in the one accepted encoding. */
export function isDeviceKey(device: DeviceKey): boolean {
  try {
    if (!/^[0-9a-f]+$/.test(device.publicKey)) return false;
    const bytes = hexToBytes(device.publicKey);
    if (device.curve === "p256") return bytes.length === 33 && p256.utils.isValidPublicKey(bytes, true);
    if (device.curve !== "ed25519") return false;
    const point = ed25519.Point.fromBytes(bytes, false);
    return !point.isSmallOrder();
  } catch {
    return false;
  }
}

/**
 * A software key that plays a device, for tests and demonstrations. What it signs proves nothing about a sensor: who
 * holds it can sign any readings. Groups that accept it must be of the assurance class "self-attested".
 */
export class SimulatedDevice implements DeviceSigner {
  readonly curve: Curve;
  readonly publicKey: string;
  readonly #secretKey: Uint8Array;

  /** @param secretKey 32 bytes; random when left out */
  constructor(curve: Curve = "p256", secretKey?: Uint8Array) {
    const scheme = curve === "p256" ? p256 : ed25519;
    this.curve = curve;
    this.#secretKey = secretKey?.slice() ?? scheme.utils.randomSecretKey();
    this.publicKey = bytesToHex(
      curve === "p256" ? p256.getPublicKey(this.#secretKey, true) : ed25519.getPublicKey(this.#secretKey),
    );
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (this.curve === "p256") return p256.sign(message, this.#secretKey, { prehash: true, lowS: true });
    return ed25519.sign(message, this.#secretKey);
  }

  toJSON(): Record<string, unknown> {
    return { type: "SimulatedDevice", curve: this.curve, publicKey: this.publicKey };
  }
}
