// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rows of `gateway_alert`, as the duties see them. All times here are Unix milliseconds.
import { sql } from "kysely";
import type { PersonKeys, Place } from "../../sealed/index.ts";
import type { Database, Queries, Tables } from "../../store/index.ts";
import type { KnownRequest } from "./requests.ts";

export type AlertRow = Tables["gateway_alert"];
export type AlertState = AlertRow["state"];
type Change = Partial<Omit<AlertRow, "request" | "log" | "epoch" | "person">>;

/** Until a row that failed is tried again. */
const PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export class AlertRows {
  readonly #database: Database;
  readonly #personKeys: PersonKeys;

  constructor(database: Database, personKeys: PersonKeys) {
    this.#database = database;
    this.#personKeys = personKeys;
  }

  /**
   * Rows of some requests that are due in a state.
   * @param first the latest epochs first, or those that expire first
   */
  due(
    state: "proving" | "proven",
    requests: readonly KnownRequest[],
    now: number,
    first: "latest" | "oldest",
    limit: number,
  ): Promise<AlertRow[]> {
    return this.#database.reads
      .selectFrom("gateway_alert")
      .selectAll()
      .where("state", "=", state)
      .where("next_at", "<=", now)
      .where("expires_at", ">=", now)
      .where("request", "in", hashesOf(requests))
      .where("log", "in", logsOf(requests))
      .orderBy("expires_at", first === "latest" ? "desc" : "asc")
      .limit(limit)
      .execute();
  }

  /** Rows that can be decided, the latest first: whose epoch has its receipt, or became a gap, or which are too old by now. */
  decidable(requests: readonly KnownRequest[], now: number, limit: number): Promise<AlertRow[]> {
    return this.#database.reads
      .selectFrom("gateway_alert")
      .innerJoin("gateway_epoch", (join) =>
        join
          .onRef("gateway_epoch.log", "=", "gateway_alert.log")
          .onRef("gateway_epoch.generation", "=", "gateway_alert.generation")
          .onRef("gateway_epoch.epoch", "=", "gateway_alert.epoch"),
      )
      .selectAll("gateway_alert")
      .where("gateway_alert.state", "=", "waiting")
      .where("next_at", "<=", now)
      .where("request", "in", hashesOf(requests))
      .where("gateway_alert.log", "in", logsOf(requests))
      .where(({ or, eb }) =>
        or([
          eb("gateway_epoch.received_at", "is not", null),
          eb("gateway_epoch.status", "=", "gap"),
          eb("expires_at", "<", now),
        ]),
      )
      .orderBy("expires_at", "desc")
      .limit(limit)
      .execute();
  }

  /**
   * Changes a row where it is still what it was: in its state, with its worker, and due when it was.
   * @param also writes in the same step, and says what else changes
   * @returns whether it was changed
   */
  change(row: AlertRow, change: Change, also?: (queries: Queries) => Promise<Change>): Promise<boolean> {
    return this.#update(row, change, { held: false, also });
  }

  /** The same for a row that this worker has taken: only losing it to another one is a reason to change nothing. */
  finish(row: AlertRow, change: Change, also?: (queries: Queries) => Promise<Change>): Promise<boolean> {
    return this.#update(row, { ...change, worker: null }, { held: true, also });
  }

  /** Takes a row for a time, after which another process may. @returns the row as it is now; undefined if another has it */
  async take(row: AlertRow, worker: string, until: number): Promise<AlertRow | undefined> {
    const taken = await this.change(row, { worker, next_at: until });
    return taken ? { ...row, worker, next_at: until } : undefined;
  }

  /** Keeps a row that was taken for longer. */
  async keep(row: AlertRow, until: number): Promise<void> {
    await this.#update(row, { next_at: until }, { held: true, also: undefined });
  }

  /** Notes why a row that was taken is not further, and when it is tried again. @returns milliseconds until then */
  async failed(row: AlertRow, reason: string, now: number): Promise<number> {
    const pause = Math.min(LONGEST_PAUSE, PAUSE * 2 ** Math.min(row.tries, 20)) * (0.5 + Math.random() / 2);
    const next_at = Math.ceil(now + pause);
    await this.finish(row, { reason, tries: row.tries + 1, next_at });
    return Math.ceil(pause);
  }

  #update(
    row: AlertRow,
    change: Change,
    { held, also }: { held: boolean; also: ((queries: Queries) => Promise<Change>) | undefined },
  ): Promise<boolean> {
    return this.#database.step(async (queries) => {
      const more = also === undefined ? {} : await also(queries);
      const query = queries
        .updateTable("gateway_alert")
        .set({ ...change, ...more })
        .where("request", "=", row.request)
        .where("log", "=", row.log)
        .where("epoch", "=", row.epoch)
        .where("state", "=", row.state)
        .where("worker", row.worker === null ? "is" : "=", row.worker);
      const same = held ? query : query.where("next_at", "=", row.next_at);
      const { numUpdatedRows } = await same.executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    });
  }

  /** Gives up what holds and what the verifier would refuse by now. Why it came so far is kept. */
  async expire(now: number): Promise<void> {
    const late = await this.#database.reads
      .selectFrom("gateway_alert")
      .select("epoch")
      .where("state", "in", ["proving", "proven"])
      .where("expires_at", "<", now)
      .limit(1)
      .executeTakeFirst();
    if (late === undefined) return;
    await this.#database.step((queries) =>
      queries
        .updateTable("gateway_alert")
        .set({
          state: "expired",
          reason: sql`case when reason = '' then 'late' else reason end`,
          sealed: null,
          worker: null,
        })
        .where("state", "in", ["proving", "proven"])
        .where("expires_at", "<", now)
        .execute(),
    );
  }

  /** Keeps only the number of old epochs in which nothing held: of a log of half minutes there are a million a year. */
  async forgetUnmet({ hash, log }: KnownRequest, before: number): Promise<void> {
    await this.#database.step(async (queries) => {
      const { numDeletedRows } = await queries
        .deleteFrom("gateway_alert")
        .where("request", "=", hash)
        .where("log", "=", log.name)
        .where("epoch", "<", before)
        .where("state", "=", "unmet")
        .executeTakeFirst();
      if (numDeletedRows === 0n) return;
      await queries
        .updateTable("gateway_alert_request")
        .set(({ eb }) => ({ unmet: eb("unmet", "+", Number(numDeletedRows)) }))
        .where("request", "=", hash)
        .where("log", "=", log.name)
        .execute();
    });
  }

  /** Seals a presentation for a row. */
  seal(queries: Queries, row: AlertRow, text: string): Promise<Uint8Array> {
    return this.#personKeys.seal(queries, row.person, text, placeOf(row));
  }

  /** The presentation of a proven row. */
  async text(row: AlertRow): Promise<string> {
    if (row.sealed === null) throw new Error("a proven alert has its presentation");
    const plain = await this.#personKeys.open(this.#database.reads, row.person, row.sealed, placeOf(row));
    return plain.toString("utf8");
  }
}

function hashesOf(requests: readonly KnownRequest[]): string[] {
  return [...new Set(requests.map(({ hash }) => hash))];
}

function logsOf(requests: readonly KnownRequest[]): string[] {
  return [...new Set(requests.map(({ log }) => log.name))];
}

function placeOf({ request, log, epoch }: AlertRow): Place {
  return { table: "gateway_alert", key: `${request}/${log}/${epoch}` };
}
