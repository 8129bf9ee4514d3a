// SPDX-License-Identifier: GPL-3.0-or-later
import { setImmediate } from "node:timers/promises";
import { encodeReading, type Reading, type RefusalReason, slotAt, VitalproofError } from "@vitalproof/sdk";
import type { PersonKey, PersonKeys } from "../../sealed/index.ts";
import type { Database, Tables } from "../../store/index.ts";
import type { Inbox, Message } from "../inbox.ts";
import type { Report } from "../notice.ts";
import type { DeviceReading } from "../payload/output.ts";
import type { PayloadReader } from "../payload/reader.ts";
import { bodyOf, placeOf, type StoredReading } from "./bodies.ts";
import type { GatewayClock } from "./clock.ts";
import type { Directory, KnownLog } from "./logs.ts";
import { Tally } from "./tally.ts";

/** Messages in one step. */
const AT_ONCE = 1_000;
/** Rows in one statement: PostgreSQL has 65,535 parameters for it, SQLite 32,766. */
const ROWS = 2_000;
/** Names of devices that are not configured, of those that are remembered for the operator. */
const MOST_NAMES = 20;

/** Which epochs of a log take no reading any more: what is known without asking the store. */
export type Openings = ReadonlyMap<string, { readonly firstEpoch: number; readonly nextEpoch: number }>;

export type IngestOptions = {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  readonly reader: PayloadReader;
  readonly directory: Directory;
  readonly clock: GatewayClock;
  readonly openings: Openings;
  /** Of this process alone. */
  readonly lane: number;
  /** Seconds that a reading's time may be ahead. */
  readonly future: number;
  readonly report: Report;
};

type Waiting = {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** What one message has of one log and device. */
type Part = {
  readonly log: KnownLog;
  readonly device: string;
  /** Unix milliseconds. */
  readonly receivedAt: number;
  lastTime: number;
  readonly readings: StoredReading[];
};
type Prepared = { readonly parts: readonly Part[]; readonly tally: Tally };

/**
 * Stores what messages say. Those that wait together are stored in one step: their readings, encrypted, one row for each
 * message, log and device, and the counts of what is refused at once. What is stored is counted when its epoch is sealed.
 */
export class Ingest implements Inbox {
  readonly #options: IngestOptions;
  readonly #waiting: Waiting[] = [];
  readonly #lastTimes = new Map<string, number>();
  readonly #unknown = new Set<string>();
  #running: Promise<void> | undefined;
  #seq = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** Time of the latest reading of each device since the start, in Unix seconds. */
  get lastTimes(): ReadonlyMap<string, number> {
    return this.#lastTimes;
  }

  /** The first names of devices that are not configured. */
  get unknownDevices(): readonly string[] {
    return [...this.#unknown];
  }

  /** Messages that are not stored yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  put(message: Message): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits for what is being stored. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    do {
      // Whatever else comes in this turn of the process shares the flush, and between two flushes others have their turn.
      await setImmediate();
      await this.#storeAll(this.#waiting.splice(0, AT_ONCE));
    } while (this.#waiting.length > 0);
    this.#running = undefined;
  }

  async #storeAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const prepared: Prepared[] = [];
      for (const { message } of batch) prepared.push(await this.#prepare(message));
      await this.#store(prepared);
      for (const each of prepared) this.#note(each);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // One person whose key is gone must not keep the others' messages out.
      if (batch.length > 1 && !isOfStore(error)) for (const each of batch) await this.#storeAll([each]);
      else this.#fail(batch, error);
    }
  }

  #fail(batch: readonly Waiting[], error: unknown): void {
    const code = error instanceof VitalproofError ? { code: error.code } : {};
    this.#options.report({ level: "error", event: "ingest-failed", ...code });
    for (const { reject } of batch) reject(error);
  }

  async #prepare(message: Message): Promise<Prepared> {
    const { reader, clock, directory } = this.#options;
    const latest = clock.latest();
    // A clock that was set back must not make everything future. While it is believed this changes nothing.
    const receivedAt = Math.max(message.receivedAt, clock.look() === undefined ? 1000 * latest : 0);
    const { readings, refusals } = await reader.read({ ...message, receivedAt });
    const tally = new Tally();
    for (const { reason, count } of refusals) tally.add("", "refused", reason, count);
    const parts = new Map<string, Part>();
    for (const reading of readings) {
      const log = directory.find(reading.device, reading.metric, reading.unit);
      if (typeof log === "string") {
        tally.add("", "refused", log, 1);
        if (log === "device-unknown") this.#noteUnknown(reading.device);
        continue;
      }
      const reason = this.#refusalOf(log, reading, latest);
      if (reason !== undefined) {
        tally.add(log.name, "refused", reason, 1);
        continue;
      }
      addTo(parts, log, reading, message.receivedAt);
    }
    return { parts: [...parts.values()], tally };
  }

  /** What the log would refuse for certain. It sees the rest when it is sealed. */
  #refusalOf(log: KnownLog, reading: DeviceReading, latest: number): RefusalReason | "in-future" | undefined {
    const encoded = encodeReading(log.facts, reading);
    if ("refused" in encoded) return encoded.refused;
    if (reading.time > latest + this.#options.future) return "in-future";
    const opening = this.#options.openings.get(log.name);
    if (opening === undefined) return undefined;
    const slot = slotAt(log.facts, log.offset, reading.time);
    if (slot < opening.firstEpoch * log.facts.samples) return "before-log";
    return slot < opening.nextEpoch * log.facts.samples ? "epoch-sealed" : undefined;
  }

  async #store(prepared: readonly Prepared[]): Promise<void> {
    const parts = prepared.flatMap((each) => each.parts);
    const first = this.#seq;
    this.#seq += parts.length;
    await this.#options.database.step(async (queries) => {
      const persons = new Set(parts.map(({ log }) => log.person));
      const keys = await this.#options.personKeys.ofEach(queries, [...persons]);
      const tally = new Tally();
      for (const each of prepared) tally.include(each.tally);
      for (let from = 0; from < parts.length; from += ROWS) {
        const rows: Tables["gateway_reading"][] = [];
        for (const [i, part] of parts.slice(from, from + ROWS).entries()) {
          const { person, name } = part.log;
          const key = keys.get(person);
          // Messages of a person who was erased must not come again and again.
          if (key === undefined) tally.add(name, "refused", "person-gone", part.readings.length);
          else rows.push(this.#rowOf(key, part, first + from + i));
        }
        if (rows.length > 0) await queries.insertInto("gateway_reading").values(rows).execute();
      }
      await tally.write(queries);
    });
  }

  #rowOf(key: PersonKey, part: Part, seq: number): Tables["gateway_reading"] {
    const { log, device, receivedAt, lastTime, readings } = part;
    const at = { log: log.name, lane: this.#options.lane, seq };
    return {
      ...at,
      person: log.person,
      device,
      readings: readings.length,
      last_time: Math.floor(lastTime),
      sealed: key.seal(bodyOf(readings), placeOf(at)),
      received_at: Math.floor(receivedAt),
    };
  }

  #note({ parts }: Prepared): void {
    for (const { device, lastTime } of parts)
      this.#lastTimes.set(device, Math.max(Math.floor(lastTime), this.#lastTimes.get(device) ?? 0));
  }

  #noteUnknown(device: string): void {
    if (this.#unknown.has(device) || this.#unknown.size >= MOST_NAMES) return;
    this.#unknown.add(device);
    this.#options.report({ level: "warn", event: "device-unknown" });
  }
}

/** Readings of two devices are never one series, so a reading's source begins with its device. */
function addTo(
  parts: Map<string, Part>,
  log: KnownLog,
  { device, source, time, value }: DeviceReading,
  receivedAt: number,
): void {
  const key = JSON.stringify([log.name, device]);
  let part = parts.get(key);
  if (part === undefined) {
    part = { log, device, receivedAt, lastTime: time, readings: [] };
    parts.set(key, part);
  }
  part.lastTime = Math.max(part.lastTime, time);
  part.readings.push([time, plainValue(value), sourceOf(device, source)]);
}

/** The source under which a log knows a device's readings. */
export function sourceOf(device: string, source: string | undefined): string {
  return source === undefined ? device : `${device}/${source}`;
}

function plainValue(value: Reading["value"]): Reading["value"] {
  return typeof value === "object" ? [...value] : value;
}

function isOfStore(error: unknown): boolean {
  return error instanceof VitalproofError && error.code === "STORE_FAILED";
}
