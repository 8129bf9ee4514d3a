// SPDX-License-Identifier: GPL-3.0-or-later
import { epochEnd, Log, type LogOpening, type Store, VitalproofError } from "@vitalproof/sdk";
import { type PersonKeys, sealedStore } from "../../sealed/index.ts";
import type { Database, Queries, Tables } from "../../store/index.ts";
import { type KnownLog, textName } from "./logs.ts";
import { Overlay } from "./overlay.ts";

/** Codes of sealed epochs that resumed logs may hold together: some 64 MiB. */
const MOST_CODES = 8_000_000;

/** Another step has changed the log in the meantime. What was computed is forgotten, and computed again. */
export class Stale extends Error {}

/** A log in memory, as it was at one version of its row. */
export type OpenLog = {
  readonly known: KnownLog;
  readonly log: Log;
  readonly generation: number;
  version: number;
};

type Entry = OpenLog & { readonly overlay: Overlay };

/**
 * Resumed logs. All work on a log happens in memory, over texts that are not written yet, and is written in one step, which
 * first locks the log's row and looks whether it is still the version that the work began with. So a step is short, two
 * processes never write one epoch twice, and nothing in memory is trusted that is not the store's.
 */
export class OpenLogs {
  readonly #database: Database;
  readonly #personKeys: PersonKeys;
  readonly #most: number;
  /** The least recently used first. */
  readonly #idle = new Map<string, Entry>();

  /** @param most codes that are held */
  constructor(database: Database, personKeys: PersonKeys, most = MOST_CODES) {
    this.#database = database;
    this.#personKeys = personKeys;
    this.#most = most;
  }

  /** Codes that are held. */
  get held(): number {
    return [...this.#idle.values()].reduce((sum, entry) => sum + codesOf(entry), 0);
  }

  /**
   * Works on a log. What `act` changes counts once it has been committed.
   * @returns undefined for a log that is not open, or stopped
   * @throws Stale; what `act` and `Log.resume` throw
   */
  async use<T>(known: KnownLog, act: (open: OpenLog) => Promise<T>): Promise<T | undefined> {
    const row = await this.#row(this.#database.reads, known.name);
    if (row === undefined || row.next_epoch === null || row.stopped !== null) return undefined;
    const entry = this.#take(known, row) ?? (await this.#resume(known, row));
    try {
      return await act(entry);
    } finally {
      this.#keep(entry);
    }
  }

  /** Writes what changed, with what `also` writes, in one step. @throws Stale when the log is not what it was */
  async commit(
    open: OpenLog,
    also: (queries: Queries) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const { known, log, generation, version } = open;
    const { overlay } = open as Entry;
    await this.#database.step(async (queries) => {
      await this.#lock(queries, open);
      await overlay.writeTo(this.#storeOf(known.person, queries));
      await queries
        .updateTable("gateway_log")
        .set({ version: version + 1, ...columnsOf(known, log) })
        .where("log", "=", known.name)
        .execute();
      for (const key of overlay.changes.keys()) {
        const epoch = /\/epoch\/(\d+)$/.exec(key)?.[1];
        if (epoch !== undefined) await saveStatus(queries, open, generation, Number(epoch));
      }
      await also(queries);
    });
    open.version += 1;
    overlay.settle();
  }

  /** Writes what changed, if anything did. */
  async flush(open: OpenLog): Promise<void> {
    if (!(open as Entry).overlay.isClean) await this.commit(open);
  }

  /** Nothing is sealed and sent any more until an operator acts. @throws Stale when the log is not what it was */
  async stop({ known, version }: OpenLog, reason: string, at: number): Promise<void> {
    const { numUpdatedRows } = await this.#database.step((queries) =>
      queries
        .updateTable("gateway_log")
        .set({ stopped: reason, stopped_at: at, version: version + 1 })
        .where("log", "=", known.name)
        .where("version", "=", version)
        .executeTakeFirst(),
    );
    if (Number(numUpdatedRows) === 0) throw new Stale();
  }

  /**
   * Opens a log, or lets one that was stopped go on from where the attester says that it is. What it had and had not sealed is
   * counted as refused.
   * @throws ALREADY_THERE for an open log that was not stopped; INVALID_ARGUMENT for an opening of something else
   */
  async open(known: KnownLog, opening: LogOpening): Promise<void> {
    const { name, person } = known;
    assertSame(known, opening);
    await this.#database.step(async (queries) => {
      const row = await this.#row(queries, name, this.#database.locks);
      if (row === undefined) throw notThere(name);
      const isOpen = row.next_epoch !== null;
      if (isOpen && row.stopped === null) {
        throw new VitalproofError("ALREADY_THERE", `The log ${name} is open already.`, {
          details: { log: name },
          hint: "Only a log that was stopped goes on with another opening.",
        });
      }
      const generation = isOpen ? row.generation + 1 : row.generation;
      const log = await Log.create(this.#storeOf(person, queries), textName(name, generation), opening);
      if (row.waiting > 0) {
        await queries
          .insertInto("gateway_count")
          .values({ log: name, outcome: "refused", reason: "log-replaced", readings: row.waiting })
          .onConflict((conflict) =>
            conflict
              .columns(["log", "outcome", "reason"])
              .doUpdateSet((count) => ({ readings: count("gateway_count.readings", "+", row.waiting) })),
          )
          .execute();
      }
      await queries
        .updateTable("gateway_log")
        .set({
          version: row.version + 1,
          generation,
          first_epoch: opening.firstEpoch,
          stopped: null,
          stopped_at: null,
          arrivals: null,
          ...columnsOf(known, log),
        })
        .where("log", "=", name)
        .execute();
    });
  }

  /** A person's texts: in a step, or as they were committed. */
  #storeOf(person: string, queries?: Queries): Store {
    return sealedStore(this.#database, this.#personKeys, person, queries);
  }

  async #lock(queries: Queries, { known, version }: OpenLog): Promise<void> {
    const row = await this.#row(queries, known.name, this.#database.locks);
    if (row?.version !== version || row.stopped !== null) throw new Stale();
  }

  #row(queries: Queries, name: string, locks = false): Promise<Tables["gateway_log"] | undefined> {
    const query = queries.selectFrom("gateway_log").selectAll().where("log", "=", name);
    return (locks ? query.forUpdate() : query).executeTakeFirst();
  }

  /** Nobody else has it until it is kept again. */
  #take({ name }: KnownLog, { version }: Tables["gateway_log"]): Entry | undefined {
    const entry = this.#idle.get(name);
    this.#idle.delete(name);
    return entry?.version === version ? entry : undefined;
  }

  async #resume(known: KnownLog, { generation, version }: Tables["gateway_log"]): Promise<Entry> {
    const overlay = new Overlay(this.#storeOf(known.person));
    let log: Log;
    try {
      log = await Log.resume(overlay, textName(known.name, generation));
    } catch (error) {
      // Texts of two versions fit together badly.
      if ((await this.#row(this.#database.reads, known.name))?.version !== version) throw new Stale();
      throw error;
    }
    if ((await this.#row(this.#database.reads, known.name))?.version !== version) throw new Stale();
    return { known, log, generation, version, overlay };
  }

  #keep(entry: Entry): void {
    const { known, version, overlay } = entry;
    // What was not written is not what the store has.
    if (!overlay.isClean || (this.#idle.get(known.name)?.version ?? -1) > version) return;
    this.#idle.delete(known.name);
    this.#idle.set(known.name, entry);
    let held = this.held;
    for (const [name, oldest] of this.#idle) {
      if (held <= this.#most) return;
      this.#idle.delete(name);
      held -= codesOf(oldest);
    }
  }
}

function codesOf({ log, known }: OpenLog): number {
  return (log.epochs.length + 1) * known.facts.slots + log.pending * known.facts.channels;
}

/** What a log's row says about the log. */
function columnsOf({ facts, offset }: KnownLog, log: Log) {
  const unsent = log.epochs.filter(({ status, receipt }) => status !== "gap" && receipt === undefined);
  return {
    next_epoch: log.nextEpoch,
    next_end: epochEnd(facts, offset, log.nextEpoch),
    waiting: log.pending,
    unsent: unsent.length,
    oldest_unsent: unsent[0]?.epoch ?? null,
  };
}

/** Notes what an epoch is now. What was counted when it was sealed stays. */
async function saveStatus(
  queries: Queries,
  { known, log }: OpenLog,
  generation: number,
  epoch: number,
): Promise<void> {
  const record = log.epochs[epoch - log.opening.firstEpoch];
  if (record === undefined) return;
  const values = { status: record.status, received_at: record.receipt?.receivedAt ?? null };
  await queries
    .insertInto("gateway_epoch")
    .values({
      log: known.name,
      generation,
      epoch,
      kept: 0,
      moved: 0,
      dropped: 0,
      missing: known.facts.samples,
      sealed_at: null,
      message_at: null,
      ...values,
    })
    .onConflict((conflict) => conflict.columns(["log", "generation", "epoch"]).doUpdateSet(values))
    .execute();
}

function assertSame({ name, profile, offset, subject }: KnownLog, opening: LogOpening): void {
  if (opening.profile === profile && opening.offset === offset && opening.subject === subject) return;
  throw new VitalproofError("INVALID_ARGUMENT", `The opening is not one of the log ${name}.`, {
    details: { log: name, profile, offset, opened: { profile: opening.profile, offset: opening.offset } },
    hint: "Profile, offset and subject must be those of the configuration.",
  });
}

function notThere(name: string): VitalproofError {
  return new VitalproofError("NOT_THERE", `The store has no log ${name}.`, {
    details: { log: name },
    hint: "Add it to the configuration and start the gateway.",
  });
}
