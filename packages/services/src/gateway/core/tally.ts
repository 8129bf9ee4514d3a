// SPDX-License-Identifier: GPL-3.0-or-later
import { sql } from "kysely";
import type { Queries, Tables } from "../../store/index.ts";

type Outcome = Tables["gateway_count"]["outcome"];

/** What became of readings, to be added to the store's counts in one step. */
export class Tally {
  readonly #counts = new Map<string, Tables["gateway_count"]>();

  /** @param log empty for what belongs to none, @param reason empty for what is not refused */
  add(log: string, outcome: Outcome, reason: string, readings: number): void {
    if (readings === 0) return;
    const key = `${log} ${outcome} ${reason}`;
    const before = this.#counts.get(key)?.readings ?? 0;
    this.#counts.set(key, { log, outcome, reason, readings: before + readings });
  }

  /** Adds what another one has. */
  include(other: Tally): void {
    for (const { log, outcome, reason, readings } of other.#counts.values())
      this.add(log, outcome, reason, readings);
  }

  async write(queries: Queries): Promise<void> {
    if (this.#counts.size === 0) return;
    // In one order, so that two processes never wait for each other.
    const rows = [...this.#counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    await queries
      .insertInto("gateway_count")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["log", "outcome", "reason"]).doUpdateSet({
          readings: sql`gateway_count.readings + excluded.readings`,
        }),
      )
      .execute();
  }
}
