// SPDX-License-Identifier: GPL-3.0-or-later
import { type LogOpening, VitalproofError } from "@vitalproof/sdk";
import type { Duty } from "../../operate/loop.ts";
import type { PersonKeys } from "../../sealed/index.ts";
import { type Database, lock } from "../../store/index.ts";
import type { Inbox } from "../inbox.ts";
import type { Report } from "../notice.ts";
import type { PayloadReader } from "../payload/reader.ts";
import { type ClockOptions, GatewayClock } from "./clock.ts";
import { EnrolDuty } from "./enrolDuty.ts";
import { Ingest } from "./ingest.ts";
import { Directory, type GatewayAttester, type GatewayLog, type KnownLog } from "./logs.ts";
import { OpenLogs } from "./openLogs.ts";
import { Parts } from "./parts.ts";
import { SealDuty } from "./sealDuty.ts";
import { SendDuty } from "./sendDuty.ts";
import type { GatewayTimes } from "./settings.ts";
import { type GatewayState, gatewayState } from "./state.ts";
import { Troubles } from "./troubles.ts";

export type GatewayOptions = {
  /** With its tables. */
  readonly database: Database;
  /** Of the same database. */
  readonly personKeys: PersonKeys;
  /** Reads messages by the configured rules. */
  readonly reader: PayloadReader;
  readonly logs: readonly GatewayLog[];
  readonly times: GatewayTimes;
  /** Another clock to compare with after a jump, and clocks for tests. */
  readonly clock?: ClockOptions;
  readonly report?: Report;
  /** Codes of sealed epochs that resumed logs hold in memory together, 8 bytes each; 8,000,000 when left out. */
  readonly held?: number;
  /** Milliseconds until a log that failed is tried again. */
  readonly firstPause?: number;
};

/**
 * Stores readings, and seals and sends them. It has no timers: its duties are for a `Loop`. Several gateways may work on one
 * PostgreSQL store; each log is sealed once.
 */
export class Gateway {
  readonly #parts: Parts;
  readonly #ingest: Ingest;

  private constructor(parts: Parts, ingest: Ingest) {
    this.#parts = parts;
    this.#ingest = ingest;
  }

  /**
   * @throws INVALID_ARGUMENT for logs that cannot be told apart, or a grace that is not shorter than an attester's intake time;
   *         NOT_ALLOWED for a log that the store has under the same name with another offset or subject;
   *         PERSON_ERASED for a new log of somebody who was erased
   */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const { database, personKeys, reader, times, report = () => undefined } = options;
    const directory = new Directory(options.logs);
    for (const { attester, grace } of directory.all) assertInTime(attester, { grace: grace ?? times.grace });
    const clock = new GatewayClock({ jump: times.clockJump, longestOff: times.longestOff, ...options.clock });
    const logs = new OpenLogs(database, personKeys, options.held);
    const troubles = new Troubles(options.firstPause);
    const parts = new Parts({ database, personKeys, directory, clock, logs, troubles, times, report });
    const lane = await takeLane(database, clock);
    await begin(parts);
    await prepare(parts, directory.all);
    const ingest = new Ingest({
      database,
      personKeys,
      reader,
      directory,
      clock,
      openings: parts.openings,
      lane,
      future: times.future,
      report,
    });
    return new Gateway(parts, ingest);
  }

  /**
   * Adds logs while the gateway runs, such as those of a person who was admitted since. All of them, or none.
   * @throws as `start`
   */
  async add(logs: readonly GatewayLog[]): Promise<void> {
    const { directory, times } = this.#parts;
    // Checked with each other as well.
    for (const { attester, grace } of new Directory(logs).all)
      assertInTime(attester, { grace: grace ?? times.grace });
    const all = logs.map((log) => directory.check(log));
    // In the store first: as soon as the directory has a log, readings are stored for it.
    await prepare(this.#parts, all);
    for (const known of all) directory.add(known);
  }

  /** For brokers. */
  get inbox(): Inbox {
    return this.#ingest;
  }

  /** For a `Loop`: enrolment, sealing, sending. */
  get duties(): readonly Duty[] {
    const parts = this.#parts;
    return [
      new EnrolDuty(parts),
      // In circles of their own, so that no alert waits while a thousand other logs are sealed.
      new SealDuty(parts, true),
      new SendDuty(parts, true),
      new SealDuty(parts),
      new SendDuty(parts),
    ];
  }

  /** Tells a listener whenever receipts came and are stored. A receipt that another process got is not told. */
  onReceipts(listener: () => void): void {
    this.#parts.receipts.add(listener);
  }

  /** Unix seconds with fractions, once the clock is believed. @throws what the reference clock throws */
  time(): Promise<number | undefined> {
    return this.#parts.time();
  }

  state(): Promise<GatewayState> {
    return gatewayState(this.#parts, this.#ingest);
  }

  /**
   * An operator opens a log with what the attester said, or lets one that was stopped go on from there.
   * @param opening as `continueLog` of the attester gives it
   * @throws NOT_THERE; ALREADY_THERE for a log that is open and was not stopped; INVALID_ARGUMENT for another log's opening
   */
  async openLog(name: string, opening: LogOpening): Promise<void> {
    const known = this.#parts.directory.get(name);
    if (known === undefined) {
      throw new VitalproofError("NOT_THERE", `The log ${name} is not configured.`, {
        details: { log: name },
        hint: `Name one of ${this.#parts.directory.names.join(", ")}.`,
      });
    }
    await this.#parts.logs.open(known, opening);
    this.#parts.noteOpening(name, opening.firstEpoch, opening.firstEpoch);
    this.#parts.troubles.settle(name, "enrol");
  }

  /** An operator says that this machine's clock is right. */
  confirmClock(): void {
    this.#parts.clock.accept();
    this.#parts.noteClock();
  }

  /** Waits for what is being stored. Give nothing more to the inbox before. */
  async close(): Promise<void> {
    await this.#ingest.settle();
  }
}

/** @throws INVALID_ARGUMENT for a grace that leaves no time for sending to an attester */
export function assertInTime(
  { name, intakeTime }: Pick<GatewayAttester, "name" | "intakeTime">,
  { grace }: Pick<GatewayTimes, "grace">,
): void {
  if (grace < intakeTime) return;
  throw new VitalproofError(
    "INVALID_ARGUMENT",
    `Logs would be sealed ${grace} s after an epoch's end, but heads must reach the attester ${name} within ${intakeTime} s.`,
    {
      details: { attester: name, grace, intakeTime },
      hint: "Choose a grace that leaves time for sending.",
    },
  );
}

/** A number of this process, higher than those of all before. */
function takeLane(database: Database, clock: GatewayClock): Promise<number> {
  return database.step(async (queries) => {
    await lock(database, queries, "lanes", 0);
    const last = await queries
      .selectFrom("gateway_lane")
      .select("lane")
      .orderBy("lane", "desc")
      .limit(1)
      .executeTakeFirst();
    const lane = (last?.lane ?? 0) + 1;
    await queries
      .insertInto("gateway_lane")
      .values({ lane, began_at: Math.floor(clock.latest()) })
      .execute();
    return lane;
  });
}

/** When the store was last in use. */
async function begin({ database, clock }: Parts): Promise<void> {
  const seen = await database.reads.selectFrom("gateway_clock").select("seen_at").executeTakeFirst();
  clock.begin(seen?.seen_at);
}

/** Adds logs to the store, and reads where they are. */
async function prepare(parts: Parts, all: readonly KnownLog[]): Promise<void> {
  const { database, personKeys } = parts;
  await database.step(async (queries) => {
    for (const known of all) {
      const { numInsertedOrUpdatedRows } = await queries
        .insertInto("gateway_log")
        .values({
          log: known.name,
          person: known.person,
          bound_to: boundTo(known),
          version: 0,
          generation: 0,
          first_epoch: null,
          next_epoch: null,
          next_end: null,
          waiting: 0,
          unsent: 0,
          oldest_unsent: null,
          stopped: null,
          stopped_at: null,
          arrivals: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      // Of a log that is there the person has a key, or was erased.
      if (numInsertedOrUpdatedRows === 1n) await personKeys.create(known.person, queries);
    }
  });
  const byName = new Map(all.map((known) => [known.name, known]));
  for (const row of await database.reads.selectFrom("gateway_log").selectAll().execute()) {
    const known = byName.get(row.log);
    if (known === undefined) continue;
    if (row.bound_to !== boundTo(known)) throw otherLog(known);
    if (row.first_epoch !== null && row.next_epoch !== null)
      parts.noteOpening(row.log, row.first_epoch, row.next_epoch);
  }
}

function boundTo({ profile, offset, subject }: KnownLog): string {
  return JSON.stringify({ profile, offset, subject: subject.toString() });
}

function otherLog({ name }: KnownLog): VitalproofError {
  return new VitalproofError(
    "NOT_ALLOWED",
    `The store's log ${name} has another offset or subject than the configuration.`,
    {
      details: { log: name },
      hint: "A log keeps what it was opened with. Use another local name for another person.",
    },
  );
}
