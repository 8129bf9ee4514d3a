// SPDX-License-Identifier: GPL-3.0-or-later
import { type AppendReport, epochEnd, type Reading, type SealReport } from "@vitalproof/sdk";
import { sql } from "kysely";
import type { Duty } from "../../operate/loop.ts";
import type { Queries, Tables } from "../../store/index.ts";
import { Arrivals } from "./arrivals.ts";
import { placeOf, readingsIn } from "./bodies.ts";
import type { KnownLog } from "./logs.ts";
import { type OpenLog, Stale } from "./openLogs.ts";
import { isTemporary, type Parts, reportLog } from "./parts.ts";
import { Tally } from "./tally.ts";

/** Logs that one look finds. */
const LOGS = 100;
/** Rows that are decrypted at once. */
const ROWS = 10_000;

type Row = Tables["gateway_reading"];
/** Rows that a sealed epoch replaces: all of a lane up to a number. */
type Consumed = {
  readonly lanes: Map<number, number>;
  readonly lastTimes: Map<string, number>;
  /** Of an urgent log. */
  readonly arrivals: Arrivals | undefined;
};

/** Seals what is over: of each log one epoch after the other, each in one step. */
export class SealDuty implements Duty {
  readonly name: string;
  readonly #parts: Parts;
  readonly #urgent: boolean;

  /** @param urgent seals urgent logs alone, else all others */
  constructor(parts: Parts, urgent = false) {
    this.name = urgent ? "urgent-sealing" : "sealing";
    this.#parts = parts;
    this.#urgent = urgent;
  }

  /** Of urgent logs the time until the next one is due, where that is earlier. */
  get every(): number {
    const { look } = this.#parts.times;
    if (!this.#urgent) return look;
    const now = this.#parts.clock.latest();
    const times = this.#logs().flatMap((known) => {
      const opening = this.#parts.openings.get(known.name);
      if (opening === undefined) return [];
      const due = epochEnd(known.facts, known.offset, opening.nextEpoch) + this.#parts.graceOf(known) - now;
      // What is due and was not sealed is another process's, or waits for something else than time.
      return due > 0 ? [Math.ceil(1000 * due)] : [];
    });
    return Math.min(look, ...times);
  }

  async act(signal: AbortSignal): Promise<boolean> {
    const now = await this.#parts.time();
    if (now === undefined) return false;
    await this.#parts.seen(now);
    let more = false;
    const due = await this.#due(now);
    for (const known of due) {
      if (signal.aborted) return false;
      if (await this.#try(known, now)) more = true;
    }
    return more || due.length === LOGS;
  }

  /** @returns whether more may be due of this log */
  async #try(known: KnownLog, now: number): Promise<boolean> {
    const { troubles } = this.#parts;
    try {
      const sealed = await this.#parts.logs.use(known, (open) => this.#seal(open, now));
      troubles.settle(known.name, "seal");
      return sealed === true;
    } catch (error) {
      if (error instanceof Stale) return true;
      if (isTemporary(error)) throw error;
      troubles.note(known.name, "seal", error);
      reportLog(this.#parts.report, "sealing-failed", known, error);
      return false;
    }
  }

  /** Logs whose next epoch is over for as long as late readings are waited for, the oldest first. */
  async #due(now: number): Promise<KnownLog[]> {
    const { database, times, directory, troubles } = this.#parts;
    const grace = Math.min(...this.#logs().map((known) => this.#parts.graceOf(known)));
    if (grace === Number.POSITIVE_INFINITY) return [];
    const rows = await database.reads
      .selectFrom("gateway_log")
      .select(["log", "next_end"])
      .where("stopped", "is", null)
      .where("next_end", "<=", Math.floor(now - grace))
      .orderBy("next_end")
      .execute();
    return rows
      .flatMap(({ log, next_end }) => {
        const known = directory.get(log);
        if (known === undefined || next_end === null || (known.urgent === true) !== this.#urgent) return [];
        const ownGrace = this.#parts.graceOf(known);
        if (next_end > now - ownGrace || troubles.rests(log, "seal")) return [];
        // After a start brokers still send what they kept, and there is mostly time to wait for it.
        const hurry = now > next_end + (ownGrace + known.attester.intakeTime) / 2;
        return this.#parts.runningFor() < times.settle && !hurry ? [] : [known];
      })
      .slice(0, LOGS);
  }

  #logs(): KnownLog[] {
    return this.#parts.directory.all.filter(({ urgent }) => (urgent === true) === this.#urgent);
  }

  async #seal(open: OpenLog, now: number): Promise<boolean> {
    const { known, log } = open;
    const epoch = log.nextEpoch;
    // Another process has sealed the one that was due.
    if (epochEnd(known.facts, known.offset, epoch) > now - this.#parts.graceOf(known)) return false;
    const tally = new Tally();
    const consumed = await this.#append(open, tally);
    const [report] = await log.seal(Math.floor(now), epoch);
    if (report === undefined) throw new Error("an epoch that is over was not sealed");
    count(known.name, report, tally);
    await this.#parts.logs.commit(open, async (queries) => {
      await remove(queries, known.name, consumed);
      await tally.write(queries);
      await saveEpoch(queries, open, report, Math.floor(now));
      await consumed.arrivals?.write(queries, open, epoch);
    });
    this.#parts.noteOpening(known.name, log.opening.firstEpoch, log.nextEpoch);
    if (this.#urgent) this.#parts.sending.ring();
    this.#parts.report({ level: "info", event: "epoch-sealed", log: known.name, epoch });
    return true;
  }

  /** Gives a log everything that was stored for it, in the order of storage. */
  async #append(open: OpenLog, tally: Tally): Promise<Consumed> {
    const { known, log } = open;
    const arrivals = this.#urgent ? await Arrivals.of(this.#parts.database.reads, known) : undefined;
    const consumed: Consumed = { lanes: new Map(), lastTimes: new Map(), arrivals };
    for (let after: Row | undefined; ; ) {
      const rows = await this.#rowsAfter(known.name, after);
      if (rows.length === 0) return consumed;
      const report = await log.append(await this.#readingsOf(known, rows, arrivals));
      countAppended(known.name, report, tally);
      for (const { lane, seq, device, last_time } of rows) {
        consumed.lanes.set(lane, seq);
        consumed.lastTimes.set(device, Math.max(last_time, consumed.lastTimes.get(device) ?? 0));
      }
      after = rows.at(-1);
    }
  }

  #rowsAfter(log: string, after: Row | undefined): Promise<Row[]> {
    let query = this.#parts.database.reads
      .selectFrom("gateway_reading")
      .selectAll()
      .where("log", "=", log)
      .orderBy("lane")
      .orderBy("seq")
      .limit(ROWS);
    if (after !== undefined) query = query.where(sql<boolean>`(lane, seq) > (${after.lane}, ${after.seq})`);
    return query.execute();
  }

  async #readingsOf(
    { person, facts }: KnownLog,
    rows: readonly Row[],
    arrivals: Arrivals | undefined,
  ): Promise<Reading[]> {
    const { personKeys, database } = this.#parts;
    const key = await personKeys.of(database.reads, person);
    return rows.flatMap((row) => {
      const readings = readingsIn(key.open(row.sealed, placeOf(row)), facts.ucum);
      if (row.received_at !== null) arrivals?.note(readings, row.received_at);
      return readings;
    });
  }
}

function countAppended(log: string, { duplicates, refused }: AppendReport, tally: Tally): void {
  tally.add(log, "duplicate", "", duplicates);
  for (const [reason, readings] of Object.entries(refused)) tally.add(log, "refused", reason, readings);
}

function count(log: string, { filled, moved, dropped }: SealReport, tally: Tally): void {
  tally.add(log, "kept", "", filled - moved);
  tally.add(log, "moved", "", moved);
  tally.add(log, "dropped", "", dropped);
}

/** A lane's rows are committed in order, so what was read of it is all up to the last one. */
async function remove(queries: Queries, log: string, { lanes, lastTimes }: Consumed): Promise<void> {
  for (const [lane, seq] of lanes) {
    await queries
      .deleteFrom("gateway_reading")
      .where("log", "=", log)
      .where("lane", "=", lane)
      .where("seq", "<=", seq)
      .execute();
  }
  for (const [device, last_time] of lastTimes) {
    await queries
      .insertInto("gateway_device")
      .values({ log, device, last_time })
      .onConflict((conflict) =>
        conflict.columns(["log", "device"]).doUpdateSet({
          last_time: sql`case when excluded.last_time > gateway_device.last_time then excluded.last_time else gateway_device.last_time end`,
        }),
      )
      .execute();
  }
}

/** The row is there already, with the epoch's status. */
async function saveEpoch(
  queries: Queries,
  { known, generation }: OpenLog,
  { epoch, filled, moved, dropped, missing }: SealReport,
  now: number,
): Promise<void> {
  await queries
    .updateTable("gateway_epoch")
    .set({ kept: filled - moved, moved, dropped, missing, sealed_at: now })
    .where("log", "=", known.name)
    .where("generation", "=", generation)
    .where("epoch", "=", epoch)
    .execute();
}
