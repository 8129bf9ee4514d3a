// SPDX-License-Identifier: GPL-3.0-or-later

import { deviceMessage, type HeadMessage } from "../device/message.ts";
import type { Curve, DeviceSigner } from "../device/signer.ts";
import { VitalproofError } from "../errors.ts";
import { randomFieldElement } from "../field.ts";
import { gapHeadOf, headOf, innerOf, leafOf } from "../hashes/chain.ts";
import { packContext } from "../hashes/context.ts";
import { isDecimalText, parseRecord } from "../internal/json.ts";
import { Mutex } from "../mutex.ts";
import { LOW, MISSING } from "../profiles/codes.ts";
import { type Profile, type ProfileName, profileOf } from "../profiles/profile.ts";
import type { Store } from "../store.ts";
import { epochEnd } from "../time/epochs.ts";
import type { EpochOpening } from "../witness/claim.ts";
import { encoder } from "./encode.ts";
import { PendingReadings } from "./pendingReadings.ts";
import {
  countOf,
  dayOf,
  isStoredPending,
  PendingStore,
  type PendingText,
  type StoredPending,
} from "./pendingStore.ts";
import { type AppendReport, emptyAppendReport, type Reading, type RefusalReason } from "./reading.ts";
import type { SignedReceipt } from "./receipt.ts";
import { type EpochRecord, epochFromText, epochToText } from "./record.ts";
import { decideSlots, slotAt } from "./slots.ts";

/** What the attester's intake says when it opens a log. */
export type LogOpening = {
  group: bigint;
  subject: bigint;
  profile: ProfileName;
  offset: number;
  firstEpoch: number;
  genesis: bigint;
};

/** A log as intake knows it: the head that the next one must extend, and the next epoch. */
export type LogState = { head: bigint; nextEpoch: number };

/** What goes to intake: no readings, no salt. */
export type SignedHead = HeadMessage & {
  device: { curve: Curve; publicKey: string };
  /** Hex without prefix. */
  signature: string;
};

/** What a sealed epoch holds, in numbers of readings (samples, where a reading has several channels). */
export type SealReport = {
  epoch: number;
  head: bigint;
  filled: number;
  missing: number;
  moved: number;
  dropped: number;
};

/** What is readable of a stored log, and what is not. The records hold readings and salts. */
export type LogLook = {
  readonly opening: LogOpening;
  readonly nextEpoch: number;
  readonly pending: number;
  readonly epochs: readonly EpochRecord[];
  readonly damaged: readonly { readonly epoch: number; readonly reason: string }[];
};

/** Formats of heads that a stored log may be of (docs/protocol.md). */
const FORMAT = 2;

/** Refused readings whose times a report names; all are counted. */
const MOST_REFUSALS = 10_000;

type StoredLog = StoredPending & {
  format: number;
  group: string;
  subject: string;
  profile: ProfileName;
  offset: number;
  firstEpoch: number;
  genesis: string;
  nextEpoch: number;
};

/**
 * The sealer's and patient's side of one log: takes readings, seals epochs, keeps what proofs need. It knows the
 * subject but not the identity secret, so a gateway can run it. Everything is in the store before a method returns;
 * a new process continues with `Log.resume`, also after a crash in the middle. One process per log at a time.
 */
export class Log {
  readonly #store: Store;
  readonly #name: string;
  readonly #profile: Profile;
  readonly #opening: LogOpening;
  readonly #mutex = new Mutex();
  readonly #pendingStore: PendingStore;
  #pending: PendingReadings;
  /** By epoch, from the first one on without a hole. */
  #epochs: EpochRecord[];

  private constructor(
    store: Store,
    name: string,
    opening: LogOpening,
    epochs: EpochRecord[],
    pendingStore = new PendingStore(store, name),
  ) {
    this.#store = store;
    this.#name = name;
    this.#profile = profileOf(opening.profile);
    this.#opening = opening;
    this.#pendingStore = pendingStore;
    this.#pending = new PendingReadings(this.#profile.channels);
    this.#epochs = epochs;
  }

  /**
   * A new log, as intake opened it.
   * @param name key under which the store keeps it: letters, digits, "." "_" "-"
   * @throws STORE_FAILED when the store holds a log of that name
   */
  static async create(store: Store, name: string, opening: LogOpening): Promise<Log> {
    if ((await store.read(stateKey(name))) !== undefined) {
      throw new VitalproofError("STORE_FAILED", `The store holds a log "${name}" already.`, {
        details: { name },
        hint: "Use Log.resume, or another name.",
      });
    }
    const log = new Log(store, name, opening, []);
    await log.#savePending();
    return log;
  }

  /**
   * Continues a stored log after recomputing its whole chain.
   * @throws STORE_FAILED when there is none, LOG_FORMAT_UNKNOWN for an earlier format, LOG_CORRUPT naming the record or
   *         epoch that does not fit
   */
  static async resume(store: Store, name: string): Promise<Log> {
    const { raw, opening } = await readState(store, name);
    const interrupted = await readJournal(store, name);
    const nextEpoch = Math.max(raw.nextEpoch, (interrupted.at(-1)?.epoch ?? 0) + 1);
    const epochs: EpochRecord[] = [];
    for (let epoch = raw.firstEpoch; epoch < nextEpoch; epoch++) {
      const finished = interrupted.find((record) => record.epoch === epoch);
      epochs.push(finished ?? (await readEpoch(store, name, epoch)));
    }
    const log = new Log(store, name, opening, epochs, new PendingStore(store, name, raw.pieces));
    log.verify();
    await log.#pendingStore.load(raw, log.#pending);
    await log.#replace(interrupted);
    return log;
  }

  /**
   * What can be read of a stored log of which `resume` refuses a record. Each epoch is checked on its own, and against
   * the head before it where that one can be read. Nothing is written, and nothing can be sealed on it.
   * @throws what `resume` throws for the log's state
   */
  static async look(store: Store, name: string): Promise<LogLook> {
    const { raw, opening } = await readState(store, name);
    const epochs: EpochRecord[] = [];
    const damaged: { epoch: number; reason: string }[] = [];
    const interrupted = await readJournal(store, name);
    const nextEpoch = Math.max(raw.nextEpoch, (interrupted.at(-1)?.epoch ?? 0) + 1);
    // What the next epoch must continue; unknown after a damaged one.
    let before: bigint | undefined = opening.genesis;
    for (let epoch = raw.firstEpoch; epoch < nextEpoch; epoch++) {
      try {
        const finished = interrupted.find((record) => record.epoch === epoch);
        const record = finished ?? (await readEpoch(store, name, epoch));
        new Log(store, name, { ...opening, firstEpoch: epoch, genesis: before ?? record.previous }, [
          record,
        ]).verify();
        epochs.push(record);
        before = record.head;
      } catch (error) {
        const found = VitalproofError.find(error, "LOG_CORRUPT");
        if (found === undefined) throw error;
        damaged.push({ epoch, reason: String(found.details.reason) });
        before = undefined;
      }
    }
    return { opening, nextEpoch, pending: countOf(raw), epochs, damaged };
  }

  get opening(): LogOpening {
    return this.#opening;
  }

  /** The first epoch that is not sealed. */
  get nextEpoch(): number {
    return this.#opening.firstEpoch + this.#epochs.length;
  }

  /** How many readings wait to be sealed. */
  get pending(): number {
    return this.#pending.length;
  }

  /** The head that the next sealed one will extend. */
  get head(): bigint {
    return this.#epochs.at(-1)?.head ?? this.#opening.genesis;
  }

  /** All epochs sealed so far. The records hold readings and salts. */
  get epochs(): readonly EpochRecord[] {
    return this.#epochs;
  }

  /**
   * Takes readings in, in any order and across calls. What is refused does not stop the others; the report says how
   * many there were of each kind. Slots are assigned when an epoch is sealed (`assignSlots` holds the rule).
   */
  append(readings: Iterable<Reading>): Promise<AppendReport> {
    return this.#mutex.run(async () => {
      const report = emptyAppendReport();
      const next = new PendingReadings(this.#profile.channels, this.#pending);
      const days = new Set<number>();
      const encode = encoder(this.#profile);
      for (const given of readings) {
        report.given += 1;
        const codes = encode(given);
        const reason = typeof codes === "string" ? codes : this.#outside(given.time);
        if (reason !== undefined || typeof codes === "string") {
          report.refused[reason as RefusalReason] += 1;
          if (report.refusals.length < MOST_REFUSALS) {
            report.refusals.push({ time: given.time, reason: reason as RefusalReason });
          }
          continue;
        }
        if (!next.add(given.time, codes)) {
          report.duplicates += 1;
          continue;
        }
        if (this.#saturated(codes)) report.saturated += 1;
        days.add(dayOf(given.time));
        report.taken += 1;
      }
      if (report.taken > 0) {
        const before = this.#pending;
        this.#pending = next;
        await this.#savePending((day) => days.has(day)).catch((error: unknown) => {
          // Not stored is not taken: the caller will give them again.
          this.#pending = before;
          throw error;
        });
      }
      return report;
    });
  }

  /**
   * Seals every epoch that is over and not sealed yet, each with a fresh random salt.
   * @param now Unix seconds
   * @param until last epoch to seal; all that are over when left out
   * @throws LOG_EPOCH_NOT_OVER when `until` is not over at `now`
   */
  seal(now: number, until?: number): Promise<SealReport[]> {
    return this.#mutex.run(async () => {
      if (until !== undefined && this.#end(until) > now) {
        throw new VitalproofError(
          "LOG_EPOCH_NOT_OVER",
          `Epoch ${until} ends at ${this.#end(until)}, now it is ${now}.`,
          {
            details: { epoch: until, end: this.#end(until), now },
            hint: "Seal an epoch once it is over.",
          },
        );
      }
      const reports: SealReport[] = [];
      while (this.#end(this.nextEpoch) <= now && (until === undefined || this.nextEpoch <= until)) {
        reports.push(await this.#sealNext());
      }
      return reports;
    });
  }

  /**
   * What sealing at `now` would make of each epoch that is over, if no more readings come. Nothing is sealed.
   * @param until last epoch to look at; all that are over when left out
   */
  due(now: number, until = Number.MAX_SAFE_INTEGER): { epoch: number; filled: number; samples: number }[] {
    const { samples } = this.#profile;
    const first = this.nextEpoch;
    if (this.#end(first) > now) return [];
    const filled = new Map<number, number>();
    this.#decide(this.#pending.length, this.#firstSample(first), (_, slot) => {
      if (slot === undefined) return;
      const epoch = Math.floor(slot / samples);
      filled.set(epoch, (filled.get(epoch) ?? 0) + 1);
    });
    const due: { epoch: number; filled: number; samples: number }[] = [];
    for (let epoch = first; epoch <= until && this.#end(epoch) <= now; epoch++) {
      due.push({ epoch, filled: filled.get(epoch) ?? 0, samples });
    }
    return due;
  }

  /** What a device signs about one sealed epoch and intake checks, signed. */
  async sign(epoch: number, device: DeviceSigner): Promise<SignedHead> {
    const { previous, salt, codes } = this.#record(epoch);
    const { group, subject } = this.#opening;
    const context = this.#context(epoch);
    const inner = innerOf(this.#profile, { context, salt, codes });
    const message: HeadMessage = { group, subject, previous, inner, context };
    const signature = await device.sign(deviceMessage(message));
    return {
      ...message,
      device: { curve: device.curve, publicKey: device.publicKey },
      signature: [...signature].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    };
  }

  /**
   * Records that intake took a head.
   * @throws LOG_DIVERGED when the receipt is for another leaf
   */
  accept(epoch: number, receipt: SignedReceipt): Promise<void> {
    return this.#mutex.run(async () => {
      const record = this.#record(epoch);
      const leaf = leafOf(this.#opening.subject, this.#context(epoch), record.head);
      if (receipt.leaf !== leaf || receipt.group !== this.#opening.group) {
        throw new VitalproofError(
          "LOG_DIVERGED",
          `The receipt is not for this log's head of epoch ${epoch}.`,
          {
            details: { epoch, wanted: leaf, given: receipt.leaf },
          },
        );
      }
      await this.#saveEpoch({ ...record, status: "accepted", receipt });
    });
  }

  /**
   * Brings the log in line with intake. Where intake recorded gaps, the log does so too; sealed epochs that come after
   * them and that intake does not have yet are sealed again, with fresh salts, onto the head that intake returned.
   * @returns the epochs that became gaps and those that were sealed again
   * @throws LOG_DIVERGED when intake's head does not follow from this log
   */
  follow(state: LogState): Promise<{ gaps: number[]; resealed: number[] }> {
    return this.#mutex.run(async () => {
      const accepted = this.#epochs.findLastIndex(({ status }) => status !== "sealed") + 1;
      const recorded = state.nextEpoch - this.#opening.firstEpoch;
      // Intake may have taken heads whose receipts were lost on the way; what it has beyond them are gaps.
      for (let taken = Math.min(this.#epochs.length, recorded); taken >= accepted; taken--) {
        const gaps = this.#gapsFrom(taken, recorded);
        const last = gaps.at(-1)?.head ?? this.#headBefore(taken);
        if (last !== state.head) continue;
        const changed: EpochRecord[] = this.#epochs
          .slice(accepted, taken)
          .map((record) => ({ ...record, status: "accepted" }));
        changed.push(...gaps);
        const resealed: EpochRecord[] = [];
        for (const record of gaps.length > 0 ? this.#epochs.slice(recorded) : []) {
          resealed.push(this.#sealedOnto(resealed.at(-1)?.head ?? last, record));
        }
        await this.#replace([...changed, ...resealed]);
        return { gaps: gaps.map(({ epoch }) => epoch), resealed: resealed.map(({ epoch }) => epoch) };
      }
      throw new VitalproofError("LOG_DIVERGED", "Intake's head does not follow from this log.", {
        details: { nextEpoch: state.nextEpoch, head: state.head },
        hint: "Another sealer may be writing to this log; find out which of the two holds the device's readings.",
      });
    });
  }

  /**
   * What a proof needs of a period: the head before it and its epochs' codes and salts.
   * @throws LOG_EPOCH_MISSING when the log does not hold them all
   */
  period(firstEpoch: number, epochs: number): { previousHead: bigint; epochs: EpochOpening[] } {
    const records = Array.from({ length: epochs }, (_, i) => this.#record(firstEpoch + i));
    return {
      previousHead: records[0]!.previous,
      epochs: records.map(({ epoch, salt, codes }) => ({ epoch, salt, codes })),
    };
  }

  /** The leaf of an epoch's head in its day's anchor. */
  leaf(epoch: number): bigint {
    return leafOf(this.#opening.subject, this.#context(epoch), this.#record(epoch).head);
  }

  /** Recomputes the chain. @throws LOG_CORRUPT naming the first epoch that does not fit */
  verify(): void {
    const salts = new Set<bigint>();
    let previous = this.#opening.genesis;
    this.#epochs.forEach((record, i) => {
      const { epoch, salt, codes, status, head } = record;
      if (epoch !== this.#opening.firstEpoch + i) throw corrupt(epoch, "it is out of order");
      if (record.previous !== previous) throw corrupt(epoch, "it does not extend the epoch before");
      if (
        codes.length !== this.#profile.slots ||
        codes.some((code) => code < 0 || code > this.#profile.codes)
      ) {
        throw corrupt(epoch, "its slots are not those of the profile");
      }
      if (status === "gap" && (salt !== 0n || codes.some((code) => code !== MISSING))) {
        throw corrupt(epoch, "it is a gap with content");
      }
      if (status !== "gap" && (salt === 0n || salts.has(salt))) throw corrupt(epoch, "its salt is not fresh");
      salts.add(salt);
      const context = this.#context(epoch);
      if (headOf(this.#profile, { previous, context, salt, codes }) !== head)
        throw corrupt(epoch, "its head is wrong");
      previous = head;
    });
  }

  toJSON(): Record<string, unknown> {
    return {
      type: "Log",
      name: this.#name,
      nextEpoch: this.nextEpoch,
      pending: this.pending,
      readings: "(secret)",
    };
  }

  async #sealNext(): Promise<SealReport> {
    const epoch = this.nextEpoch;
    const { slots, samples, channels } = this.#profile;
    const first = this.#firstSample(epoch);
    const end = first + samples;
    const codes = new Array<number>(slots).fill(MISSING);
    const used: number[] = [];
    let moved = 0;
    let lost = 0;
    this.#decide(this.#concerning(end), first, (place, slot) => {
      const own = slotAt(this.#profile, this.#opening.offset, this.#pending.time(place));
      // A dropped reading stays pending while its slot is in a later epoch: later readings may still make room.
      if ((slot ?? own) >= end) return;
      used.push(place);
      if (slot === undefined) {
        lost += 1;
        return;
      }
      for (const [channel, code] of this.#pending.codes(place).entries()) {
        codes[(slot - first) * channels + channel] = code;
      }
      if (own !== slot) moved += 1;
    });
    const record = this.#sealedOnto(this.head, { epoch, codes, moved, dropped: lost });
    await this.#saveEpoch(record);
    await this.#removePending(used);
    const filled = used.length - lost;
    return { epoch, head: record.head, filled, missing: samples - filled, moved, dropped: lost };
  }

  #decide(
    count: number,
    firstFree: number,
    decided: (place: number, slot: number | undefined) => void,
  ): void {
    const timeAt = (place: number): number => this.#pending.time(place);
    decideSlots(this.#profile, this.#opening.offset, { count, timeAt }, firstFree, decided);
  }

  /**
   * How many of the pending readings can change what is in slots before `end`. Where two readings are three slots apart,
   * neither has a slot that the other could take, so the later one changes nothing before.
   */
  #concerning(end: number): number {
    let before = Number.NEGATIVE_INFINITY;
    for (let place = 0; place < this.#pending.length; place++) {
      const slot = slotAt(this.#profile, this.#opening.offset, this.#pending.time(place));
      if (slot > end && slot - before >= 3) return place;
      before = slot;
    }
    return this.#pending.length;
  }

  /** @param places in order; nearly always the first ones */
  async #removePending(places: readonly number[]): Promise<void> {
    const count = places.length;
    if (count === 0 || places.at(-1) === count - 1) {
      this.#pending.removeFirst(count);
      return this.#saveState(await this.#pendingStore.writeWithoutFirst(this.#pending, count));
    }
    const used = new Set(places);
    const days = new Set(places.map((place) => dayOf(this.#pending.time(place))));
    const rest = [...this.#pending].filter((_, place) => !used.has(place));
    this.#pending = new PendingReadings(this.#profile.channels, rest);
    return this.#savePending((day) => days.has(day));
  }

  #sealedOnto(
    previous: bigint,
    { epoch, codes, moved, dropped }: Pick<EpochRecord, "epoch" | "codes" | "moved" | "dropped">,
  ): EpochRecord {
    const salt = randomFieldElement();
    const head = headOf(this.#profile, { previous, context: this.#context(epoch), salt, codes });
    return { epoch, status: "sealed", previous, head, salt, codes, moved, dropped };
  }

  #gapsFrom(from: number, to: number): EpochRecord[] {
    const gaps: EpochRecord[] = [];
    let previous = this.#headBefore(from);
    for (let i = from; i < to; i++) {
      const epoch = this.#opening.firstEpoch + i;
      const head = gapHeadOf(this.#profile, previous, this.#context(epoch));
      const codes = new Array<number>(this.#profile.slots).fill(MISSING);
      gaps.push({ epoch, status: "gap", previous, head, salt: 0n, codes, moved: 0, dropped: 0 });
      previous = head;
    }
    return gaps;
  }

  /** Whether a channel stands for a value beyond the ends of the scale. */
  #saturated(codes: readonly number[]): boolean {
    const { ends, codes: highest } = this.#profile;
    return ends === "open" && codes.some((code) => code === LOW || code === highest);
  }

  /** Why a reading's time is not open any more, if so. */
  #outside(time: number): RefusalReason | undefined {
    const slot = slotAt(this.#profile, this.#opening.offset, time);
    if (slot < this.#firstSample(this.#opening.firstEpoch)) return "before-log";
    return slot < this.#firstSample(this.nextEpoch) ? "epoch-sealed" : undefined;
  }

  #firstSample(epoch: number): number {
    return epoch * this.#profile.samples;
  }

  #end(epoch: number): number {
    return epochEnd(this.#profile, this.#opening.offset, epoch);
  }

  #context(epoch: number): bigint {
    return packContext({ profile: this.#profile.id, offset: this.#opening.offset, epoch });
  }

  #headBefore(index: number): bigint {
    return index === 0 ? this.#opening.genesis : this.#epochs[index - 1]!.head;
  }

  #record(epoch: number): EpochRecord {
    const record = this.#epochs[epoch - this.#opening.firstEpoch];
    if (record !== undefined) return record;
    throw new VitalproofError("LOG_EPOCH_MISSING", `The log holds no sealed epoch ${epoch}.`, {
      details: { epoch, firstEpoch: this.#opening.firstEpoch, nextEpoch: this.nextEpoch },
      hint: `It holds epochs ${this.#opening.firstEpoch} to ${this.nextEpoch - 1}.`,
    });
  }

  /** Writes several epochs as one step: a journal first, from which `resume` finishes what was interrupted. */
  async #replace(records: readonly EpochRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#store.write(journalKey(this.#name), JSON.stringify({ records: records.map(epochToText) }));
    for (const record of records) await this.#saveEpoch(record);
    await this.#savePending();
    await this.#store.write(journalKey(this.#name), JSON.stringify({ records: [] }));
  }

  async #saveEpoch(record: EpochRecord): Promise<void> {
    await this.#store.write(epochKey(this.#name, record.epoch), epochToText(record));
    this.#epochs[record.epoch - this.#opening.firstEpoch] = record;
  }

  async #savePending(changed: (day: number) => boolean = () => false): Promise<void> {
    await this.#saveState(await this.#pendingStore.write(this.#pending, changed));
  }

  async #saveState(readings: PendingText): Promise<void> {
    const { group, subject, genesis, ...rest } = this.#opening;
    const stored: StoredLog = {
      format: FORMAT,
      ...rest,
      group: group.toString(),
      subject: subject.toString(),
      genesis: genesis.toString(),
      nextEpoch: this.nextEpoch,
      ...(readings.pieces.length === 0 ? {} : { pieces: [...readings.pieces] }),
      pending: [],
    };
    const text = JSON.stringify(stored);
    await this.#store.write(stateKey(this.#name), `${text.slice(0, -2)}${readings.pending}]}`);
    await this.#pendingStore.settle(readings);
  }
}

async function readState(store: Store, name: string): Promise<{ raw: StoredLog; opening: LogOpening }> {
  const key = stateKey(name);
  const text = await store.read(key);
  if (text === undefined) {
    throw new VitalproofError("STORE_FAILED", `The store holds no log "${name}".`, {
      details: { name },
      hint: "Use Log.create with what intake returned when it opened the log.",
    });
  }
  const raw = parseRecord<StoredLog>(
    key,
    text,
    (value) =>
      isDecimalText(value.group) &&
      isDecimalText(value.subject) &&
      isDecimalText(value.genesis) &&
      Number.isSafeInteger(value.firstEpoch) &&
      Number.isSafeInteger(value.nextEpoch) &&
      isStoredPending(value),
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
  return { raw, opening };
}

/** @throws LOG_CORRUPT naming the epoch, also where the store does not open the record */
async function readEpoch(store: Store, name: string, epoch: number): Promise<EpochRecord> {
  const key = epochKey(name, epoch);
  try {
    const text = await store.read(key);
    if (text === undefined) throw corrupt(epoch, "its record is missing");
    return epochFromText(key, text);
  } catch (error) {
    if (error instanceof VitalproofError && error.details.epoch === epoch) throw error;
    if (VitalproofError.find(error, "VAULT_DAMAGED") !== undefined)
      throw corrupt(epoch, "its record does not open");
    if (VitalproofError.find(error, "LOG_CORRUPT") !== undefined)
      throw corrupt(epoch, "its record is damaged");
    throw error;
  }
}

function stateKey(name: string): string {
  return `log/${name}/state`;
}

function epochKey(name: string, epoch: number): string {
  return `log/${name}/epoch/${epoch}`;
}

function journalKey(name: string): string {
  return `log/${name}/journal`;
}

async function readJournal(store: Store, name: string): Promise<EpochRecord[]> {
  const key = journalKey(name);
  const text = await store.read(key);
  if (text === undefined) return [];
  const { records } = parseRecord<{ records: string[] }>(key, text, (value) => Array.isArray(value.records));
  return records.map((record) => epochFromText(key, record));
}

function corrupt(epoch: number, reason: string): VitalproofError {
  return new VitalproofError("LOG_CORRUPT", `Epoch ${epoch} of the stored log does not fit: ${reason}.`, {
    details: { epoch, reason },
    hint: "Put the record back from a copy of the store. Until then the other epochs can be read, and nothing is sealed.",
  });
}
