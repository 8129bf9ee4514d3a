// SPDX-License-Identifier: GPL-3.0-or-later
import { deviceMessage } from "../device/message.ts";
import { type DeviceKey, isDeviceKey, verifyDeviceSignature } from "../device/signer.ts";
import type { VitalproofError } from "../errors.ts";
import { assertField } from "../field.ts";
import type { SignedHead } from "../log/intakeMessages.ts";
import { type Profile, type ProfileName, profileOf } from "../profiles/profile.ts";
import type { AttesterRecords } from "./records.ts";
import { refused } from "./refused.ts";

/** Which device measures whom. */
export type DeviceRequest = { device: DeviceKey; subject: bigint; profile: ProfileName };

/** Who is behind a subject, and which devices measure them. `Intake` says in what order its methods run. */
export class Registration {
  readonly #records: AttesterRecords;
  readonly #group: bigint;

  constructor(records: AttesterRecords, group: bigint) {
    this.#records = records;
    this.#group = group;
  }

  registerPerson(subject: bigint, now: number): Promise<void> {
    return this.#records.register(subject, now);
  }

  knows(subject: bigint): Promise<boolean> {
    return this.#records.isRegistered(subject);
  }

  /** @throws INTAKE_SUBJECT_UNKNOWN */
  async assertKnown(subject: bigint): Promise<void> {
    assertField("subject", subject);
    if (await this.knows(subject)) return;
    throw refused("INTAKE_SUBJECT_UNKNOWN", "No person is registered under this subject.", {
      hint: "Call registerPerson after checking who the person is.",
    });
  }

  /** @throws INVALID_ARGUMENT for a malformed key, INTAKE_SUBJECT_UNKNOWN, INTAKE_DEVICE_EXISTS while it is enrolled */
  async enrol({ device, subject, profile }: DeviceRequest, now: number): Promise<void> {
    await this.assertFree({ device, subject, profile });
    await this.assertKnown(subject);
    const { curve, publicKey } = device;
    await this.#records.saveDevice({
      curve,
      publicKey,
      subject,
      profile: profileOf(profile).id,
      enrolledAt: now,
    });
  }

  /**
   * As `enrol`, and asking again for the same person and profile is answered again, since the answer may have been lost.
   * @throws what `enrol` throws; INTAKE_DEVICE_RETIRED: a device that was retired comes back by `enrol` alone
   */
  async enrolAgain(request: DeviceRequest, now: number): Promise<void> {
    const known = await this.#records.device(request.device);
    if (known?.retiredAt !== undefined) {
      throw refused("INTAKE_DEVICE_RETIRED", `The device was retired at ${known.retiredAt}.`, {
        details: { retiredAt: known.retiredAt },
        hint: "Use another device, or enrol this one anew once you know where it has been.",
      });
    }
    if (known?.subject === request.subject && known.profile === profileOf(request.profile).id) return;
    await this.enrol(request, now);
  }

  /** @throws INVALID_ARGUMENT for a malformed key, INTAKE_DEVICE_EXISTS while it is enrolled */
  async assertFree({ device: { curve, publicKey } }: DeviceRequest): Promise<void> {
    if (!isDeviceKey({ curve, publicKey })) {
      throw refused("INVALID_ARGUMENT", `${publicKey} is not a public key on ${curve}.`, {
        details: { curve, publicKey },
        hint: "Use lower-case hex without prefix: 33 bytes compressed for p256, 32 bytes for ed25519.",
      });
    }
    const known = await this.#records.device({ curve, publicKey });
    if (known === undefined || known.retiredAt !== undefined) return;
    throw refused("INTAKE_DEVICE_EXISTS", "This device is enrolled already.", {
      details: { publicKey },
      hint: "Retire it first if it goes to another person or profile.",
    });
  }

  /** @throws INTAKE_DEVICE_UNKNOWN */
  async retire(device: DeviceKey, now: number): Promise<void> {
    const known = await this.#records.device(device);
    if (known === undefined) throw noDevice(device);
    await this.#records.saveDevice({ ...known, retiredAt: known.retiredAt ?? now });
  }

  /**
   * Refuses a head whose device may not report on an epoch that ends then.
   * @throws what `Intake.submit` lists about devices, signatures and groups
   */
  async assertMayReport(signed: SignedHead, profile: Profile, end: number): Promise<void> {
    const { curve, publicKey } = signed.device;
    const other = curve === "p256" ? "ed25519" : "p256";
    const device = await this.#records.device({ curve, publicKey });
    if (device === undefined) {
      if ((await this.#records.device({ curve: other, publicKey })) === undefined)
        throw noDevice(signed.device);
      throw refused("INTAKE_DEVICE_WRONG_CURVE", `The device is enrolled with ${other}, not with ${curve}.`, {
        details: { curve, enrolled: other },
      });
    }
    if (signed.group !== this.#group) {
      throw refused(
        "INTAKE_WRONG_CONTEXT",
        `The head is for group ${signed.group}, this is ${this.#group}.`,
        {
          details: { given: signed.group, wanted: this.#group },
        },
      );
    }
    const signature = bytesOf(signed.signature);
    if (
      signature === undefined ||
      !verifyDeviceSignature({ curve, publicKey }, messageOf(signed), signature)
    ) {
      throw refused("INTAKE_SIGNATURE_INVALID", "The device's signature does not fit this head.", {
        details: { curve },
        hint: "Sign deviceMessage: p256 over its SHA-256 with low s, ed25519 as in RFC 8032.",
      });
    }
    // Only the holder of the device's key learns the following about its enrolment.
    if (device.retiredAt !== undefined) {
      throw refused("INTAKE_DEVICE_RETIRED", `The device was retired at ${device.retiredAt}.`, {
        details: { retiredAt: device.retiredAt },
      });
    }
    if (device.subject !== signed.subject) {
      throw refused("INTAKE_DEVICE_OTHER_SUBJECT", "The device is enrolled for another person.");
    }
    if (device.profile !== profile.id) {
      throw refused("INTAKE_DEVICE_OTHER_PROFILE", `The device is not enrolled for ${profile.name}.`, {
        details: { given: profile.id, enrolled: device.profile },
      });
    }
    if (device.enrolledAt >= end) {
      throw refused(
        "INTAKE_DEVICE_NOT_YET_ENROLLED",
        `The epoch ended at ${end}, the device was enrolled later.`,
        {
          details: { end, enrolledAt: device.enrolledAt },
          hint: "A device cannot report on a time before its enrolment.",
        },
      );
    }
  }
}

function noDevice({ curve, publicKey }: DeviceKey): VitalproofError {
  return refused("INTAKE_DEVICE_UNKNOWN", `No device ${curve} ${publicKey} is enrolled.`, {
    details: { curve, publicKey },
    hint: "Call enrolDevice first.",
  });
}

function messageOf({ group, subject, previous, inner, context }: SignedHead): Uint8Array {
  return deviceMessage({ group, subject, previous, inner, context });
}

function bytesOf(hex: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{128}$/.test(hex)) return undefined;
  return Uint8Array.from({ length: 64 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
