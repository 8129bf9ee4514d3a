// SPDX-License-Identifier: GPL-3.0-or-later
import { checkTerms, epochAt, epochEnd, OFFSET_STEP, type Profile, termsForPeriod } from "@vitalproof/sdk";
import type { Bell } from "../../operate/bell.ts";
import type { Duty } from "../../operate/loop.ts";
import type { Queries, Tables } from "../../store/index.ts";
import { codeOf } from "../core/troubles.ts";
import { type AlertParts, requestOf } from "./parts.ts";
import { readAlertPeriod } from "./period.ts";
import type { KnownRequest } from "./requests.ts";
import type { AlertRow } from "./rows.ts";

/** Epochs that are noted or decided in one turn. */
const AT_ONCE = 500;
/** Milliseconds for which epochs in which nothing held have rows, and after which older ones are looked for. */
const KEEP = 7 * 86_400_000;
const TIDY = 3_600_000;

type LogRow = Pick<Tables["gateway_log"], "log" | "generation" | "first_epoch" | "next_epoch">;

/**
 * Notes each sealed epoch once for each request, and decides without a proof whether the request's statements hold, as soon as
 * the epoch's receipt is there.
 */
export class WatchDuty implements Duty {
  readonly name = "alerts";
  readonly every: number;
  readonly bell: Bell;
  readonly #parts: AlertParts;
  #tidied = 0;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    this.every = parts.look;
    this.bell = parts.bells.decide;
  }

  async act(signal: AbortSignal): Promise<boolean> {
    const now = await this.#parts.now();
    if (now === undefined) return false;
    await this.#parts.rows.expire(now);
    let more = await this.#note(now);
    await this.#tidy(now);
    const due = await this.#parts.rows.decidable(this.#parts.requests, now, AT_ONCE);
    for (const row of due) {
      if (signal.aborted) return false;
      await this.#decide(row, now);
    }
    if (due.length === AT_ONCE) more = true;
    return more;
  }

  /** @returns whether there are more to note */
  async #note(now: number): Promise<boolean> {
    const { database, requests } = this.#parts;
    const logs = await database.reads
      .selectFrom("gateway_log")
      .select(["log", "generation", "first_epoch", "next_epoch"])
      .where("log", "in", [...new Set(requests.map(({ log }) => log.name))])
      .execute();
    const known = await database.reads.selectFrom("gateway_alert_request").selectAll().execute();
    let more = false;
    for (const request of requests) {
      const log = logs.find((each) => each.log === request.log.name);
      if (log === undefined || log.first_epoch === null || log.next_epoch === null) continue;
      const at = known.find((each) => each.request === request.hash && each.log === log.log);
      if (at?.generation === log.generation && at.next_epoch >= log.next_epoch) continue;
      const noted = await database.step((queries) => this.#noteEpochs(queries, request, log, at, now));
      if (noted === AT_ONCE) more = true;
    }
    return more;
  }

  async #noteEpochs(
    queries: Queries,
    request: KnownRequest,
    log: LogRow,
    at: Tables["gateway_alert_request"] | undefined,
    now: number,
  ): Promise<number> {
    const { generation } = log;
    const firstEpoch = log.first_epoch ?? 0;
    const from = Math.max(firstEpoch, at?.next_epoch ?? firstNoted(request, now));
    const epochs = await queries
      .selectFrom("gateway_epoch")
      .selectAll()
      .where("log", "=", log.log)
      .where("generation", "=", generation)
      .where("epoch", ">=", from)
      .orderBy("epoch")
      .limit(AT_ONCE)
      .execute();
    if (epochs.length > 0) {
      await queries
        .insertInto("gateway_alert")
        .values(epochs.map((epoch) => newRow(request, epoch, firstEpoch)))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const values = { generation, next_epoch: (epochs.at(-1)?.epoch ?? from - 1) + 1 };
    await queries
      .insertInto("gateway_alert_request")
      .values({ request: request.hash, log: log.log, unmet: 0, ...values })
      .onConflict((conflict) => conflict.columns(["request", "log"]).doUpdateSet(values))
      .execute();
    if (at !== undefined && at.generation !== generation) {
      // What the replaced log had without a receipt will never have one.
      await queries
        .updateTable("gateway_alert")
        .set({ state: "refused", reason: "log-replaced" })
        .where("request", "=", request.hash)
        .where("log", "=", log.log)
        .where("generation", "<", generation)
        .where("state", "=", "waiting")
        .execute();
    }
    return epochs.length;
  }

  async #tidy(now: number): Promise<void> {
    if (now < this.#tidied + TIDY) return;
    for (const request of this.#parts.requests) {
      const { facts, offset } = request.log;
      await this.#parts.rows.forgetUnmet(request, epochOf(facts, offset, (now - KEEP) / 1000));
    }
    this.#tidied = now;
  }

  async #decide(row: AlertRow, now: number): Promise<void> {
    const { rows, bells, report } = this.#parts;
    const request = requestOf(this.#parts, row);
    if (request === undefined) return;
    try {
      const decided = await this.#stateOf(row, request, now);
      if (decided === undefined) return;
      // Where another process was faster, it has decided the same.
      await rows.change(row, { ...decided, received_at: now, tries: 0 });
      if (decided.state === "proving") for (const bell of bells.prove) bell.ring();
    } catch (error) {
      const reason = codeOf(error);
      if (reason === "STORE_FAILED") throw error;
      if (reason === "PERSON_ERASED" || row.expires_at < now)
        await rows.change(row, { state: "refused", reason });
      else {
        const pause = await rows.failed(row, reason, now);
        report({ level: "error", event: "alert-undecided", log: row.log, code: reason, pause });
      }
    }
  }

  /** @returns undefined where the receipt is not there yet */
  async #stateOf(
    row: AlertRow,
    request: KnownRequest,
    now: number,
  ): Promise<Pick<AlertRow, "state" | "reason"> | undefined> {
    const isLate = row.expires_at < now;
    const { status, receipt, opening, epochs } = await readAlertPeriod(this.#parts, row, request);
    if (status === "gap") return { state: "refused", reason: "gap" };
    if (receipt === undefined && !isLate) return undefined;
    if (opening.group !== request.request.group) return { state: "refused", reason: "other-group" };
    const codes = epochs.map((epoch) => epoch.codes);
    const first = epochs[0]!.epoch;
    const holds = request.request.statements.every(
      ({ terms }) => checkTerms(termsForPeriod(terms, first), codes).holds,
    );
    if (!holds) return { state: "unmet", reason: "STATEMENT_NOT_MET" };
    // What nobody was told of is counted where something was to be told, and nowhere else.
    if (isLate) return { state: "expired", reason: receipt === undefined ? "no-receipt" : "late" };
    return { state: "proving", reason: "" };
  }
}

/** A request that is new counts from the first epoch on that is not too old for it. */
function firstNoted({ log, request }: KnownRequest, now: number): number {
  return epochOf(log.facts, log.offset, now / 1000 - request.maxAge) - 1;
}

/** The epoch of a time in Unix seconds, 0 for what is before the first one. */
function epochOf(facts: Profile, offset: number, time: number): number {
  return epochAt(facts, offset, Math.max(OFFSET_STEP * offset, time));
}

function newRow(
  { hash, request, log, epochs }: KnownRequest,
  { epoch, generation, status, sealed_at, message_at }: Tables["gateway_epoch"],
  firstEpoch: number,
): AlertRow {
  const reason = status === "gap" ? "gap" : epoch - epochs + 1 < firstEpoch ? "before-log" : "";
  return {
    request: hash,
    log: log.name,
    epoch,
    person: log.person,
    generation,
    state: reason === "" ? "waiting" : "refused",
    reason,
    expires_at: 1000 * (epochEnd(log.facts, log.offset, epoch) + request.maxAge),
    next_at: 0,
    tries: 0,
    worker: null,
    message_at,
    sealed_at: sealed_at === null ? null : 1000 * sealed_at,
    received_at: null,
    proven_at: null,
    verified_at: null,
    delivered_at: null,
    delivery: null,
    sealed: null,
  };
}
