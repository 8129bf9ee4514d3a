// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Cost } from "../test/support/cost.ts";
import { HAS_POSTGRES, type Postgres, startPostgres } from "../test/support/postgres.ts";
import { step } from "./progress.ts";
import {
  type AttesterRow,
  type CostFigures,
  type IngestRow,
  mergeRows,
  type PaceRow,
  type ServicesPart,
  type StoreName,
} from "./report.ts";
import type { ServicesJob, ServicesResult, ServicesWork } from "./servicesMain.ts";
import { median, round } from "./statistics.ts";

/** A folder that is on a disk where /tmp is in memory: a commit that costs nothing would say nothing. */
const DISK = existsSync("/var/tmp") ? "/var/tmp" : tmpdir();
/** Small writes that are flushed, of which the median is told. */
const FLUSHES = 50;

/** How much is measured. */
export interface ServicesSizes {
  readonly ingest: readonly { readonly devices: number; readonly readings: number }[];
  readonly pace: { readonly devices: number; readonly seconds: number };
  readonly people: readonly number[];
}

/** With LONG=1 the largest number of readings as well, and pace for longer. */
const USUAL: ServicesSizes = {
  ingest: [
    { devices: 10, readings: 10_000 },
    { devices: 10, readings: 100_000 },
    { devices: 1_000, readings: 100_000 },
  ],
  pace: { devices: 1_000, seconds: 15 },
  people: [100, 1_000, 10_000],
};
const LONG: ServicesSizes = {
  ingest: [...USUAL.ingest, { devices: 1_000, readings: 1_000_000 }],
  pace: { devices: 1_000, seconds: 60 },
  people: USUAL.people,
};

type Run = { readonly full: boolean; readonly today: string };
type Figures = Omit<ServicesPart, "measured" | "full" | "seconds" | "environment">;

/** Gateway and attester on SQLite and, where it is installed, on PostgreSQL. Rows that were not measured stay as they are. */
export async function measureServices(
  before: Partial<Figures> | undefined,
  { full, today }: Run,
  sizes: ServicesSizes = full || process.env.LONG !== undefined ? LONG : USUAL,
): Promise<Figures> {
  // Before this run adds to it.
  const load = round(loadavg()[0]!, 1);
  const places = await openPlaces();
  try {
    const ingest: IngestRow[] = [];
    const pace: PaceRow[] = [];
    const attester: AttesterRow[] = [];
    // Both stores in turns, since what else the machine does changes over minutes.
    for (const { devices, readings } of sizes.ingest) {
      for (const place of places.all) {
        const row = await measured(place, { service: "gateway", devices, readings });
        ingest.push({ store: place.store, devices, readings, ...ingestOf(row, readings), measured: today });
      }
    }
    for (const place of places.all) {
      const { pace: cost } = await measured(place, { service: "gateway at pace", ...sizes.pace });
      pace.push({ store: place.store, ...sizes.pace, cost: figuresOf(cost), measured: today });
    }
    for (const people of sizes.people) {
      for (const place of places.all) {
        const { heads, close, paths } = await measured(place, { service: "attester", people });
        attester.push({
          store: place.store,
          people,
          heads: figuresOf(heads),
          close: figuresOf(close),
          paths: figuresOf(paths),
          measured: today,
        });
      }
    }
    return {
      load,
      flush: flushTime(places.folder),
      ingest: mergeRows(
        before?.ingest,
        ingest,
        ({ store, devices, readings }) => `${store} ${devices} ${readings}`,
        bySize(({ devices, readings }) => [devices, readings]),
      ),
      pace: mergeRows(
        before?.pace,
        pace,
        ({ store }) => store,
        bySize(({ devices }) => [devices]),
      ),
      attester: mergeRows(
        before?.attester,
        attester,
        ({ store, people }) => `${store} ${people}`,
        bySize(({ people }) => [people]),
      ),
    };
  } finally {
    await places.close();
  }
}

interface Place {
  readonly store: StoreName;
  readonly server?: number;
  fresh(): Promise<string>;
}

async function openPlaces() {
  const folder = mkdtempSync(join(DISK, "vitalproof-bench-"));
  let files = 0;
  const all: Place[] = [{ store: "SQLite", fresh: async () => `sqlite:${join(folder, `${++files}.db`)}` }];
  let postgres: Postgres | undefined;
  if (HAS_POSTGRES) {
    postgres = await startPostgres({ place: DISK });
    const { pid } = postgres;
    all.push({ store: "PostgreSQL", server: pid, fresh: () => postgres!.fresh() });
  } else console.error("  PostgreSQL is not installed (Debian's package postgresql): skipped.");
  return {
    folder,
    all,
    async close() {
      await postgres?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function measured<W extends ServicesWork>(
  place: Place,
  work: W,
): Promise<Extract<ServicesResult, { service: W["service"] }>> {
  const { service, ...sizes } = work;
  const size = Object.entries(sizes).map(([name, count]) => `${Number(count).toLocaleString("en")} ${name}`);
  return step(`${service} on ${place.store}, ${size.join(", ")}`, async () => {
    const urls = [await place.fresh(), await place.fresh()] as const;
    const { server } = place;
    const job: ServicesJob = { work, urls, ...(server === undefined ? {} : { server }) };
    const child = fork(join(import.meta.dirname, "servicesMain.ts"));
    const ended = once(child, "exit").then(() => {
      throw new Error(`The process of the ${service} ended without figures; see above.`);
    });
    ended.catch(() => undefined);
    child.send(job);
    const [result] = await Promise.race([once(child, "message"), ended]);
    await once(child, "exit");
    return result as Extract<ServicesResult, { service: W["service"] }>;
  });
}

function ingestOf(
  { ingest, seal, heap }: Extract<ServicesResult, { service: "gateway" }>,
  readings: number,
): Pick<IngestRow, "counted" | "cost" | "seal" | "heap"> {
  return {
    counted: readings - readings / 10,
    cost: figuresOf(ingest),
    seal: figuresOf(seal),
    heap: { tenth: round(heap.tenth, 1), all: round(heap.all, 1) },
  };
}

function figuresOf({ wall, cpu, serverCpu, others }: Cost): CostFigures {
  return {
    wall: round(wall, 4),
    cpu: round(cpu, 4),
    serverCpu: serverCpu === null ? null : round(serverCpu, 2),
    others: round(others, 2),
  };
}

/** Milliseconds until a small write is on the disk, the median of some. */
function flushTime(folder: string): number {
  const file = openSync(join(folder, "flush"), "w");
  const times = Array.from({ length: FLUSHES }, () => {
    const started = performance.now();
    writeSync(file, Buffer.alloc(4_096));
    fsyncSync(file);
    return performance.now() - started;
  });
  closeSync(file);
  return round(median(times), 2);
}

/** SQLite's rows first, each store's by size. */
function bySize<T extends { readonly store: StoreName }>(sizesOf: (row: T) => readonly number[]) {
  return (a: T, b: T): number => {
    if (a.store !== b.store) return a.store === "SQLite" ? -1 : 1;
    const others = sizesOf(b);
    return (
      sizesOf(a)
        .map((size, i) => size - others[i]!)
        .find((difference) => difference !== 0) ?? 0
    );
  };
}
