// SPDX-License-Identifier: GPL-3.0-or-later
import { VitalproofError } from "@vitalproof/sdk";
import { Bell } from "../../operate/bell.ts";
import type { PersonKeys } from "../../sealed/index.ts";
import type { Database } from "../../store/index.ts";
import type { Report } from "../notice.ts";
import type { ClockDoubt, GatewayClock } from "./clock.ts";
import type { Directory, KnownLog } from "./logs.ts";
import type { OpenLogs } from "./openLogs.ts";
import type { GatewayTimes } from "./settings.ts";
import { codeOf, type Troubles } from "./troubles.ts";

type Opening = { readonly firstEpoch: number; readonly nextEpoch: number };
type PartsOptions = Pick<
  Parts,
  "database" | "personKeys" | "directory" | "clock" | "logs" | "troubles" | "times" | "report"
>;

/** Seconds between two notes that the clock was believed. */
const NOTE = 60;

/** What the duties of one gateway share. */
export class Parts {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  readonly directory: Directory;
  readonly clock: GatewayClock;
  readonly logs: OpenLogs;
  readonly troubles: Troubles;
  readonly times: GatewayTimes;
  readonly report: Report;
  /** Rung when the head of an urgent log is to be sent. */
  readonly sending = new Bell();
  /** Told when receipts came and are stored. */
  readonly receipts = new Set<() => void>();
  readonly #openings = new Map<string, Opening>();
  readonly #began = performance.now();
  #seen = 0;
  #doubt: ClockDoubt | undefined;

  constructor(options: PartsOptions) {
    this.database = options.database;
    this.personKeys = options.personKeys;
    this.directory = options.directory;
    this.clock = options.clock;
    this.logs = options.logs;
    this.troubles = options.troubles;
    this.times = options.times;
    this.report = options.report;
  }

  /** Epochs that are known to be sealed. Another process may have sealed more. */
  get openings(): ReadonlyMap<string, Opening> {
    return this.#openings;
  }

  noteOpening(log: string, firstEpoch: number, nextEpoch: number): void {
    this.#openings.set(log, { firstEpoch, nextEpoch });
  }

  /** Seconds after an epoch's end until which a log's readings of it are waited for. */
  graceOf({ grace }: KnownLog): number {
    return grace ?? this.times.grace;
  }

  /** Seconds since the start. */
  runningFor(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** Unix seconds, once the clock is believed; the reference is asked where it is not. */
  async time(): Promise<number | undefined> {
    const now = this.clock.look() ?? ((await this.clock.confirm()) ? this.clock.look() : undefined);
    this.noteClock();
    return now;
  }

  /** Notes in the store that the clock was believed at a time, so that the next start can compare. */
  async seen(now: number): Promise<void> {
    if (now < this.#seen + NOTE) return;
    const seen_at = Math.floor(now);
    await this.database.step((queries) =>
      queries
        .insertInto("gateway_clock")
        .values({ clock: "clock", seen_at })
        .onConflict((conflict) => conflict.column("clock").doUpdateSet({ seen_at }))
        .execute(),
    );
    this.#seen = now;
  }

  /** Tells once that the clock is not believed, and once that it is again. */
  noteClock(): void {
    const { doubt } = this.clock.state();
    if (doubt === this.#doubt) return;
    this.#doubt = doubt;
    this.report(
      doubt === undefined
        ? { level: "info", event: "clock-trusted" }
        : { level: "error", event: "clock-doubted", reason: doubt },
    );
  }
}

/** Whether everything has this fault, and not one log. */
export function isTemporary(error: unknown): boolean {
  return (
    error instanceof VitalproofError && error.code === "STORE_FAILED" && error.details.name === undefined
  );
}

export function reportLog(report: Report, event: string, { name }: KnownLog, error: unknown): void {
  report({ level: "error", event, log: name, code: codeOf(error) });
}
