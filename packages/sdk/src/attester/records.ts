// SPDX-License-Identifier: GPL-3.0-or-later

import { bigintText } from "../bigintText.ts";
import type { Curve, DeviceKey } from "../device/signer.ts";
import { isDecimalText, parseRecord } from "../internal/json.ts";
import type { Store } from "../store.ts";

/** One stretch of a person's log under one offset. */
export type LogRecord = {
  offset: number;
  firstEpoch: number;
  /** Set when a successor continues. */
  lastEpoch?: number;
  genesis: bigint;
  /** Of the genesis; kept so that the attester can show that it made it. */
  salt: bigint;
  head: bigint;
  nextEpoch: number;
};

/** One epoch as intake recorded it. */
export type HeadRecord = {
  previous: bigint;
  head: bigint;
  /** Absent for a gap. */
  receipt?: { receivedAt: number; anchorDay: number; signature: string };
};

export type DeviceRecord = {
  curve: Curve;
  publicKey: string;
  subject: bigint;
  profile: number;
  enrolledAt: number;
  retiredAt?: number;
};

/** Subject, profile number and generation (0, 1, …: a new one for each offset) of a stretch. */
export type LogKey = { subject: bigint; profile: number; generation: number };

/** The attester's records in a store, typed. Keys hold subjects: the store is personal data. They share
 * one prefix, so that a log of the same machine may live in the same store. */
export class AttesterRecords {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async isRegistered(subject: bigint): Promise<boolean> {
    return (await this.#store.read(`attester/person/${hex(subject)}`)) !== undefined;
  }

  async register(subject: bigint, at: number): Promise<void> {
    await this.#store.write(`attester/person/${hex(subject)}`, JSON.stringify({ registeredAt: at }));
  }

  async device(device: DeviceKey): Promise<DeviceRecord | undefined> {
    const key = `attester/device/${device.curve}.${device.publicKey}`;
    const raw = await this.#read<Omit<DeviceRecord, "subject"> & { subject: string }>(
      key,
      (value) => isDecimalText(value.subject) && Number.isSafeInteger(value.profile),
    );
    return raw === undefined ? undefined : { ...raw, subject: BigInt(raw.subject) };
  }

  async saveDevice(device: DeviceRecord): Promise<void> {
    await this.#write(`attester/device/${device.curve}.${device.publicKey}`, device);
  }

  /** All stretches of one person and profile, oldest first. */
  async logs(subject: bigint, profile: number): Promise<LogRecord[]> {
    const logs: LogRecord[] = [];
    for (let generation = 0; ; generation++) {
      const log = await this.#log(logText({ subject, profile, generation }));
      if (log === undefined) return logs;
      logs.push(log);
    }
  }

  /** Every stretch there is. */
  async allLogs(): Promise<{ key: LogKey; log: LogRecord }[]> {
    const all: { key: LogKey; log: LogRecord }[] = [];
    for (const text of (await this.#store.keys("attester/log/")).sort()) {
      const [, , subject, profile, generation] = text.split("/");
      const log = await this.#log(text);
      if (log === undefined) continue;
      all.push({
        key: { subject: BigInt(`0x${subject}`), profile: Number(profile), generation: Number(generation) },
        log,
      });
    }
    return all;
  }

  async saveLog(key: LogKey, log: LogRecord): Promise<void> {
    await this.#write(logText(key), log);
  }

  async head(key: LogKey, epoch: number): Promise<HeadRecord | undefined> {
    const raw = await this.#read<Omit<HeadRecord, "previous" | "head"> & { previous: string; head: string }>(
      headText(key, epoch),
      (value) => isDecimalText(value.previous) && isDecimalText(value.head),
    );
    return raw === undefined ? undefined : { ...raw, previous: BigInt(raw.previous), head: BigInt(raw.head) };
  }

  async saveHead(key: LogKey, epoch: number, head: HeadRecord): Promise<void> {
    await this.#write(headText(key, epoch), head);
  }

  /** The leaves of a day that was closed; undefined while it is open. */
  async day(day: number): Promise<bigint[] | undefined> {
    const raw = await this.#read<{ leaves: string[] }>(
      `attester/day/${day}`,
      (value) => Array.isArray(value.leaves) && value.leaves.every(isDecimalText),
    );
    return raw?.leaves.map(BigInt);
  }

  async saveDay(day: number, leaves: readonly bigint[]): Promise<void> {
    await this.#write(`attester/day/${day}`, { leaves });
  }

  async #log(text: string): Promise<LogRecord | undefined> {
    type Raw = Omit<LogRecord, "genesis" | "salt" | "head"> & { genesis: string; salt: string; head: string };
    const raw = await this.#read<Raw>(
      text,
      (value) =>
        [value.genesis, value.salt, value.head].every(isDecimalText) && Number.isSafeInteger(value.nextEpoch),
    );
    if (raw === undefined) return undefined;
    return { ...raw, genesis: BigInt(raw.genesis), salt: BigInt(raw.salt), head: BigInt(raw.head) };
  }

  async #read<T>(key: string, isRecord: (value: Record<string, unknown>) => boolean): Promise<T | undefined> {
    const text = await this.#store.read(key);
    return text === undefined ? undefined : parseRecord<T>(key, text, isRecord);
  }

  async #write(key: string, record: object): Promise<void> {
    const text = JSON.stringify(record, bigintText);
    await this.#store.write(key, text);
  }
}

function hex(subject: bigint): string {
  return subject.toString(16).padStart(64, "0");
}

function logText({ subject, profile, generation }: LogKey): string {
  return `attester/log/${hex(subject)}/${profile}/${generation}`;
}

function headText({ subject, profile, generation }: LogKey, epoch: number): string {
  return `attester/head/${hex(subject)}/${profile}/${generation}/${epoch}`;
}
