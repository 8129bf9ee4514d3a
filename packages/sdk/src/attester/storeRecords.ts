// SPDX-License-Identifier: GPL-3.0-or-later

import { bigintText } from "../bigintText.ts";
import type { DeviceKey } from "../device/signer.ts";
import { leafOf } from "../hashes/chain.ts";
import { isDecimalText, parseRecord } from "../internal/json.ts";
import { Mutex } from "../mutex.ts";
import { type Profile, profileOf } from "../profiles/profile.ts";
import type { Store } from "../store.ts";
import { anchorDayOf, dayEnd, epochAt, epochEnd, epochStart } from "../time/epochs.ts";
import { contextOf } from "./context.ts";
import type { AttesterRecords, DeviceRecord, HeadRecord, LogKey, LogRecord } from "./records.ts";

/**
 * An attester's records as texts in a store. Keys hold subjects: the store is personal data. They share one prefix, so
 * that a log of the same machine may live in the same store. One process per store at a time. A step that throws takes
 * nothing back; steps write a head before what points to it.
 */
export function storeRecords(store: Store): AttesterRecords {
  return new StoreRecords(store);
}

class StoreRecords implements AttesterRecords {
  readonly #store: Store;
  readonly #mutex = new Mutex();

  constructor(store: Store) {
    this.#store = store;
  }

  transaction<T>(step: (records: AttesterRecords) => Promise<T>): Promise<T> {
    return this.#mutex.run(() => step(this));
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

  async logs(subject: bigint, profile: number): Promise<LogRecord[]> {
    const logs: LogRecord[] = [];
    for (let generation = 0; ; generation++) {
      const log = await this.#log(logText({ subject, profile, generation }));
      if (log === undefined) return logs;
      logs.push(log);
    }
  }

  async behind(before: number, most: number): Promise<LogKey[]> {
    const late = (await this.#allLogs()).filter(({ key, log }) => {
      const isOpen = log.lastEpoch === undefined || log.nextEpoch <= log.lastEpoch;
      return isOpen && epochEnd(profileOf(key.profile), log.offset, log.nextEpoch) < before;
    });
    return late.slice(0, most).map(({ key }) => key);
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

  async leavesOf(day: number, subject?: bigint): Promise<bigint[]> {
    const leaves: bigint[] = [];
    for (const { key, log } of await this.#allLogs()) {
      if (subject !== undefined && key.subject !== subject) continue;
      const profile = profileOf(key.profile);
      // Epochs whose last second is in the day.
      const first = Math.max(log.firstEpoch, epochAtOrBefore(profile, log.offset, dayEnd(day - 1)));
      for (let epoch = first; epoch < log.nextEpoch; epoch++) {
        const anchorDay = anchorDayOf(profile, log.offset, epoch);
        if (anchorDay > day) break;
        if (anchorDay < day) continue;
        const record = await this.head(key, epoch);
        if (record !== undefined) leaves.push(leafOf(key.subject, contextOf(key, log, epoch), record.head));
      }
    }
    return leaves;
  }

  async day(day: number): Promise<bigint[] | undefined> {
    const raw = await this.#read<{ leaves: string[] }>(
      `attester/day/${day}`,
      (value) => Array.isArray(value.leaves) && value.leaves.every(isDecimalText),
    );
    return raw?.leaves.map(BigInt);
  }

  /** One process has the store, and its clock says that the day's heads can arrive no more: the leaves are all. */
  async saveDay(day: number, _root: bigint, leaves: readonly bigint[]): Promise<boolean> {
    await this.#write(`attester/day/${day}`, { leaves });
    return true;
  }

  async #allLogs(): Promise<{ key: LogKey; log: LogRecord }[]> {
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

/** The epoch that contains a second, or 0 before the first one. */
function epochAtOrBefore(profile: Profile, offset: number, time: number): number {
  return time < epochStart(profile, offset, 0) ? 0 : epochAt(profile, offset, time);
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
