// SPDX-License-Identifier: GPL-3.0-or-later
import { epochEnd, epochStart } from "@vitalproof/sdk";
import type { Tables } from "../../store/index.ts";
import type { ClockState } from "./clock.ts";
import type { Ingest } from "./ingest.ts";
import type { LogStatus } from "./logStatus.ts";
import type { KnownLog } from "./logs.ts";
import type { Parts } from "./parts.ts";
import { type Problem, problemsOf } from "./problems.ts";
import type { Trouble } from "./troubles.ts";

/** How a gateway is doing: plain data. Times are Unix seconds. No values, salts or keys. */
export type GatewayState = {
  readonly clock: ClockState;
  /** Messages that came and are not stored yet. */
  readonly storing: number;
  readonly logs: readonly LogStatus[];
  /** What became of readings that belong to no log, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Names that messages gave to devices which are not configured: the first 20 since the start. */
  readonly unknownDevices: readonly string[];
  readonly troubles: readonly Trouble[];
  /** What is wrong and what to do, the worst first. */
  readonly problems: readonly Problem[];
};

/** What the store and this process know. */
export async function gatewayState(parts: Parts, ingest: Ingest): Promise<GatewayState> {
  const facts = await readFacts(parts);
  const now = parts.clock.latest();
  const logs = parts.directory.all.map((known) => statusOf(known, facts, ingest, now));
  const clock = parts.clock.state();
  const troubles = parts.troubles.all;
  const unknownDevices = ingest.unknownDevices;
  return {
    clock,
    storing: ingest.waiting,
    logs,
    refused: refusedOf(facts.counts.get("") ?? []),
    unknownDevices,
    troubles,
    problems: problemsOf({ clock, logs, troubles, unknownDevices, now }),
  };
}

type Facts = {
  readonly rows: ReadonlyMap<string, Tables["gateway_log"]>;
  readonly counts: ReadonlyMap<string, Tables["gateway_count"][]>;
  readonly waiting: ReadonlyMap<string, WaitingRow[]>;
  readonly epochs: ReadonlyMap<string, EpochRow[]>;
  readonly devices: ReadonlyMap<string, Tables["gateway_device"][]>;
};
type WaitingRow = {
  readonly log: string;
  readonly device: string;
  readonly readings: number;
  readonly last_time: number;
};
type EpochRow = {
  readonly log: string;
  readonly status: Tables["gateway_epoch"]["status"];
  readonly epochs: number;
  readonly sealed: number;
};

/** Everything as it is at one moment, so that the numbers add up. */
function readFacts({ database }: Parts): Promise<Facts> {
  return database.snapshot(async (queries) => {
    const rows = await queries.selectFrom("gateway_log").selectAll().execute();
    const counts = await queries.selectFrom("gateway_count").selectAll().execute();
    const waiting = await queries
      .selectFrom("gateway_reading")
      .select(["log", "device"])
      .select(({ fn }) => [fn.sum<number>("readings").as("readings"), fn.max("last_time").as("last_time")])
      .groupBy(["log", "device"])
      .execute();
    const epochs = await queries
      .selectFrom("gateway_epoch")
      .select(["log", "status"])
      .select(({ fn }) => [
        fn.countAll<number>().as("epochs"),
        fn.sum<number>("kept").as("kept"),
        fn.sum<number>("moved").as("moved"),
      ])
      .groupBy(["log", "status"])
      .execute();
    const devices = await queries.selectFrom("gateway_device").selectAll().execute();
    return {
      rows: new Map(rows.map((row) => [row.log, row])),
      counts: byLog(counts),
      waiting: byLog(
        waiting.map((row) => ({ ...row, readings: Number(row.readings), last_time: Number(row.last_time) })),
      ),
      epochs: byLog(
        epochs.map(({ log, status, epochs: count, kept, moved }) => ({
          log,
          status,
          epochs: Number(count),
          sealed: Number(kept) + Number(moved),
        })),
      ),
      devices: byLog(devices),
    };
  });
}

function statusOf(known: KnownLog, facts: Facts, ingest: Ingest, now: number): LogStatus {
  const { name, facts: profile, offset, attester } = known;
  const row = facts.rows.get(name);
  const waitingRows = facts.waiting.get(name) ?? [];
  const waiting = (row?.waiting ?? 0) + sumOf(waitingRows.map(({ readings }) => readings));
  const counts = facts.counts.get(name) ?? [];
  const total = (outcome: string): number =>
    sumOf(counts.filter((each) => each.outcome === outcome).map(({ readings }) => readings));
  const epochs = facts.epochs.get(name) ?? [];
  const of = (status: string): EpochRow | undefined => epochs.find((each) => each.status === status);
  const oldest = row?.oldest_unsent ?? undefined;
  return {
    log: name,
    devices: known.devices.map((device) => ({ name: device, lastTime: lastTimeOf(device) })),
    isOpen: row !== undefined && row.next_epoch !== null,
    stopped:
      row === undefined || row.stopped === null
        ? undefined
        : { reason: row.stopped, at: row.stopped_at ?? 0 },
    running: runningOf(known, row, waiting, now),
    sealed: (of("sealed")?.epochs ?? 0) + (of("accepted")?.epochs ?? 0),
    accepted: of("accepted")?.epochs ?? 0,
    gaps: of("gap")?.epochs ?? 0,
    lostToGaps: of("gap")?.sealed ?? 0,
    unsent: row?.unsent ?? 0,
    deadline: oldest === undefined ? undefined : epochEnd(profile, offset, oldest) + attester.intakeTime,
    readings: {
      given: waiting + sumOf(counts.map(({ readings }) => readings)),
      waiting,
      kept: total("kept"),
      moved: total("moved"),
      dropped: total("dropped"),
      duplicate: total("duplicate"),
      refused: refusedOf(counts),
    },
  };

  function lastTimeOf(device: string): number | undefined {
    const times = [
      ...waitingRows.filter((each) => each.device === device).map(({ last_time }) => last_time),
      ...(facts.devices.get(name) ?? [])
        .filter((each) => each.device === device)
        .map(({ last_time }) => last_time),
      ...(ingest.lastTimes.has(device) && known.devices.includes(device)
        ? [ingest.lastTimes.get(device)!]
        : []),
    ];
    return times.length === 0 ? undefined : Math.max(...times);
  }
}

function runningOf(
  { facts, offset }: KnownLog,
  row: Tables["gateway_log"] | undefined,
  readings: number,
  now: number,
): LogStatus["running"] {
  const epoch = row?.next_epoch ?? null;
  if (epoch === null) return undefined;
  const begun = Math.floor((now - epochStart(facts, offset, epoch)) / facts.interval);
  const due = Math.max(0, Math.min(facts.samples, begun));
  return { epoch, end: epochEnd(facts, offset, epoch), readings, due, samples: facts.samples };
}

function refusedOf(counts: readonly Tables["gateway_count"][]): Record<string, number> {
  return Object.fromEntries(
    counts.filter(({ outcome }) => outcome === "refused").map(({ reason, readings }) => [reason, readings]),
  );
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function byLog<T extends { readonly log: string }>(rows: readonly T[]): Map<string, T[]> {
  return Map.groupBy(rows, ({ log }) => log);
}
