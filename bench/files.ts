// SPDX-License-Identifier: GPL-3.0-or-later
import { fork } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FilesJob, FilesResult } from "./filesMain.ts";
import { step } from "./progress.ts";
import type { FilesPart, TableRow } from "./report.ts";
import { median, round, spreadOf } from "./statistics.ts";

export const ROWS = 1_000_000;
const MANY_ROWS = 4_000_000;
const ROUNDS = 3;
/** 2000-01-01 00:00 UTC: four million minutes later is not in the future. */
const START = 946_684_800;

interface Table {
  readonly name: string;
  readonly titles: string;
  row(number: number): string;
  readonly options: FilesJob["options"];
}

const iso = (seconds: number): string => new Date(1000 * seconds).toISOString();
/** Values that go up and down, as a sensor's do, the same in every run. */
const wave = (number: number, low: number, span: number): number => low + ((number * 7919) % span);

/** As people's tables are: times with and without zone, and numbers of seconds. */
const TABLES: readonly Table[] = [
  {
    name: "glucose, times in UTC",
    titles: "time,glucose",
    row: (i) => `${iso(START + 60 * i).slice(0, 19)}Z,${wave(i, 80, 120)}`,
    options: { columns: { time: "time", value: "glucose", unit: "mg/dL" } },
  },
  {
    name: "glucose, local times, a column of devices",
    titles: "Timestamp,Value (mg/dL),Device",
    row: (i) =>
      `${iso(START + 60 * i)
        .slice(0, 19)
        .replace("T", " ")},${wave(i, 80, 120)},Sensor A`,
    options: { columns: { time: "Timestamp", value: "#2", unit: "mg/dL" }, zone: "Europe/Berlin" },
  },
  {
    name: "oxygen saturation, Unix seconds",
    titles: "time,spo2",
    row: (i) => `${START + i},${wave(i, 90, 10)}`,
    options: { columns: { time: "time", value: "spo2", unit: "%" }, metric: "spo2" },
  },
];

/** Tables of a million rows, inspected; next to it csv-parse, which only finds the cells, in turns. */
export async function measureFiles(): Promise<
  Omit<FilesPart, "measured" | "full" | "seconds" | "environment">
> {
  const folder = mkdtempSync(join(tmpdir(), "vitalproof-bench-"));
  try {
    const tables: TableRow[] = [];
    for (const table of TABLES) tables.push(await step(table.name, () => measureTable(folder, table)));
    const [first] = TABLES;
    const many = await step(`${MANY_ROWS} rows`, async () => {
      const path = await written(folder, first!, MANY_ROWS);
      return run({ path, how: "inspected", options: first!.options });
    });
    return { tables, many: { rows: many.rows, peakMemory: many.peakMemory } };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureTable(folder: string, table: Table): Promise<TableRow> {
  const path = await written(folder, table, ROWS);
  const [ours, cells]: [FilesResult[], FilesResult[]] = [[], []];
  for (let turn = 0; turn < ROUNDS; turn++) {
    ours.push(await run({ path, how: "inspected", options: table.options }));
    cells.push(await run({ path, how: "cells alone", options: {} }));
  }
  const cpu = spreadOf(ours.map((one) => one.cpu));
  return {
    name: table.name,
    rows: ours[0]!.rows,
    milliseconds: spreadOf(ours.map((one) => one.milliseconds)),
    cpu,
    rowsPerSecond: Math.round((1000 * ROWS) / median(ours.map((one) => one.milliseconds))),
    peakMemory: Math.max(...ours.map((one) => one.peakMemory)),
    ratio: round(median(cells.map((one) => one.cpu)) / cpu.median, 2),
  };
}

async function written(folder: string, { titles, row }: Table, rows: number): Promise<string> {
  const path = join(folder, "table.csv");
  const stream = createWriteStream(path);
  stream.write(`${titles}\n`);
  for (let from = 0; from < rows; from += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, rows - from) }, (_, i) => `${row(from + i)}\n`);
    if (!stream.write(lines.join(""))) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "finish");
  return path;
}

async function run(job: FilesJob): Promise<FilesResult> {
  const child = fork(join(import.meta.dirname, "filesMain.ts"));
  child.send(job);
  const ended = once(child, "exit").then(() => {
    throw new Error(`The process that inspects "${job.path}" ended without an answer; see above.`);
  });
  const [result] = (await Promise.race([once(child, "message"), ended])) as [FilesResult];
  return result;
}
