// SPDX-License-Identifier: GPL-3.0-or-later
import type { BinaryFormat, FileInput, Metric, Origin } from "../format.ts";
import { notUnderstood } from "../internal/notUnderstood.ts";
import { Collector, type Counted, NO_NUMBER } from "./json/collector.ts";
import { NO_TIME } from "./json/instant.ts";

/** Not an import from Node: the rest runs in browsers. */
type Database = import("node:sqlite").DatabaseSync;

/** What a table holds, and how its rows are asked for. */
type Table = {
  readonly metric: Metric;
  readonly unit: string;
  readonly name: string;
  readonly value: string;
  /** Table of the single samples, where a record holds several. */
  readonly samples?: string;
};

/** Source: the record helpers of Android's Health Connect module (HeartRateRecordHelper.java and its neighbours). */
const TABLES: readonly Table[] = [
  {
    metric: "heart-rate",
    unit: "/min",
    name: "heart_rate_record_table",
    value: "beats_per_minute",
    samples: "heart_rate_record_series_table",
  },
  { metric: "spo2", unit: "%", name: "oxygen_saturation_record_table", value: "percentage" },
  { metric: "glucose", unit: "mmol/L", name: "blood_glucose_record_table", value: "level" },
];

/** Health Connect's numbers of what a glucose was measured in; most apps of sensors say nothing (0). */
const SPECIMENS: ReadonlyMap<unknown, Origin | "sensor" | "tears"> = new Map([
  [null, "sensor"],
  [0n, "sensor"],
  [1n, "sensor"],
  [2n, "meter"],
  [3n, "laboratory"],
  [4n, "laboratory"],
  [5n, "tears"],
  [6n, "meter"],
]);
const TYPED_IN = 3n;

const DAMAGED = "the database is damaged or cut off";
const OTHER_VERSION =
  "It may be of a version of Health Connect that is not known. Export with the phone's current one.";
const COPY = "Copy the file anew from where it was saved or sent.";

type Row = {
  readonly time: unknown;
  readonly value: unknown;
  readonly app: unknown;
  readonly device: unknown;
  readonly method: unknown;
  readonly specimen: unknown;
};

/**
 * The database in the archive that Android's Health Connect exports: heart rates, oxygen saturations and glucose of every app
 * that wrote some. Each app and device is a source. Glucose is in mmol/L, whatever the app measured in. Node only: a page has
 * no SQLite. The database is copied to a private temporary file, since SQLite reads from places all over it.
 */
export const healthConnect: BinaryFormat = {
  name: "health-connect",
  title: "Health Connect export (SQLite)",

  begins: (bytes) => String.fromCharCode(...bytes.subarray(0, 16)) === "SQLite format 3\0",

  async read(input, _options, take) {
    const collector = new Collector(take);
    await withDatabase(input, (database) => {
      const names = (sql: string): string[] =>
        database
          .prepare(sql)
          .all()
          .map(({ name }) => String(name));
      const tables = names("SELECT name FROM sqlite_schema WHERE type = 'table'");
      const found = TABLES.filter(
        ({ name, samples = name }) => tables.includes(name) && tables.includes(samples),
      );
      if (found.length === 0) {
        throw notUnderstood("it is a database, but not one of Health Connect", {
          hint: "Pass the zip archive that Health Connect exported, or health_connect_export.db in it.",
        });
      }
      for (const table of found) {
        const columnsOf = (name: string): string[] => names(`SELECT name FROM pragma_table_info('${name}')`);
        assertColumns(table, columnsOf);
        const query = database.prepare(queryOf(table, columnsOf(table.name), tables));
        // A number of the file may be larger than a double holds.
        query.setReadBigInts(true);
        for (const row of query.iterate()) readRow(table, row as Row, collector);
      }
    });
    return collector.report("health-connect");
  },
};

/** @throws FILE_NOT_UNDERSTOOD naming what is not there */
function assertColumns({ name, value, samples }: Table, columnsOf: (table: string) => string[]): void {
  const needed =
    samples === undefined
      ? { [name]: ["time", value] }
      : { [name]: ["row_id"], [samples]: ["parent_key", "epoch_millis", value] };
  for (const [table, columns] of Object.entries(needed)) {
    const missing = columns.find((column) => !columnsOf(table).includes(column));
    if (missing !== undefined)
      throw notUnderstood(`its table ${table} has no column ${missing}`, { hint: OTHER_VERSION });
  }
}

/** Older versions have no column for how a record was made. */
function queryOf(
  { name, value, samples }: Table,
  columns: readonly string[],
  tables: readonly string[],
): string {
  const optional = (column: string): string => (columns.includes(column) ? `r.${column}` : "NULL");
  const nameOf = (table: string, text: string, key: string): string =>
    tables.includes(table) && columns.includes(key)
      ? `(SELECT ${text} FROM ${table} i WHERE i.row_id = r.${key})`
      : "NULL";
  return [
    samples === undefined
      ? `SELECT r.time AS time, r.${value} AS value`
      : `SELECT s.epoch_millis AS time, s.${value} AS value`,
    `${nameOf("application_info_table", "i.package_name", "app_info_id")} AS app`,
    `${nameOf("device_info_table", "trim(coalesce(i.manufacturer, '') || ' ' || coalesce(i.model, ''))", "device_info_id")} AS device`,
    `${optional("recording_method")} AS method`,
    `${optional("specimen_source")} AS specimen FROM ${name} r`,
  ]
    .join(", ")
    .concat(samples === undefined ? "" : ` JOIN ${samples} s ON s.parent_key = r.row_id`, " ORDER BY time");
}

function readRow({ metric, unit }: Table, row: Row, collector: Collector): Counted {
  const { time, value, app, device, method, specimen } = row;
  const millis = typeof time === "bigint" ? Number(time) : Number.NaN;
  if (!Number.isSafeInteger(millis)) return collector.refuse(NO_TIME);
  if (typeof value !== "number" && typeof value !== "bigint") return collector.refuse(NO_NUMBER);
  const measured = SPECIMENS.get(specimen);
  if (measured === undefined) return collector.refuse("specimen that is not known");
  if (measured === "tears") return collector.skip("glucose in tears");
  const source = [app, device].filter((name) => typeof name === "string" && name !== "").join(", ");
  const origin = method === TYPED_IN ? "typed in" : measured === "sensor" ? undefined : measured;
  return collector.reading({ metric, time: millis / 1000, value: String(value), unit, source, origin });
}

/** @throws FILE_NOT_UNDERSTOOD where SQLite cannot read it, and where there is no SQLite */
async function withDatabase(input: FileInput, action: (database: Database) => void): Promise<void> {
  const node = nodeModules();
  if (node === undefined) {
    throw notUnderstood("it is a database, which a page cannot read", {
      hint: "Use the command on your computer: vitalproof inspect FILE.",
    });
  }
  const { fs, os, path, sqlite } = node;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vitalproof-"));
  try {
    const file = path.join(folder, "export.db");
    const copy = fs.openSync(file, "w", 0o600);
    try {
      for await (const chunk of input.stream()) fs.writeSync(copy, chunk);
    } finally {
      fs.closeSync(copy);
    }
    const database = new sqlite.DatabaseSync(file, { readOnly: true });
    try {
      action(database);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR")
        throw notUnderstood(DAMAGED, { hint: COPY });
      throw error;
    } finally {
      database.close();
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Not imported, so that everything else here runs in browsers. */
function nodeModules() {
  const built = globalThis.process?.getBuiltinModule;
  if (built === undefined) return undefined;
  const { emitWarning } = process;
  // Node 22 and 24 say that SQLite's interface may still change, which is of no use to somebody who reads a file.
  process.emitWarning = () => {};
  try {
    const sqlite = built("node:sqlite");
    const [fs, os, path] = [built("node:fs"), built("node:os"), built("node:path")];
    return { fs, os, path, sqlite };
  } finally {
    process.emitWarning = emitWarning;
  }
}
