// SPDX-License-Identifier: GPL-3.0-or-later

import { deviceMessage, type HeadMessage } from "../device/message.ts";
import type { DeviceSigner } from "../device/signer.ts";
import { VitalproofError } from "../errors.ts";
import { Mutex } from "../mutex.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Store } from "../store.ts";
import { epochAt, epochEnd } from "../time/epochs.ts";
import type { EpochOpening } from "../witness/claim.ts";
import { DaySources } from "./daySources.ts";
import type { LogOpening, LogState, SignedHead } from "./intakeMessages.ts";
import { LogChain } from "./logChain.ts";
import { type LogLook, lookAtLog } from "./logLook.ts";
import { LogRecords } from "./logRecords.ts";
import { PendingReadings } from "./pendingReadings.ts";
import { dayOf, PendingStore, type PendingText } from "./pendingStore.ts";
import type { AppendReport, Reading, RefusalReason } from "./reading.ts";
import type { SignedReceipt } from "./receipt.ts";
import type { EpochRecord } from "./record.ts";
import { SealedEarly } from "./sealedEarly.ts";
import { slotAt } from "./slots.ts";
import { contentOf, filledSamples } from "./slotting.ts";
import { takeReadings } from "./taking.ts";

/** What a sealed epoch holds, in numbers of readings (samples, where a reading has several channels). */
export type SealReport = {
  epoch: number;
  head: bigint;
  filled: number;
  missing: number;
  moved: number;
  dropped: number;
};

/**
 * The sealer's and patient's side of one log: takes readings, seals epochs, keeps what proofs need. It knows the
 * subject but not the identity secret, so a gateway can run it. Everything is in the store before a method returns;
 * a new process continues with `Log.resume`, also after a crash in the middle. One process per log at a time.
 */
export class Log {
  readonly #name: string;
  readonly #chain: LogChain;
  readonly #records: LogRecords;
  readonly #pendingStore: PendingStore;
  readonly #mutex = new Mutex();
  #pending: PendingReadings;
  #sources: DaySources;
  #early = new SealedEarly();

  private constructor(name: string, chain: LogChain, records: LogRecords, pendingStore: PendingStore) {
    this.#name = name;
    this.#chain = chain;
    this.#records = records;
    this.#pendingStore = pendingStore;
    this.#pending = new PendingReadings(chain.profile.channels);
    this.#sources = new DaySources(chain.opening.offset);
  }

  /**
   * A new log, as intake opened it.
   * @param name key under which the store keeps it: letters, digits, "." "_" "-"
   * @throws STORE_FAILED when the store holds a log of that name
   */
  static async create(store: Store, name: string, opening: LogOpening): Promise<Log> {
    const records = new LogRecords(store, name);
    if (await records.exist()) {
      throw new VitalproofError("STORE_FAILED", `The store holds a log "${name}" already.`, {
        details: { name },
        hint: "Use Log.resume, or another name.",
      });
    }
    const log = new Log(name, new LogChain(opening, []), records, new PendingStore(store, name));
    await log.#savePending();
    return log;
  }

  /**
   * Continues a stored log after recomputing its whole chain.
   * @throws STORE_FAILED if no log has this name, LOG_FORMAT_UNKNOWN, LOG_CORRUPT with the record or epoch that is wrong
   */
  static async resume(store: Store, name: string): Promise<Log> {
    const records = new LogRecords(store, name);
    const { raw, opening, nextEpoch, interrupted } = await records.state();
    const epochs: EpochRecord[] = [];
    for (let epoch = raw.firstEpoch; epoch < nextEpoch; epoch++) {
      epochs.push(interrupted.get(epoch) ?? (await records.epoch(epoch)));
    }
    const chain = new LogChain(opening, epochs);
    chain.verify();
    const log = new Log(name, chain, records, new PendingStore(store, name, raw.pieces));
    log.#sources = new DaySources(opening.offset, raw.sources);
    log.#early = SealedEarly.of(raw.early);
    await log.#pendingStore.load(raw, log.#pending);
    await log.#replace([...interrupted.values()]);
    return log;
  }

  /**
   * What can be read of a stored log of which `resume` refuses a record. Each epoch is checked on its own, and against
   * the head before it where that one can be read. Nothing is written, and nothing can be sealed on it.
   * @throws what `resume` throws for the log's state
   */
  static look(store: Store, name: string): Promise<LogLook> {
    return lookAtLog(store, name);
  }

  get opening(): LogOpening {
    return this.#chain.opening;
  }

  /** The first epoch that is not sealed. */
  get nextEpoch(): number {
    return this.#chain.nextEpoch;
  }

  /** How many readings wait to be sealed. */
  get pending(): number {
    return this.#pending.length;
  }

  /** The head that the next sealed one will extend. */
  get head(): bigint {
    return this.#chain.head;
  }

  /** All epochs sealed so far. The records hold readings and salts. */
  get epochs(): readonly EpochRecord[] {
    return this.#chain.epochs;
  }

  /**
   * Takes readings in, in any order and across calls. What is refused does not stop the others; the report counts each
   * kind. Of each day one source counts (`DaySources`); slots are assigned when an epoch is sealed (`assignSlots`).
   */
  append(readings: Iterable<Reading>): Promise<AppendReport> {
    return this.#mutex.run(async () => {
      const next = new PendingReadings(this.#profile.channels, this.#pending);
      const outside = (time: number): RefusalReason | undefined => this.#outside(time);
      const sources = this.#sources.copy();
      const { report, days } = takeReadings(readings, this.#profile, outside, next, sources, this.#early);
      if (report.taken > 0) {
        const before = [this.#pending, this.#sources] as const;
        [this.#pending, this.#sources] = [next, sources];
        await this.#savePending((day) => days.has(day)).catch((error: unknown) => {
          // Not stored is not taken: the caller will give them again.
          [this.#pending, this.#sources] = before;
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
   * @param progress told before each epoch how many are sealed, and of how many
   * @throws LOG_EPOCH_NOT_OVER when `until` is not over at `now`
   */
  seal(
    now: number,
    until?: number,
    progress: (sealed: number, of: number) => void = () => {},
  ): Promise<SealReport[]> {
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
      const last = until ?? epochAt(this.#profile, this.opening.offset, now) - 1;
      const due = Math.max(0, last + 1 - this.nextEpoch);
      const reports: SealReport[] = [];
      while (reports.length < due) {
        progress(reports.length, due);
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
    const filled = filledSamples(this.#slots, this.#pending, first);
    const due: { epoch: number; filled: number; samples: number }[] = [];
    for (let epoch = first; epoch <= until && this.#end(epoch) <= now; epoch++) {
      due.push({ epoch, filled: filled.get(epoch) ?? 0, samples });
    }
    return due;
  }

  /** What a device signs about one sealed epoch and intake checks, signed. */
  async sign(epoch: number, device: DeviceSigner): Promise<SignedHead> {
    const { previous } = this.#chain.record(epoch);
    const { group, subject } = this.opening;
    const inner = this.#chain.inner(epoch);
    const message: HeadMessage = { group, subject, previous, inner, context: this.#chain.context(epoch) };
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
      const record = this.#chain.record(epoch);
      const leaf = this.#chain.leaf(epoch);
      if (receipt.leaf !== leaf || receipt.group !== this.opening.group) {
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
      const { accepted, gaps, resealed } = this.#chain.following(state);
      await this.#replace([...accepted, ...gaps, ...resealed]);
      return { gaps: gaps.map(({ epoch }) => epoch), resealed: resealed.map(({ epoch }) => epoch) };
    });
  }

  /**
   * What a proof needs of a period: the head before it and its epochs' codes and salts.
   * @throws LOG_EPOCH_MISSING when the log does not hold them all
   */
  period(firstEpoch: number, epochs: number): { previousHead: bigint; epochs: EpochOpening[] } {
    return this.#chain.period(firstEpoch, epochs);
  }

  /** The leaf of an epoch's head in its day's anchor. */
  leaf(epoch: number): bigint {
    return this.#chain.leaf(epoch);
  }

  /** Recomputes the chain. @throws LOG_CORRUPT naming the first epoch that does not fit */
  verify(): void {
    this.#chain.verify();
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
    const { codes, used, moved, dropped } = contentOf(this.#slots, this.#pending, epoch);
    const record = this.#chain.sealed({ epoch, codes, moved, dropped });
    await this.#saveEpoch(record);
    this.#early = this.#early.after(this.#pending, used, (time) => this.#outside(time) === undefined);
    await this.#removePending(used);
    const filled = used.length - dropped;
    return { epoch, head: record.head, filled, missing: this.#profile.samples - filled, moved, dropped };
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

  /** Why a reading's time is not open any more, if so. */
  #outside(time: number): RefusalReason | undefined {
    const { samples } = this.#profile;
    const slot = slotAt(this.#profile, this.opening.offset, time);
    if (slot < this.opening.firstEpoch * samples) return "before-log";
    return slot < this.nextEpoch * samples ? "epoch-sealed" : undefined;
  }

  get #profile(): Profile {
    return this.#chain.profile;
  }

  get #slots(): { profile: Profile; offset: number } {
    return { profile: this.#profile, offset: this.opening.offset };
  }

  #end(epoch: number): number {
    return epochEnd(this.#profile, this.opening.offset, epoch);
  }

  /** Writes several epochs as one step: a journal first, from which `resume` finishes what was interrupted. */
  async #replace(records: readonly EpochRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#records.saveJournal(records);
    for (const record of records) await this.#saveEpoch(record);
    await this.#savePending();
    await this.#records.saveJournal([]);
  }

  async #saveEpoch(record: EpochRecord): Promise<void> {
    await this.#records.saveEpoch(record);
    this.#chain.put(record);
  }

  async #savePending(changed: (day: number) => boolean = () => false): Promise<void> {
    await this.#saveState(await this.#pendingStore.write(this.#pending, changed));
  }

  async #saveState(readings: PendingText): Promise<void> {
    const sources = this.#sources.stored(this.#end(this.nextEpoch - 1));
    const early = this.#early.stored();
    await this.#records.saveState(this.opening, this.nextEpoch, readings, sources, early);
    await this.#pendingStore.settle(readings);
  }
}
