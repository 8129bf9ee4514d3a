// SPDX-License-Identifier: GPL-3.0-or-later
import type { Duty } from "../../operate/loop.ts";
import type { Database } from "../../store/index.ts";
import type { ClaimChain } from "./claimChain.ts";
import { type PolicyRow, purposesOf } from "./claimRows.ts";
import { periodEnd } from "./policyDuty.ts";

export type PeriodDutyOptions = {
  readonly database: Database;
  readonly chain: ClaimChain;
  /** Unix seconds; undefined while no clock is believed. */
  readonly time: () => Promise<number | undefined>;
  /** Milliseconds between two looks while nothing is due. */
  readonly every: number;
};

/** Policies that are looked at in one step. */
const TOGETHER = 100;

/** Begins the claim of every period once it is over. */
export class PeriodDuty implements Duty {
  readonly name = "periods";
  readonly every: number;
  readonly #options: PeriodDutyOptions;

  constructor(options: PeriodDutyOptions) {
    this.#options = options;
    this.every = options.every;
  }

  async act(): Promise<boolean> {
    const { database, time } = this.#options;
    const now = await time();
    if (now === undefined) return false;
    const rows = await database.reads
      .selectFrom("gateway_policy")
      .selectAll()
      .where("next_end", "<=", Math.floor(now))
      .orderBy("next_end")
      .limit(TOGETHER)
      .execute();
    for (const row of rows) await this.#begin(row, Math.floor(now));
    return rows.length > 0;
  }

  async #begin(row: PolicyRow, now: number): Promise<void> {
    const { database, chain } = this.#options;
    const { policy, person, next_period: period, next_end } = row;
    const program = await chain.program(BigInt(row.program));
    // A policy can be ended early, from a period on that has not begun.
    const periods = Math.min(row.periods, Number((await chain.claims.policy(BigInt(policy))).periods));
    if (period >= periods) {
      await database.step((queries) =>
        queries
          .updateTable("gateway_policy")
          .set({ periods, next_end: null })
          .where("policy", "=", policy)
          .where("next_period", "=", period)
          .execute(),
      );
      return;
    }
    const next = period + 1;
    await database.step(async (queries) => {
      const { numUpdatedRows } = await queries
        .updateTable("gateway_policy")
        .set({
          periods,
          next_period: next,
          next_end: next === periods ? null : periodEnd(program, row.first_epoch, next),
        })
        .where("policy", "=", policy)
        .where("next_period", "=", period)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return;
      // Of a person who was erased and came back under another name there can be transactions already.
      const { sent } = await queries
        .selectFrom("chain_transaction")
        .select(({ fn }) => fn.countAll<number>().as("sent"))
        .where("purpose", "like", `${purposesOf(policy, period)}%`)
        .executeTakeFirstOrThrow();
      await queries
        .insertInto("gateway_claim")
        .values({
          policy,
          period,
          person,
          version: 0,
          state: "open",
          reason: null,
          root: null,
          circuit: null,
          consent: null,
          attempt: Number(sent),
          sealed: null,
          hash: null,
          ended_period_at: next_end!,
          closes_at: null,
          changed_at: now,
          next_look: now,
        })
        .execute();
    });
  }
}
