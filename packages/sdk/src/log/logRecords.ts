// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "../errors.ts";
import { isDecimalText, parseRecord } from "../internal/json.ts";
import type { ProfileName } from "../profiles/profile.ts";
import type { Store } from "../store.ts";
import { logCorrupt } from "./corrupt.ts";
import type { StoredSource } from "./daySources.ts";
import type { LogOpening } from "./intakeMessages.ts";
import { isStoredPending, type PendingText, type StoredPending } from "./pendingStore.ts";
import { type EpochRecord, epochFromText, epochToText } from "./record.ts";
import { areStoredEarly, type StoredEarly } from "./sealedEarly.ts";

/** Formats of heads that a stored log may be of (docs/protocol.md). */
const FORMAT = 2;

type StoredLog = StoredPending & {
  format: number;
  group: string;
  subject: string;
  profile: ProfileName;
  offset: number;
  firstEpoch: number;
  genesis: string;
  nextEpoch: number;
  sources?: StoredSource[];
  early?: StoredEarly[];
};

type StoredState = {
  raw: StoredLog;
  opening: LogOpening;
  /** The first epoch that is not sealed. */
  nextEpoch: number;
  /** Epochs whose writing was interrupted, in order. They count instead of their records. */
  interrupted: Map<number, EpochRecord>;
};

/**
 * What the store keeps of one log next to its pending readings: its state, a record for each epoch, and a journal of
 * epochs that are written as one step.
 */
export class LogRecords {
  readonly #store: Store;
  readonly #name: string;

  constructor(store: Store, name: string) {
    this.#store = store;
    this.#name = name;
  }

  async exist(): Promise<boolean> {
    return (await this.#store.read(this.#stateKey)) !== undefined;
  }

  /** @throws STORE_FAILED when there is none, LOG_FORMAT_UNKNOWN for an earlier format, LOG_CORRUPT */
  async state(): Promise<StoredState> {
    const name = this.#name;
    const text = await this.#store.read(this.#stateKey);
    if (text === undefined) {
      throw new VitalproofError("STORE_FAILED", `The store holds no log "${name}".`, {
        details: { name },
        hint: "Use Log.create with what intake returned when it opened the log.",
      });
    }
    const raw = parseRecord<StoredLog>(
      this.#stateKey,
      text,
      (value) =>
        isDecimalText(value.group) &&
        isDecimalText(value.subject) &&
        isDecimalText(value.genesis) &&
        Number.isSafeInteger(value.firstEpoch) &&
        Number.isSafeInteger(value.nextEpoch) &&
        isStoredPending(value) &&
        areStoredSources(value.sources) &&
        areStoredEarly(value.early),
    );
    if (raw.format !== FORMAT) {
      throw new VitalproofError(
        "LOG_FORMAT_UNKNOWN",
        `Log "${name}" has heads of format ${raw.format ?? 1}; this version reads format ${FORMAT}.`,
        {
          details: { name, format: raw.format ?? 1, wanted: FORMAT },
          hint: "Nothing of an earlier format was deployed. Enrol again and import the readings into a new log.",
        },
      );
    }
    const opening: LogOpening = {
      group: BigInt(raw.group),
      subject: BigInt(raw.subject),
      profile: raw.profile,
      offset: raw.offset,
      firstEpoch: raw.firstEpoch,
      genesis: BigInt(raw.genesis),
    };
    const interrupted = await this.#journal();
    const nextEpoch = Math.max(raw.nextEpoch, (interrupted.at(-1)?.epoch ?? 0) + 1);
    return {
      raw,
      opening,
      nextEpoch,
      interrupted: new Map(interrupted.map((record) => [record.epoch, record])),
    };
  }

  async saveState(
    { group, subject, genesis, ...rest }: LogOpening,
    nextEpoch: number,
    readings: PendingText,
    sources: readonly StoredSource[],
    early: readonly StoredEarly[],
  ): Promise<void> {
    const stored: StoredLog = {
      format: FORMAT,
      ...rest,
      group: group.toString(),
      subject: subject.toString(),
      genesis: genesis.toString(),
      nextEpoch,
      ...(sources.length === 0 ? {} : { sources: [...sources] }),
      ...(early.length === 0 ? {} : { early: [...early] }),
      ...(readings.pieces.length === 0 ? {} : { pieces: [...readings.pieces] }),
      pending: [],
    };
    const text = JSON.stringify(stored);
    await this.#store.write(this.#stateKey, `${text.slice(0, -2)}${readings.pending}]}`);
  }

  /** @throws LOG_CORRUPT naming the epoch, also where the store does not open the record */
  async epoch(epoch: number): Promise<EpochRecord> {
    const key = this.#epochKey(epoch);
    try {
      const text = await this.#store.read(key);
      if (text === undefined) throw logCorrupt(epoch, "its record is missing");
      return epochFromText(key, text);
    } catch (error) {
      if (error instanceof VitalproofError && error.details.epoch === epoch) throw error;
      if (VitalproofError.find(error, "VAULT_DAMAGED") !== undefined)
        throw logCorrupt(epoch, "its record does not open");
      if (VitalproofError.find(error, "LOG_CORRUPT") !== undefined)
        throw logCorrupt(epoch, "its record is damaged");
      throw error;
    }
  }

  saveEpoch(record: EpochRecord): Promise<void> {
    return this.#store.write(this.#epochKey(record.epoch), epochToText(record));
  }

  /** What `state` returns as interrupted, from now on. */
  saveJournal(records: readonly EpochRecord[]): Promise<void> {
    return this.#store.write(this.#journalKey, JSON.stringify({ records: records.map(epochToText) }));
  }

  /** Epochs whose writing was interrupted. Empty when nothing was. */
  async #journal(): Promise<EpochRecord[]> {
    const text = await this.#store.read(this.#journalKey);
    if (text === undefined) return [];
    const { records } = parseRecord<{ records: string[] }>(this.#journalKey, text, (value) =>
      Array.isArray(value.records),
    );
    return records.map((record) => epochFromText(this.#journalKey, record));
  }

  get #stateKey(): string {
    return `log/${this.#name}/state`;
  }

  get #journalKey(): string {
    return `log/${this.#name}/journal`;
  }

  #epochKey(epoch: number): string {
    return `log/${this.#name}/epoch/${epoch}`;
  }
}

function areStoredSources(value: unknown): boolean {
  return (
    value === undefined ||
    (Array.isArray(value) &&
      value.every(
        (one) =>
          Array.isArray(one) &&
          one.length === 2 &&
          Number.isSafeInteger(one[0]) &&
          typeof one[1] === "string",
      ))
  );
}
